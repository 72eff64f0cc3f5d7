"""Read where an election stands: phase, ceremonies, contests, and what is next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from election.client.contract import Contract
from election.client.contracts.ballot_box import BallotBox
from election.client.contracts.key_ceremony import KeyCeremony
from election.client.open_election import OpenElection
from election.protocol.abi import ContractName
from election.protocol.ceremony.attempt import Step
from election.protocol.phases import Phase
from election.protocol.replay import Part
from election.protocol.tally import TallyState
from election.protocol.text import spell_lines
from election.protocol.voter_list import NO_LIST
from scripts.anybody.carried_steps import carry
from scripts.anybody.ceremony_standing import Attendance, read_attendance
from scripts.anybody.next_steps import (
    Count,
    Keys,
    NextStep,
    Outlook,
    find_next,
    list_next,
)
from scripts.anybody.own_steps import list_own
from scripts.anybody.viewer import Viewer, list_done, name_place
from scripts.shared.contests import spell_counts
from scripts.shared.moments import Moment
from scripts.shared.omissions import list_missing
from scripts.shared.standing import name_starts


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is read once, for all that is said of it."""

    opened: OpenElection
    look: Outlook
    attended: Mapping[Part, Attendance]


def read_status(opened: OpenElection, viewer: Viewer | None = None) -> dict[str, Any]:
    """Read phase, times, ceremonies and counts of an election.

    viewer: whose part in it is told, too.
    """
    look = read_outlook(opened)
    handles = {Part.TRUSTEES: opened.trustees, Part.ISSUERS: opened.issuers}
    attended = {
        each.part: read_attendance(handles[each.part], each.step) for each in look.keys
    }
    reading = _Reading(opened, look, attended)
    end = find_end(look)
    status = {
        "title": opened.rules.title,
        "test": opened.rules.test,
        "phase": look.phase.name.lower(),
        "phase_ends": None if end is None else Moment(end),
        "seconds_left": None if end is None else end - look.now,
        "now": Moment(look.now),
        "next": [_encode(each) for each in list_next(look)],
        "times": name_starts(look.starts),
        "trustees": _read_ceremony(opened.trustees, attended[Part.TRUSTEES]),
        "issuers": _read_ceremony(opened.issuers, attended[Part.ISSUERS]),
        "contests": {
            str(each): _read_contest(reading, each) for each in opened.contests
        },
        "warnings": list_missing(opened),
    }
    if viewer is not None:
        status["you"] = _read_own(viewer, reading, status)
    return status


def find_end(look: Outlook) -> int | None:
    """Find when the phase ends, Unix seconds; None where no time ends it."""
    if look.phase >= Phase.CLOSED:
        return None
    return look.begin(Phase(look.phase + 1))


def _encode(step: NextStep) -> dict[str, Any]:
    return asdict(step) | {"due": Moment(step.due) if step.due else None}


def _read_own(
    viewer: Viewer, reading: _Reading, status: Mapping[str, Any]
) -> dict[str, Any]:
    counted = (
        status["contests"][str(each)]["next"] for each in reading.opened.contests
    )
    of_contests = [
        NextStep(each["command"], each["who"], each["what"]) for each in counted if each
    ]
    own = list_own(
        viewer.role,
        reading.look,
        [*list_next(reading.look), *of_contests],
        done={*list_done(viewer, status, reading.attended)},
    )
    if viewer.is_apart:
        own = carry(own, viewer.role, reading.look, card=viewer.card)
    account = viewer.account
    return {
        "role": viewer.role.value,
        "account": None if account is None else f"0x{account.hex()}",
        "place": name_place(viewer, reading.opened, reading.attended),
        "now": [_encode(each) for each in own.now],
        "later": None if own.later is None else _encode(own.later),
        "may": [_encode(each) for each in own.may],
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


def _read_ceremony(handle: KeyCeremony, attended: Attendance) -> dict[str, Any]:
    deadline, members, threshold = handle.deadline(), handle.n(), handle.k()
    step = handle.step()
    return {
        "step": step.name.lower(),
        "attempt": handle.attempt(),
        "members": members,
        "threshold": threshold,
        "may_be_missing": max(0, members - threshold),
        "until": Moment(deadline) if deadline else None,
        "seats": [
            {
                "seat": seat,
                "account": f"0x{each.hex()}",
                "acted": seat in attended.acted,
            }
            for seat, each in enumerate(attended.members, 1)
        ],
        "missing": [] if step is Step.FAILED else list(attended.missing),
        "excluded": [f"0x{each.hex()}" for each in attended.excluded],
    }


def _read_contest(reading: _Reading, contest: int) -> dict[str, Any]:
    opened, look = reading.opened, reading.look
    voter_list = opened.voter_list
    published = voter_list.published([contest])[contest]
    listed = opened.contests[contest]
    counts = opened.tally.counts(contest)
    lines = spell_lines(listed.candidates, listed.particulars)
    state = opened.tally.state(contest)
    cast = _read_cast_count(opened, contest)
    shares = _read_shares(opened, contest, state)
    given = 0 if shares is None else len(shares["given"])
    step = find_next(_read_count(opened, contest, state, look, cast, given), look)
    return {
        "title": listed.title,
        "next": None if step is None else _encode(step),
        "voters": None if published == NO_LIST else published.voters,
        "online": voter_list.online(contest),
        "paper": voter_list.paper(contest),
        "issued": voter_list.issued(contest),
        "cast": cast,
        "tally": state.name.lower(),
        "shares": shares,
        "counts": spell_counts(lines, counts),
    }


def _read_shares(
    opened: OpenElection, contest: int, state: TallyState
) -> dict[str, Any] | None:
    """Read the seats of trustees whose share is there, and of the others."""
    if state is not TallyState.OPEN:
        return None
    found = opened.tally.shares(contest, trustees=opened.trustees.n())
    given = [seat for seat, share in enumerate(found, 1) if share]
    return {
        "given": given,
        "missing": [seat for seat, share in enumerate(found, 1) if not share],
        "needed": opened.deployed.trustees.threshold,
    }


def _read_count(
    opened: OpenElection,
    contest: int,
    state: TallyState,
    look: Outlook,
    cast: int | None,
    shares: int,
) -> Count:
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
