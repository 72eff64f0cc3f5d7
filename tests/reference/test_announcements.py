"""Each fact about what is announced is found, and found by the first audit too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from election.crypto.transcript import Address
from election.protocol import events
from election.protocol.board import Board, Log
from election.protocol.context import derive_election_id
from election.protocol.manifest import Member, Roster
from reference.build import Build
from tests.audit.cast_of_roles import OBSERVERS, account_of
from tests.audit.tampering import change, find, put
from tests.reference.both import find_faults, holds_in_the_first
from tests.reference.twins import (
    Twin,
    leave_out,
    leave_out_of_attempt,
    move,
    of_contest,
    repeat,
    say,
)

NOBODY = bytes(20)
WORD = bytes(32)
MANY = tuple(bytes([n]) * 20 for n in range(1, 34))
LONG = ("one", "x" * 129)
ALIKE = ("One", "0NE", "Two")


def rules(**fields: Any) -> Twin:
    """Say something else in the rules."""

    def tamper(board: Board) -> Board:
        deployed = find(board, events.ElectionDeployed)
        return change(board, deployed, rules=replace(deployed.event.rules, **fields))

    return tamper


def roster(**fields: Any) -> Twin:
    """Say something else of the trustees' roster; members: how to change them."""

    def tamper(board: Board) -> Board:
        deployed = find(board, events.ElectionDeployed)
        old = deployed.event.trustees
        new = {k: v(old.members) if callable(v) else v for k, v in fields.items()}
        return change(board, deployed, trustees=replace(old, **new))

    return tamper


def write(kind: type[Any], **fields: Any) -> Twin:
    """Write the log of an event otherwise."""

    def tamper(board: Board) -> Board:
        log = find(board, kind).log
        return put(board, log, replace(log, **fields))

    return tamper


def write_as_blueprint(board: Board) -> Board:
    """Show a log of a contract that has code on the board, and can have no logs."""
    blueprint = find(board, events.ElectionDeployed).event.blueprints.box
    return write(events.BoxOpened, address=blueprint)(board)


def second(**fields: Callable[[Log], Any]) -> Twin:
    """Write the second log otherwise."""

    def tamper(board: Board) -> Board:
        log = board.logs[1]
        new = {name: make(log) for name, make in fields.items()}
        return put(board, log, replace(log, **new))

    return tamper


def head(**fields: int) -> Twin:
    """Move the head of the chain."""

    def tamper(board: Board) -> Board:
        moved = {k: getattr(board.head, k) + v for k, v in fields.items()}
        return replace(board, head=replace(board.head, **moved))

    return tamper


def other_code(part: str) -> Twin:
    """Put another blueprint where one is announced."""

    def tamper(board: Board) -> Board:
        blueprints = find(board, events.ElectionDeployed).event.blueprints
        address = getattr(blueprints, part)
        code = {**board.code, address: board.code[address] + b"\0"}
        return replace(board, code=code)

    return tamper


def announce_other_blueprint(board: Board) -> Board:
    return change(board, find(board, events.ElectionDeployed), box_code_hash=WORD)


def append_code(board: Board) -> Board:
    address = find(board, events.ElectionDeployed).event.tally
    code = {**board.code, address: board.code[address] + b"\0"}
    return replace(board, code=code)


def put_other_box(board: Board) -> Board:
    other = of_contest(board, events.BoxCreated, 2).event.box
    return change(board, of_contest(board, events.BoxCreated, 1), box=other)


def swap_keys(board: Board) -> Board:
    opened = of_contest(board, events.BoxOpened, 1)
    keys = opened.event.election_keys
    return change(board, opened, election_keys=keys[128:256] + keys[:128] + keys[256:])


def swap_credential_keys(board: Board) -> Board:
    one, two = (of_contest(board, events.BoxOpened, each) for each in (1, 2))
    return change(board, one, credential_key=two.event.credential_key)


def deploy_twice(board: Board) -> Board:
    deployed = find(board, events.ElectionDeployed)
    twice = repeat(events.ElectionDeployed)(board)
    other = replace(deployed.event.rules, slug="another")
    return change(twice, deployed, rules=other)


def rename(slug: str) -> Twin:
    """Name the election otherwise, with the id of that name."""

    def tamper(board: Board) -> Board:
        deployed = find(board, events.ElectionDeployed)
        new = replace(deployed.event.rules, slug=slug)
        return change(board, deployed, rules=new, election_id=derive_election_id(slug))

    return tamper


def seat_nobody(members: Any) -> Any:
    return (*members[:-1], replace(members[-1], account=NOBODY))


def first_twice(members: Any) -> Any:
    return (*members[:-1], members[0])


def two_of_commission(members: Any) -> Any:
    named = [replace(member, commission=True) for member in members[:2]]
    return (*named, *members[2:])


def add_members(members: Any) -> Any:
    """Seat nobody else, but list 21."""
    more = range(len(members) + 1, 22)
    return (*members, *(replace(members[0], account=bytes([n]) * 20) for n in more))


def list_many(count: int) -> Twin:
    """List further contests until there are so many."""

    def tamper(board: Board) -> Board:
        deployed = find(board, events.ElectionDeployed)
        contests = deployed.event.contests
        more = (replace(contests[-1], id=1000 + n) for n in range(count))
        many = (*contests, *more)[:count]
        return change(board, deployed, contests=many)

    return tamper


def lengthen_complaints(board: Board) -> Board:
    """Have 64 contests, and ten issuers of whom seven are needed."""
    many = list_many(64)(board)
    deployed = find(many, events.ElectionDeployed)
    accounts = (Address(bytes([n]) * 20) for n in range(1, 11))
    members = tuple(Member(account, False) for account in accounts)
    return change(many, deployed, issuers=Roster(7, 10, members))


def cut_topics(board: Board) -> Board:
    log = find(board, events.BoxCreated).log
    return put(board, log, replace(log, topics=log.topics[:1]))


FACTS: tuple[tuple[str, str, Twin], ...] = (
    ("record", "no event of its contract", write(events.BoxCreated, topics=())),
    ("record", "outside the election", write_as_blueprint),
    ("record", "not in its one encoding", write(events.BoxCreated, data=bytes(96))),
    ("record", "cut off", write(events.BoxCreated, data=b"")),
    ("record", "stands after the head", head(number=-1)),
    ("record", "does not stand after", second(index=lambda _: 0)),
    ("record", "is of no listed contest", move(events.PaperMarked, 99)),
    ("clock", "runs back in time", head(timestamp=-1)),
    ("clock", "time of its block", second(timestamp=lambda log: log.timestamp + 1)),
    ("code", "hash of the box blueprint: is another one", announce_other_blueprint),
    ("code", "proofs of the ceremonies: are another build", other_code("proofs")),
    ("code", "blueprint of the small_box: is not", other_code("small_box")),
    ("code", "fixes words of its own", append_code),
    ("rules", "are announced twice", deploy_twice),
    ("rules", "times that do not increase", rules(times=(1, 2, 3, 4, 5, 5, 6))),
    ("rules", "steps of no time", rules(step_seconds=0)),
    ("rules", "no time for every attempt", rules(step_seconds=86_400 // 15 + 1)),
    ("rules", "observe itself", rules(commission=account_of(OBSERVERS[0]))),
    ("rules", "hide the commission", rules(commission=account_of("trustee 3"))),
    ("code", "does not follow from", rules(title="Another")),
    ("code", "blueprint of the ceremony: is not", other_code("ceremony")),
    ("code", "blueprint of the tally: is not", other_code("tally")),
    ("rules", "open a single ballot", rules(m_min=1)),
    ("rules", "an office of nobody", rules(polling_station=NOBODY)),
    ("rules", "one key for two", rules(portal=account_of("sms gateway"))),
    (
        "rules",
        "list an observer twice",
        rules(observers=(account_of(OBSERVERS[0]),) * 2, quorum=1),
    ),
    ("rules", "impossible quorum", rules(quorum=4)),
    ("rules", "impossible quorum", rules(quorum=0)),
    ("rules", "impossible threshold", roster(threshold=1)),
    ("rules", "impossible number of members", roster(seats=5)),
    ("rules", "list a member twice", roster(members=first_twice)),
    ("rules", "list nobody", roster(members=seat_nobody)),
    ("rules", "the commission a threshold", roster(members=two_of_commission)),
    ("rules", "not its candidates once", repeat(events.ContestListed)),
    ("rules", "not at its position", say(events.ContestListed, position=3)),
    ("rules", "2 to 16 candidates", say(events.ContestListed, candidates=("one",))),
    ("rules", "no words", say(events.ContestListed, candidates=("one", ""))),
    ("rules", "no words", say(events.ContestListed, title="held\x1b[1A")),
    ("rules", "signs alone", say(events.ContestListed, candidates=("one", "..."))),
    ("rules", "not in NFC", rules(title="e\u0301")),
    ("rules", "slug of more than 64", rename("x" * 65)),
    ("rules", "slug that is none", rename("-x")),
    ("rules", "text of more than 128", rules(title="x" * 129)),
    ("rules", "two lines that look alike", say(events.ContestListed, candidates=ALIKE)),
    ("rules", "more than 32 observers", rules(observers=MANY)),
    ("rules", "impossible threshold", roster(threshold=9, seats=11)),
    ("rules", "impossible number of members", roster(members=add_members)),
    ("rules", "have complaints too long", lengthen_complaints),
    ("rules", "not 1 to 64 contests", list_many(65)),
    ("rules", "2 to 16 candidates", say(events.ContestListed, candidates=("x",) * 17)),
    ("rules", "text of more than 128", say(events.ContestListed, title="x" * 129)),
    ("rules", "text of more than 128", say(events.ContestListed, candidates=LONG)),
    ("contexts", "has two boxes", repeat(events.BoxOpened)),
    ("contexts", "at another address", put_other_box),
    ("contexts", "another ctx than its box", say(events.BoxCreated, ctx=WORD)),
    ("contexts", "other election keys", swap_keys),
    ("contexts", "another credential key", swap_credential_keys),
    ("contexts", "another ctx than its terms", rules(m_min=4)),
    ("contexts", "has too few keys", say(events.ContestListed, candidates=("x",) * 8)),
    ("contexts", "g2 point", say(events.BoxOpened, credential_key=bytes(256))),
    ("lists", "impossible size", say(events.ListPublished, 2, size=0)),
    ("lists", "impossible size", say(events.ListPublished, 2, size=2**24 + 1)),
    ("record", "another number of topics", cut_topics),
    ("contexts", "did not start", leave_out_of_attempt(events.AttemptStarted)),
    ("rules", "slug that is none", rename("")),
    ("rules", "have another id", rules(slug="another")),
    ("rules", "impossible threshold", roster(threshold=4)),
    ("lists", "is of no contest", move(events.ListPublished, 9)),
    ("lists", "has no list", leave_out(events.ListPublished, 4)),
)


@pytest.mark.parametrize(("name", "fact", "tamper"), FACTS)
def test_fault_is_found_by_its_check_in_both(
    board: Board, builds: Mapping[str, Build], name: str, fact: str, tamper: Twin
) -> None:
    tampered = tamper(board)
    assert fact in find_faults(tampered, builds, name)
    assert not holds_in_the_first(tampered, name)
