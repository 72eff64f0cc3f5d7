"""Read where an election stands, and write what is next."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from election.client.contract import Contract
from election.client.contracts.ballot_box import BallotBox
from election.client.contracts.key_ceremony import KeyCeremony
from election.client.open_election import OpenElection
from election.protocol.abi import ContractName
from election.protocol.replay import Part
from election.protocol.tally import TallyState
from election.protocol.text import spell_lines, spell_time
from election.protocol.voter_list import NO_LIST
from scripts.anybody.next_steps import Count, Keys, Outlook, find_next, list_next
from scripts.shared.contests import spell_counts
from scripts.shared.omissions import list_missing
from scripts.shared.standing import spell_starts


def read_status(opened: OpenElection) -> dict[str, Any]:
    """Read phase, times, ceremonies and counts of an election."""
    look = read_outlook(opened)
    return {
        "title": opened.rules.title,
        "test": opened.rules.test,
        "phase": look.phase.name.lower(),
        "now": spell_time(look.now),
        "next": [asdict(each) for each in list_next(look)],
        "times": spell_starts(look.starts),
        "trustees": _read_ceremony(opened.trustees),
        "issuers": _read_ceremony(opened.issuers),
        "contests": {
            str(each): _read_contest(opened, each, look) for each in opened.contests
        },
        "warnings": list_missing(opened),
    }


def read_outlook(opened: OpenElection) -> Outlook:
    """Read what decides what is next."""
    contests = list(opened.contests)
    lists = opened.voter_list.published(contests)
    boxes = dict(zip(contests, opened.election.boxes(contests), strict=True))
    ceremonies = {Part.TRUSTEES: opened.trustees, Part.ISSUERS: opened.issuers}
    return Outlook(
        phase=opened.election.phase(),
        now=opened.connection.read_clock(),
        starts=(*opened.rules.times[:5], *opened.election.closings()),
        keys=[
            Keys(part, handle.step(), handle.deadline())
            for part, handle in ceremonies.items()
        ],
        no_list=[each for each in contests if lists[each] == NO_LIST],
        no_box=[each for each in contests if not any(boxes[each])],
        unissued=sum(
            opened.voter_list.online(each) - opened.voter_list.issued(each)
            for each in contests
        ),
    )


def _read_ceremony(handle: KeyCeremony) -> dict[str, Any]:
    deadline, members, threshold = handle.deadline(), handle.n(), handle.k()
    return {
        "step": handle.step().name.lower(),
        "attempt": handle.attempt(),
        "members": members,
        "threshold": threshold,
        "may_be_missing": max(0, members - threshold),
        "until": spell_time(deadline) if deadline else None,
    }


def _read_contest(opened: OpenElection, contest: int, look: Outlook) -> dict[str, Any]:
    voter_list = opened.voter_list
    published = voter_list.published([contest])[contest]
    listed = opened.contests[contest]
    counts = opened.tally.counts(contest)
    lines = spell_lines(listed.candidates, listed.particulars)
    state = opened.tally.state(contest)
    cast = _read_cast_count(opened, contest)
    step = find_next(_read_count(opened, contest, state, look, cast=cast), look)
    return {
        "title": listed.title,
        "next": None if step is None else asdict(step),
        "voters": None if published == NO_LIST else published.voters,
        "online": voter_list.online(contest),
        "paper": voter_list.paper(contest),
        "issued": voter_list.issued(contest),
        "cast": cast,
        "tally": state.name.lower(),
        "counts": spell_counts(lines, counts),
    }


def _read_count(
    opened: OpenElection,
    contest: int,
    state: TallyState,
    look: Outlook,
    *,
    cast: int | None,
) -> Count:
    shares = 0
    if state is TallyState.OPEN:
        given = opened.tally.shares(contest, trustees=opened.trustees.n())
        shares = sum(map(bool, given))
    needed = opened.deployed.trustees.threshold
    waiting = opened.voter_list.issued(contest) - (cast or 0)
    has_box = contest not in look.no_box
    return Count(contest, has_box, state, shares, needed, waiting)


def _read_cast_count(opened: OpenElection, contest: int) -> int | None:
    (address,) = opened.election.boxes([contest])
    if not any(address):
        return None
    connection = opened.connection
    return BallotBox(
        Contract(connection, ContractName.BALLOT_BOX, address)
    ).cast_count()


def lay_steps(status: dict[str, Any]) -> dict[str, Any]:
    """Write every step as a line to read: the command, and who runs it, and why."""
    shown: dict[str, Any] = {}
    for name, value in status.items():
        if name == "next":
            steps = value if isinstance(value, list) else [value] if value else []
            lines = {each["command"]: _spell_step(each) for each in steps}
            shown[name] = lines or None
        else:
            shown[name] = lay_steps(value) if isinstance(value, dict) else value
    return shown


def _spell_step(step: dict[str, str]) -> str:
    return f"{step['who']}: {step['what']}"
