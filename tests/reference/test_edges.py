"""What is just within a rule holds in both audits, which look at the last of many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from election.crypto.scalar import ORDER
from election.crypto.transcript import Address
from election.protocol import events
from election.protocol.board import Board
from election.protocol.context import derive_texts_hash
from election.protocol.events import ContestListed
from election.protocol.manifest import Member
from election.protocol.replay import Entry, Part, replay_board
from reference.build import Build
from tests.audit.cast_of_roles import account_of
from tests.audit.checks.test_ceremonies import in_part
from tests.audit.tampering import change, delay_block, drop, examine, find, put
from tests.reference.both import find_faults, holds_in_the_first
from tests.reference.test_announcements import (
    MANY,
    lengthen_complaints,
    list_many,
    other_code,
    rename,
    roster,
    rules,
)
from tests.reference.test_ceremony import abort_at_once
from tests.reference.test_checks import attest
from tests.reference.twins import Twin, of_contest, say

WORD = bytes(32)
LAST = 4
"""The contest that is listed last."""


def both(*twins: Twin) -> Twin:
    """Change several things."""

    def tamper(board: Board) -> Board:
        for each in twins:
            board = each(board)
        return board

    return tamper


def seats(count: int, commission: int | None = None) -> Callable[[Any], Any]:
    """Give so many members, of whom one is the commission's if a place is given."""
    return lambda _: tuple(
        Member(Address(bytes([n]) * 20), n == commission) for n in range(1, count + 1)
    )


def seat_commission(members: Any) -> Any:
    """Let the commission be the last reserve, and say so."""
    return (*members[:-1], Member(account_of("commission"), True))


def seat_two_of_commission(members: Any) -> Any:
    """Give the commission the first seat and the last."""
    ours = [replace(members[at], commission=True) for at in (0, 2)]
    return (ours[0], members[1], ours[1], *members[3:])


def list_candidates(count: int) -> Twin:
    """Let the first contest have so many candidates from the beginning."""

    def tamper(board: Board) -> Board:
        names = tuple(f"Candidate {n}" for n in range(1, count + 1))
        listed = find(board, ContestListed)
        texts = derive_texts_hash(listed.event.title, names, ("",) * count)
        board = change(board, listed, candidates=names, particulars=("",) * count)
        deployed = find(board, events.ElectionDeployed)
        first, *others = deployed.event.contests
        sealed = (replace(first, slots=count, texts=texts), *others)
        return change(board, deployed, contests=sealed)

    return tamper


def fix_slots(at: int, slots: int) -> Twin:
    """Announce another number of candidates of a contest, by its place."""

    def tamper(board: Board) -> Board:
        deployed = find(board, events.ElectionDeployed)
        contests = list(deployed.event.contests)
        contests[at] = replace(contests[at], slots=slots)
        return change(board, deployed, contests=tuple(contests))

    return tamper


def keep_one_contest(board: Board) -> Board:
    for contest in (2, 3, 4):
        board = drop(board, of_contest(board, ContestListed, contest))
    return list_many(1)(board)


def fill_complaints(board: Board) -> Board:
    """Have complaints of as many bytes as there may be: nine issuers, of whom seven."""
    many = list_many(60)(lengthen_complaints(board))
    deployed = find(many, events.ElectionDeployed)
    issuers = deployed.event.issuers
    members = issuers.members[:9]
    return change(many, deployed, issuers=replace(issuers, seats=9, members=members))


def leave_out_share(board: Board) -> Board:
    """Leave out a share that no result needs, so that there are exactly k."""
    unused = find(board, events.ShareAccepted, lambda e: e.event.trustee == 3)
    return drop(board, unused)


def derive_few(board: Board) -> Board:
    """Derive no more slots than the first contest has."""
    for slot in range(4, 8):
        told = find(
            board,
            events.SlotDerived,
            lambda e, slot=slot: (  # type: ignore[misc]
                e.contract.part is Part.TRUSTEES and e.event.slot == slot
            ),
        )
        board = drop(board, told)
    return board


def enroll_at_once(board: Board) -> Board:
    """Enroll in the second in which keys may be made."""
    first = in_part(board, events.Enrolled, Part.TRUSTEES, attempt=1)
    times = find(board, events.ElectionDeployed).event.rules.times
    return delay_block(board, first.log.block_number, times[0])


HOLDS: tuple[tuple[str, Twin], ...] = (
    ("rules", rules(m_min=2)),
    ("rules", rules(quorum=1)),
    ("rules", rules(quorum=3)),
    ("rules", rules(observers=MANY[:32], quorum=32)),
    ("rules", rules(step_seconds=86_400 // 15)),
    ("rules", rules(title="x" * 128)),
    ("rules", rules(title="2026")),
    ("rules", rename("x" * 64)),
    ("rules", roster(threshold=3)),
    ("rules", roster(threshold=10, seats=10, members=seats(10))),
    (
        "rules",
        both(
            rules(step_seconds=60),
            roster(threshold=10, seats=10, members=seats(20)),
        ),
    ),
    ("rules", roster(members=seat_commission)),
    ("rules", list_candidates(2)),
    ("rules", list_candidates(16)),
    ("rules", keep_one_contest),
    ("lists", say(events.ListPublished, 2, size=1)),
    ("lists", say(events.ListPublished, 2, size=2**24)),
    ("clock", enroll_at_once),
    ("trustees", abort_at_once),
    ("openings", rules(m_min=4)),
    ("shares", derive_few),
    ("results", leave_out_share),
)
NOT_FOUND: tuple[tuple[str, str, Twin], ...] = (
    ("rules", "not 1 to 64 contests", list_many(64)),
    ("rules", "have complaints too long", fill_complaints),
    ("trustees", "has no roster", roster(threshold=3)),
    ("trustees", "has no roster", roster(seats=4)),
    ("code", "is not the build of its source", list_candidates(6)),
    ("attestations", "is out of its time", attest(0)),
    ("attestations", "is out of its time", attest(900)),
    ("extensions", "too much", say(events.Extended, delta=7_200)),
)


@pytest.mark.parametrize(("name", "tamper"), HOLDS)
def test_what_is_just_within_holds_in_both(
    board: Board, builds: Mapping[str, Build], name: str, tamper: Twin
) -> None:
    tampered = tamper(board)
    assert tampered != board
    assert find_faults(tampered, builds, name) == ""
    assert holds_in_the_first(tampered, name)


@pytest.mark.parametrize(("name", "fact", "tamper"), NOT_FOUND)
def test_what_is_just_within_is_not_found(
    board: Board, builds: Mapping[str, Build], name: str, fact: str, tamper: Twin
) -> None:
    """Other facts are: they follow from what was changed for it."""
    assert fact not in find_faults(tamper(board), builds, name)


@pytest.mark.parametrize(
    ("name", "fact", "tamper"),
    [
        ("trustees", "cannot hold a key", roster(threshold=3)),
        ("trustees", "cannot hold a key", roster(seats=4)),
        ("code", "is not the build of its source", list_candidates(6)),
        ("extensions", "seconds in all", say(events.Extended, delta=7_200)),
    ],
)
def test_what_is_just_within_is_not_found_by_the_first(
    board: Board, name: str, fact: str, tamper: Twin
) -> None:
    facts = [finding.fact for finding in examine(tamper(board)).get(name, ())]
    assert not any(fact in each for each in facts)


# The last of many


def last(board: Board, kind: type[Any]) -> Entry[Any]:
    """Find the last event of a kind."""
    entries = replay_board(board).entries
    return next(each for each in reversed(entries) if isinstance(each.event, kind))


def say_last(kind: type[Any], **fields: Any) -> Twin:
    return lambda board: change(board, last(board, kind), **fields)


def repeat_last(kind: type[Any]) -> Twin:
    def tamper(board: Board) -> Board:
        log = last(board, kind).log
        return put(board, log, log, replace(log, index=log.index + 1))

    return tamper


def leave_out_last(kind: type[Any]) -> Twin:
    return lambda board: drop(board, last(board, kind))


def write_last(**fields: Any) -> Twin:
    """Write the last log of all otherwise."""

    def tamper(board: Board) -> Board:
        log = board.logs[-1]
        return put(board, log, replace(log, **fields))

    return tamper


def attest_last(board: Board) -> Board:
    moved = last(board, events.Issued)
    expired = replace(moved.event.portal, expiry=moved.log.timestamp - 1)
    return change(board, moved, portal=expired)


def fix_last_twice(board: Board) -> Board:
    deployed = find(board, events.ElectionDeployed)
    contests = deployed.event.contests
    return change(board, deployed, contests=(*contests, contests[-1]))


def append_to_last_box(board: Board) -> Board:
    address = of_contest(board, events.BoxCreated, LAST).event.box
    code = {**board.code, address: board.code[address] + b"\0"}
    return replace(board, code=code)


def cut_second_share(board: Board) -> Board:
    share = find(board, events.ShareAccepted, lambda e: e.event.trustee == 2)
    return change(board, share, decryption=share.event.decryption[:128])


FACTS: tuple[tuple[str, str, Twin], ...] = (
    ("record", "no event of its contract", write_last(topics=())),
    ("clock", "runs back in time", write_last(timestamp=0)),
    ("code", "fixes words of its own", append_to_last_box),
    ("code", "blueprint of the box: is not", other_code("box")),
    ("rules", "times that do not increase", rules(times=(1, 2, 3, 4, 5, 6, 6))),
    (
        "rules",
        "an office of nobody",
        rules(observers=(account_of("observer 1"), bytes(20)), quorum=1),
    ),
    ("rules", "the commission a threshold", roster(members=seat_two_of_commission)),
    ("rules", "have complaints too long", fix_slots(-1, 10**6)),
    ("rules", "not 2 to 16 candidates", fix_slots(-1, 17)),
    ("rules", "not 2 to 16 candidates", fix_slots(-1, 1)),
    ("rules", "is fixed twice", fix_last_twice),
    ("rules", "not at its position", say(ContestListed, LAST, position=0)),
    ("rules", "not its candidates once", leave_out_last(ContestListed)),
    ("rules", "text of more than 128", say_last(ContestListed, title="x" * 129)),
    (
        "rules",
        "text of more than 256",
        say_last(ContestListed, particulars=("", "x" * 257)),
    ),
    ("contexts", "another ctx than its box", say_last(events.BoxCreated, ctx=WORD)),
    ("lists", "impossible size", say_last(events.ListPublished, size=0)),
    ("leaves", "does not follow", say_last(events.Issued, nonce=9)),
    ("attestations", "portal: is out of its time", attest_last),
    ("issuance", "is one of several", repeat_last(events.Issued)),
    ("issuance", "is infinity", say_last(events.Issued, blinded=bytes(128))),
    ("ballots", "another hash", say_last(events.BallotCast, ballot_hash=WORD)),
    ("casting", "was cast twice", repeat_last(events.BallotCast)),
    ("counting", "voters", leave_out_last(events.Issued)),
    ("sums", "another number", say_last(events.TallyFrozen, cast_count=9)),
    ("openings", "the tally was final", repeat_last(events.ResultPublished)),
    ("openings", "was frozen small", leave_out_last(events.TallyWithheld)),
    ("shares", "is one of several", repeat_last(events.ShareAccepted)),
    ("shares", "is of no trustee", say_last(events.ShareAccepted, trustee=9)),
    ("shares", "is not reduced", say_last(events.ShareAccepted, s=ORDER)),
    ("results", "another length", cut_second_share),
    ("issuers", "is not reduced", say_last(events.Dealt, s=ORDER)),
    ("issuers", "is not reduced", say_last(events.Confirmed, s=ORDER)),
    ("issuers", "is not reduced", say_last(events.ComplaintJudged, s=ORDER)),
)


@pytest.mark.parametrize(("name", "fact", "tamper"), FACTS)
def test_fault_of_the_last_is_found_by_both(
    board: Board, builds: Mapping[str, Build], name: str, fact: str, tamper: Twin
) -> None:
    tampered = tamper(board)
    assert fact in find_faults(tampered, builds, name)
    assert not holds_in_the_first(tampered, name)
