"""Each fact that a check knows is found, and found by the first audit too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from election.crypto.group import G, encode_g1
from election.crypto.transcript import Address
from election.protocol import events
from election.protocol.abi import ContractName
from election.protocol.board import Board, Log
from election.protocol.context import derive_election_id
from election.protocol.manifest import Member, Roster
from election.protocol.replay import Entry, Part
from reference.build import Build
from tests.audit.cast_of_roles import OBSERVERS, account_of
from tests.audit.checks.test_ceremonies import in_part
from tests.audit.tampering import change, drop, encode_event, find, put
from tests.reference.both import find_faults, holds_in_the_first

Twin = Callable[[Board], Board]
NOBODY = bytes(20)
WORD = bytes(32)
GENERATOR = encode_g1(G)
MANY = tuple(bytes([n]) * 20 for n in range(1, 34))
LONG = ("one", "x" * 129)


def of_contest(board: Board, kind: type[Any], contest: int) -> Entry[Any]:
    return find(
        board,
        kind,
        lambda e: contest in (e.contract.contest, getattr(e.event, "contest", None)),
    )


def say(kind: type[Any], contest: int | None = None, **fields: Any) -> Twin:
    """Say something else in the first event of a kind, of a contest."""

    def tamper(board: Board) -> Board:
        entry = of_contest(board, kind, contest) if contest else find(board, kind)
        return change(board, entry, **fields)

    return tamper


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


def repeat(kind: type[Any], contest: int | None = None) -> Twin:
    """Tell an event twice."""

    def tamper(board: Board) -> Board:
        entry = of_contest(board, kind, contest) if contest else find(board, kind)
        log = entry.log
        return put(board, log, log, replace(log, index=log.index + 1))

    return tamper


def leave_out(kind: type[Any], contest: int) -> Twin:
    """Leave out an event of a contest."""
    return lambda board: drop(board, of_contest(board, kind, contest))


def write(kind: type[Any], **fields: Any) -> Twin:
    """Write the log of an event otherwise."""

    def tamper(board: Board) -> Board:
        log = find(board, kind).log
        return put(board, log, replace(log, **fields))

    return tamper


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


def cut_share(board: Board) -> Board:
    share = find(board, events.ShareAccepted)
    return change(board, share, decryption=share.event.decryption[:128])


def move(kind: type[Any], contest: int) -> Twin:
    """Say that the first event of a kind is of another contest."""
    return lambda board: change(board, find(board, kind), contest=contest)


def claim_leaf_of_another(board: Board) -> Board:
    moved = find(board, events.PaperMarked)
    return change(board, moved, leaf=WORD)


def sign_unlocked(board: Board) -> Board:
    signature = find(board, events.Withdrawn).event.lock_signature
    moved = of_contest(board, events.Issued, 2)
    return change(board, moved, lock_signature=signature)


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


def attest(seconds: int) -> Twin:
    """Let the portal's word for a registration live so long, from its block on."""

    def tamper(board: Board) -> Board:
        moved = find(board, events.Registered)
        expiry = moved.log.timestamp + seconds
        return change(board, moved, portal=replace(moved.event.portal, expiry=expiry))

    return tamper


def attest_for_both(board: Board) -> Board:
    moved = find(board, events.Registered)
    return change(board, moved, sms=moved.event.portal)


def unlock_by_another_act(board: Board) -> Board:
    withdrawn = find(board, events.Withdrawn).event
    moved = find(board, events.Issued, lambda e: e.event.leaf == withdrawn.leaf)
    return change(board, moved, lock_signature=withdrawn.lock_signature)


def break_path(board: Board) -> Board:
    moved = find(board, events.PaperMarked)
    request = replace(moved.event.request, path=())
    return change(board, moved, request=request)


def mark_before_any_list(board: Board) -> Board:
    """Leave all lists out of the contest in which a voter is on paper."""
    contest = find(board, events.PaperMarked).event.contest
    for _ in range(2):
        board = drop(board, of_contest(board, events.ListPublished, contest))
    return board


def shorten_list(board: Board) -> Board:
    """Say that the list in force has one voter."""
    first = of_contest(board, events.ListPublished, 1)
    later = drop(board, first)
    return change(later, of_contest(later, events.ListPublished, 1), size=1)


def count_withheld(board: Board) -> Board:
    return change(board, of_contest(board, events.ResultPublished, 2), contest=4)


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


def freeze_otherwise(at: int, raw: bytes) -> Twin:
    def tamper(board: Board) -> Board:
        frozen = find(board, events.TallyFrozen)
        totals = frozen.event.totals[: at * 128] + raw
        totals += frozen.event.totals[(at + 1) * 128 :]
        return change(board, frozen, totals=totals)

    return tamper


def give_sigma_of_another(board: Board) -> Board:
    one = of_contest(board, events.BallotCast, 1)
    two = find(
        board,
        events.BallotCast,
        lambda e: e.contract.contest == 1 and e.event != one.event,
    )
    sigma = two.event.ballot[-128:]
    return change(board, one, ballot=one.event.ballot[:-128] + sigma)


def put_word(word: bytes) -> Twin:
    def tamper(board: Board) -> Board:
        cast = of_contest(board, events.BallotCast, 1)
        return change(board, cast, ballot=word + cast.event.ballot[32:])

    return tamper


def cut_ballot(board: Board) -> Board:
    cast = of_contest(board, events.BallotCast, 1)
    return change(board, cast, ballot=cast.event.ballot[:-32])


def cut_ciphertext(board: Board) -> Board:
    cast = of_contest(board, events.BallotCast, 1)
    return change(board, cast, ballot=cast.event.ballot[:160])


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
        last = find(board, events.ContestListed, lambda e: e.event.position == 4)
        logs = [last.log]
        for position in range(5, count + 1):
            event = replace(last.event, contest=1000 + position, position=position)
            topics, data = encode_event(event, ContractName.ELECTION)
            logs.append(replace(last.log, topics=topics, data=data))
        return put(board, last.log, *logs)

    return tamper


def lengthen_complaints(board: Board) -> Board:
    """Have 64 contests, and ten issuers of whom seven are needed."""
    many = list_many(64)(board)
    deployed = find(many, events.ElectionDeployed)
    accounts = (Address(bytes([n]) * 20) for n in range(1, 11))
    members = tuple(Member(account, False) for account in accounts)
    return change(many, deployed, issuers=Roster(7, 10, members))


def withdraw_often(board: Board) -> Board:
    """Withdraw oftener than was registered."""
    withdrawn = find(board, events.Withdrawn)
    log = withdrawn.log
    again = [replace(log, index=log.index + n) for n in range(9)]
    return put(board, log, *again)


def cut_topics(board: Board) -> Board:
    log = find(board, events.BoxCreated).log
    return put(board, log, replace(log, topics=log.topics[:1]))


def leave_out_of_attempt(kind: type[Any]) -> Twin:
    """Leave out an event of the trustees' final attempt."""
    return lambda board: drop(board, in_part(board, kind, Part.TRUSTEES, attempt=2))


def cut_images(board: Board) -> Board:
    slot = in_part(board, events.SlotDerived, Part.TRUSTEES, attempt=2)
    return change(board, slot, verification_keys=b"")


def change_unused_share(board: Board) -> Board:
    share = find(board, events.ShareAccepted, lambda e: e.event.trustee == 3)
    return change(board, share, decryption=b"\xff" * 384)


FACTS: tuple[tuple[str, str, Twin], ...] = (
    ("record", "no event of its contract", write(events.BoxCreated, topics=())),
    ("record", "outside the election", write(events.BoxOpened, address=NOBODY)),
    ("record", "not in its one encoding", write(events.BoxCreated, data=bytes(96))),
    ("record", "cut off", write(events.BoxCreated, data=b"")),
    ("record", "stands after the head", head(number=-1)),
    ("record", "does not stand after", second(index=lambda _: 0)),
    ("record", "is of no listed contest", move(events.PaperMarked, 99)),
    ("clock", "runs back in time", head(timestamp=-1)),
    ("clock", "time of its block", second(timestamp=lambda log: log.timestamp + 1)),
    ("code", "hash of the box blueprint: is another one", announce_other_blueprint),
    ("code", "fixes words of its own", append_code),
    ("rules", "are announced twice", deploy_twice),
    ("rules", "times that do not increase", rules(times=(1, 2, 3, 4, 5, 5, 6))),
    ("rules", "steps of no time", rules(step_seconds=0)),
    ("rules", "no time for a ceremony", rules(step_seconds=86_400)),
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
    ("rules", "is listed twice", repeat(events.ContestListed)),
    ("rules", "not at its position", say(events.ContestListed, position=3)),
    ("rules", "2 to 16 candidates", say(events.ContestListed, candidates=("one",))),
    ("rules", "without a name", say(events.ContestListed, candidates=("one", ""))),
    ("rules", "slug of 1 to 64 bytes", rename("x" * 65)),
    ("rules", "title of more than 128", rules(title="x" * 129)),
    ("rules", "more than 32 observers", rules(observers=MANY)),
    ("rules", "impossible threshold", roster(threshold=9, seats=11)),
    ("rules", "impossible number of members", roster(members=add_members)),
    ("rules", "have complaints too long", lengthen_complaints),
    ("rules", "more than 64 contests", list_many(65)),
    ("rules", "2 to 16 candidates", say(events.ContestListed, candidates=("x",) * 17)),
    ("rules", "text of more than 128", say(events.ContestListed, title="x" * 129)),
    ("rules", "text of more than 128", say(events.ContestListed, candidates=LONG)),
    ("contexts", "has two boxes", repeat(events.BoxOpened)),
    ("contexts", "at another address", put_other_box),
    ("contexts", "another ctx than its box", say(events.BoxCreated, ctx=WORD)),
    ("contexts", "other election keys", swap_keys),
    ("contexts", "another credential key", swap_credential_keys),
    ("contexts", "another ctx than its terms", rules(m_min=4)),
    ("contexts", "has too few keys", say(events.ContestListed, candidates=("x",) * 4)),
    ("contexts", "g2 point", say(events.BoxOpened, credential_key=bytes(256))),
    ("lists", "impossible size", say(events.ListPublished, 2, size=0)),
    ("lists", "impossible size", say(events.ListPublished, 2, size=2**24 + 1)),
    ("leaves", "is of another leaf", claim_leaf_of_another),
    ("leaves", "does not follow", say(events.PaperMarked, nonce=1)),
    ("attestations", "by a lock that is not there", sign_unlocked),
    ("ballots", "did not sign", give_sigma_of_another),
    ("ballots", "that is no address", put_word(b"\1" * 32)),
    ("ballots", "wrong length", cut_ballot),
    ("ballots", "under another", say(events.BallotCast, credential=NOBODY)),
    ("ballots", "with another hash", say(events.BallotCast, ballot_hash=WORD)),
    ("ballots", "2 to 16 keys", say(events.BoxOpened, election_keys=GENERATOR)),
    ("casting", "was cast twice", repeat(events.BallotCast)),
    ("sums", "was not frozen once", repeat(events.TallyFrozen)),
    ("sums", "has another sum", freeze_otherwise(0, GENERATOR)),
    ("sums", "has another sum", freeze_otherwise(3, GENERATOR)),
    ("sums", "one sum for each slot", freeze_otherwise(3, b"")),
    ("sums", "ballot that is cut off", cut_ciphertext),
    ("shares", "one point for each slot", cut_share),
    ("shares", "is of no trustee", say(events.ShareAccepted, trustee=9)),
    ("shares", "is of no trustee", say(events.ShareAccepted, trustee=0)),
    ("shares", "is not reduced", say(events.ShareAccepted, s=2**256 - 1)),
    ("shares", "is one of several", repeat(events.ShareAccepted)),
    ("results", "not one result", repeat(events.ResultPublished, 1)),
    ("results", "not one result", leave_out(events.ResultPublished, 2)),
    ("results", "nobody voted", say(events.ResultPublished, 3, counts=(1, 0))),
    ("results", "nobody voted", say(events.ResultPublished, 3, trustees=(1, 2))),
    ("results", "is withheld", leave_out(events.Overridden, 2)),
    ("results", "exactly k", say(events.ResultPublished, 1, trustees=(1, 2, 3))),
    ("results", "out of order", say(events.ResultPublished, 1, trustees=(2, 1))),
    ("results", "out of order", say(events.ResultPublished, 1, trustees=(1, 1))),
    ("results", "is not there", say(events.ResultPublished, 1, trustees=(1, 4))),
    ("results", "another length", cut_share),
    ("results", "of other slots", say(events.ResultPublished, 1, counts=(2, 2))),
    ("results", "than were cast", say(events.ResultPublished, 1, counts=(1, 1, 3))),
    (
        "results",
        "than were cast",
        say(events.ResultPublished, 1, counts=(2**256 - 1, 1, 4)),
    ),
    ("results", "another count", say(events.ResultPublished, 1, counts=(1, 2, 1))),
    ("counting", "voters", repeat(events.Issued)),
    ("counting", "than were cast", say(events.ResultPublished, 1, counts=(1, 1, 3))),
    ("extensions", "out of turn", say(events.Extended, counter=1)),
    ("extensions", "no time", say(events.Extended, delta=0)),
    ("extensions", "too much", say(events.Extended, delta=7_201)),
    ("record", "another number of topics", cut_topics),
    ("contexts", "did not start", leave_out_of_attempt(events.AttemptStarted)),
    ("results", "tally has no sums", say(events.TallyFrozen, totals=b"")),
    ("shares", "keys that are not there", leave_out_of_attempt(events.SlotDerived)),
    ("shares", "no known key", cut_images),
    ("rules", "slug of 1 to 64 bytes", rename("")),
    ("rules", "have another id", rules(slug="another")),
    ("rules", "impossible threshold", roster(threshold=4)),
    ("ballots", "2 to 16 keys", say(events.BoxOpened, election_keys=17 * GENERATOR)),
    ("attestations", "portal: is out of its time", attest(-1)),
    ("attestations", "portal: is out of its time", attest(901)),
    ("attestations", "sms: is of somebody else", attest_for_both),
    ("attestations", "is not signed by its lock", unlock_by_another_act),
    ("leaves", "is of another leaf", move(events.PaperMarked, 2)),
    ("leaves", "came in state 2", repeat(events.PaperMarked)),
    ("leaves", "is not on the voter list", break_path),
    ("leaves", "came before there was a list", mark_before_any_list),
    ("lists", "is of no contest", move(events.ListPublished, 9)),
    ("lists", "there is no ListPublished", leave_out(events.ListPublished, 4)),
    ("issuance", "is one of several", repeat(events.Issued)),
    ("issuance", "is infinity", say(events.Issued, blinded=bytes(128))),
    ("casting", "turned away unused", say(events.BallotSkipped, credential=NOBODY)),
    ("openings", "the tally was none", leave_out(events.TallyFrozen, 1)),
    ("openings", "the tally was open", repeat(events.TallyFrozen, 1)),
    ("openings", "the tally was final", repeat(events.ResultPublished, 1)),
    ("results", "is withheld and has a result", count_withheld),
    ("counting", "voters", leave_out(events.Issued, 1)),
    ("counting", "of 1 voters", shorten_list),
    ("state", "is not over", leave_out_of_attempt(events.CeremonyFinal)),
    ("state", "more were withdrawn", withdraw_often),
)


@pytest.mark.parametrize(("name", "fact", "tamper"), FACTS)
def test_fault_is_found_by_its_check_in_both(
    board: Board, builds: Mapping[str, Build], name: str, fact: str, tamper: Twin
) -> None:
    tampered = tamper(board)
    assert fact in find_faults(tampered, builds, name)
    assert not holds_in_the_first(tampered, name)


@pytest.mark.parametrize(
    ("name", "tamper"),
    [
        ("results", say(events.ResultPublished, 1, trustees=(1, 3))),
        ("results", say(events.ResultPublished, 1, trustees=(2, 3))),
        ("results", change_unused_share),
        ("casting", lambda board: drop(board, find(board, events.BallotSkipped))),
        ("openings", lambda board: drop(board, find(board, events.ShareRefused))),
    ],
)
def test_what_changes_nothing_holds_in_both(
    board: Board, builds: Mapping[str, Build], name: str, tamper: Twin
) -> None:
    tampered = tamper(board)
    assert tampered != board
    assert find_faults(tampered, builds, name) == ""
    assert holds_in_the_first(tampered, name)
