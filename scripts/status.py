"""Show where an election stands."""

from __future__ import annotations

from typing import Any

from election.client.contract import Contract
from election.client.contracts.ballot_box import BallotBox
from election.client.contracts.key_ceremony import KeyCeremony
from election.client.open_election import OpenElection
from election.protocol.abi import ContractName
from election.protocol.text import TEST, spell_lines, spell_time
from election.protocol.voter_list import NO_LIST
from scripts.contests import spell_counts
from scripts.omissions import list_missing
from scripts.options import DEFAULT_URL, AsJson, ElectionFile, RpcUrl
from scripts.session import enter
from scripts.terminal import say, show

EXAMPLE = "veche status --election election.json"
_TIMES = ("keys", "list", "registration", "freeze", "voting", "grace", "closed")


def read_status(opened: OpenElection) -> dict[str, Any]:
    """Read phase, times, ceremonies and counts of an election."""
    closings = opened.election.closings()
    times = (*opened.rules.times[:5], *closings)
    return {
        "title": opened.rules.title,
        "test": opened.rules.test,
        "phase": opened.election.phase().name.lower(),
        "now": spell_time(opened.connection.read_clock()),
        "times": dict(zip(_TIMES, map(spell_time, times), strict=True)),
        "trustees": _read_ceremony(opened.trustees),
        "issuers": _read_ceremony(opened.issuers),
        "contests": {
            str(each): _read_contest(opened, each) for each in opened.contests
        },
        "warnings": list_missing(opened),
    }


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


def _read_contest(opened: OpenElection, contest: int) -> dict[str, Any]:
    voter_list = opened.voter_list
    published = voter_list.published([contest])[contest]
    listed = opened.contests[contest]
    counts = opened.tally.counts(contest)
    lines = spell_lines(listed.candidates, listed.particulars)
    return {
        "title": listed.title,
        "voters": None if published == NO_LIST else published.voters,
        "online": voter_list.online(contest),
        "paper": voter_list.paper(contest),
        "issued": voter_list.issued(contest),
        "cast": _read_cast_count(opened, contest),
        "tally": opened.tally.state(contest).name.lower(),
        "counts": spell_counts(lines, counts),
    }


def _read_cast_count(opened: OpenElection, contest: int) -> int | None:
    (address,) = opened.election.boxes([contest])
    if not any(address):
        return None
    connection = opened.connection
    return BallotBox(
        Contract(connection, ContractName.BALLOT_BOX, address)
    ).cast_count()


def command(
    election: ElectionFile, rpc_url: RpcUrl = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """Show phase, times, ceremonies and counts of an election; sends nothing."""
    status = read_status(enter(election, rpc_url))
    if as_json:
        show(status, as_json=True)
        return
    for warning in status.pop("warnings"):
        say(f"warning: {warning}")
    status["test"] = TEST if status["test"] else "no"
    show(status, as_json=False)
