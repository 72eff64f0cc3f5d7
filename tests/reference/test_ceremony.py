"""Each fact about a ceremony is found, and found by the first audit too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest

from election.audit.bundle import encode_bundle
from election.crypto.group import G, decode_g1, encode_g1
from election.crypto.scalar import Scalar
from election.protocol import events
from election.protocol.board import Board
from election.protocol.replay import Entry, Part
from reference.attempt import Attempt
from reference.build import Build
from reference.bundle import read_bundle
from reference.ceremony import Ceremony
from reference.complaint import _claim_opened
from reference.complaint import judge as judge_complaint
from reference.curve import ORDER, multiply
from reference.errors import RefutedError
from reference.record import Event, Record
from reference.transcript import challenge, tagged_hash
from tests.audit.checks.test_ceremonies import in_part, move_before
from tests.audit.checks.test_exclusions import abort_when_all_confirmed
from tests.audit.tampering import change, delay_block, drop, find, put
from tests.reference.both import find_faults, holds_in_the_first
from tests.reference.low_order import ORDERS, low_order_bytes

Twin = Callable[[Board], Board]
T, I = Part.TRUSTEES, Part.ISSUERS  # noqa: E741  trustees, issuers
WORD = bytes(32)
MOST_CANDIDATES = 3  # of a contest


def say(kind: type[Any], part: Part, of: int, **fields: Any) -> Twin:
    """Say something else in the first event of a kind in an attempt."""
    return lambda board: change(board, in_part(board, kind, part, attempt=of), **fields)


def edit(kind: type[Any], part: Part, field: str, make: Callable[[Any], Any]) -> Twin:
    """Change a field of the first event of a kind in the last attempt."""

    def tamper(board: Board) -> Board:
        entry = in_part(board, kind, part, attempt=2)
        return change(board, entry, **{field: make(getattr(entry.event, field))})

    return tamper


def leave_out(kind: type[Any], part: Part, attempt: int) -> Twin:
    return lambda board: drop(board, in_part(board, kind, part, attempt=attempt))


def insert(kind: type[Any], after: type[Any], part: Part, *attempts: int) -> Twin:
    """Tell an event of one attempt again, after an event of another."""

    def tamper(board: Board) -> Board:
        entry = in_part(board, kind, part, attempt=attempts[0])
        at = in_part(board, after, part, attempt=attempts[1]).log
        return put(board, at, at, replace(entry.log, index=at.index + 1))

    return tamper


def before(kind: type[Any], other: type[Any], index: int, *, attempt: int) -> Twin:
    """Tell an event before that of a member."""

    def tamper(board: Board) -> Board:
        part = I if attempt == 1 else T
        entry = in_part(board, kind, part, attempt=attempt)
        later = in_part(board, other, part, attempt=attempt, index=index)
        return move_before(board, entry, later)

    return tamper


def repeat_member(members: tuple[Any, ...]) -> tuple[Any, ...]:
    return (members[0], members[0], *members[2:])


def fail(board: Board) -> Board:
    """Say that the ceremony failed, where its next attempt started."""
    aborted = in_part(board, events.AttemptAborted, T, attempt=1)
    started = in_part(board, events.AttemptStarted, T, attempt=2)
    failed = Entry(aborted.log, aborted.contract, events.CeremonyFailed(1))
    return change(put(board, started.log, aborted.log), failed)


def abort_early(board: Board, *, by: int = 1) -> Board:
    aborted = in_part(board, events.AttemptAborted, T, attempt=1)
    deployed = find(board, events.ElectionDeployed).event.rules
    due = deployed.times[0] + deployed.step_seconds
    return delay_block(board, aborted.log.block_number, due - by)


def abort_at_once(board: Board) -> Board:
    """Abort in the second in which a step is over."""
    return abort_early(board, by=0)


def exclude_other(board: Board) -> Board:
    aborted = in_part(board, events.AttemptAborted, T, attempt=1)
    started = in_part(board, events.AttemptStarted, T, attempt=1)
    return change(board, aborted, culprit=started.event.members[0])


def judge(**fields: Callable[[Any], Any]) -> Twin:
    """Say something else in the judgement of the complaint."""

    def tamper(board: Board) -> Board:
        judged = find(board, events.ComplaintJudged)
        new = {name: make(getattr(judged.event, name)) for name, make in fields.items()}
        return change(board, judged, **new)

    return tamper


def bind_twice(board: Board) -> Board:
    log = in_part(board, events.CeremonyBound, T, attempt=2).log
    return put(board, log, log, replace(log, index=log.index + 1))


def roster(threshold: int, seats: int) -> Twin:
    """Say that other numbers of trustees sit and are needed."""

    def tamper(board: Board) -> Board:
        deployed = find(board, events.ElectionDeployed)
        other = replace(deployed.event.trustees, threshold=threshold, seats=seats)
        return change(board, deployed, trustees=other)

    return tamper


def derive_swapped(board: Board) -> Board:
    slot = in_part(board, events.SlotDerived, T, attempt=2)
    raw = slot.event.verification_keys
    swapped = raw[128:256] + raw[:128] + raw[256:]
    return change(board, slot, verification_keys=swapped)


def derive_first_for_last(board: Board) -> Board:
    slot = in_part(board, events.SlotDerived, T, attempt=2)
    raw = slot.event.verification_keys
    return change(board, slot, verification_keys=raw[:-128] + raw[:128])


def derive_other_key(board: Board) -> Board:
    slot = in_part(board, events.SlotDerived, T, attempt=2)
    return change(board, slot, key=slot.event.verification_keys[:128])


def derive_as_slot_0(board: Board) -> Board:
    """Counted from the end, it would be the last slot."""
    last = find(
        board,
        events.SlotDerived,
        lambda entry: (
            entry.contract.part is T
            and (entry.event.attempt, entry.event.slot) == (2, MOST_CANDIDATES)
        ),
    )
    return change(board, last, slot=0)


FACTS: tuple[tuple[Part, str, Twin], ...] = (
    (T, "has no roster", roster(1, 3)),
    (T, "has no roster", roster(4, 3)),
    (T, "has no roster", roster(3, 9)),
    (T, "has other members", say(events.AttemptStarted, T, 2, n=4)),
    (T, "has other members", edit(events.AttemptStarted, T, "members", repeat_member)),
    (T, "is not the next one", say(events.AttemptStarted, T, 2, attempt=3)),
    (T, "was not due", insert(events.AttemptStarted, events.Enrolled, T, 2, 2)),
    (T, "of no attempt that runs", leave_out(events.AttemptStarted, T, 2)),
    (T, "of no attempt that runs", insert(events.Enrolled, events.Enrolled, T, 1, 2)),
    (T, "has another reason", say(events.AttemptAborted, T, 1, reason=2)),
    (I, "has another reason", say(events.AttemptAborted, I, 1, reason=1)),
    (T, "excludes another", exclude_other),
    (T, "before the time was over", abort_early),
    (T, "before the time was over", abort_when_all_confirmed),
    (T, "has members for an attempt", fail),
    (T, "of no member whose turn", say(events.Committed, T, 2, index=9)),
    (T, "of no member whose turn", say(events.Committed, T, 2, index=0)),
    (T, "of another account", say(events.Enrolled, T, 2, account=bytes(20))),
    (T, "g1 point: is infinity", say(events.Enrolled, T, 2, key=bytes(128))),
    (T, "is not reduced", say(events.Enrolled, T, 2, s=2**256 - 1)),
    (T, "does not prove", edit(events.Enrolled, T, "s", lambda s: s ^ 1)),
    (T, "not when all have enrolled", bind_twice),
    (
        T,
        "not when all have enrolled",
        before(events.CeremonyBound, events.Enrolled, 3, attempt=2),
    ),
    (T, "not the hash of members", say(events.CeremonyBound, T, 2, cer=WORD)),
    (T, "came in step 1", before(events.Committed, events.Enrolled, 3, attempt=2)),
    (T, "is not what was committed", say(events.Revealed, T, 2, salt=WORD)),
    (T, "is not what was committed", say(events.Committed, T, 2, commitment=WORD)),
    (T, "wrong number of points", say(events.Revealed, T, 2, coefficients=b"")),
    (T, "other verification", derive_swapped),
    (T, "other verification", derive_first_for_last),
    (T, "another key", derive_other_key),
    (T, "g1 point: is infinity", say(events.SlotDerived, T, 2, key=bytes(128))),
    (T, "one image for each", say(events.SlotDerived, T, 2, verification_keys=b"")),
    (T, "of no slot", say(events.SlotDerived, T, 2, slot=9)),
    (T, "of no slot", derive_as_slot_0),
    (T, "of no slot", insert(events.SlotDerived, events.SlotDerived, T, 2, 2)),
    (
        T,
        "before all revealed",
        before(events.SlotDerived, events.Revealed, 3, attempt=2),
    ),
    (
        T,
        "wrong number of shares",
        edit(events.Dealt, T, "ciphertexts", lambda c: c[1:]),
    ),
    (T, "g1 point: is infinity", say(events.Dealt, T, 2, r=bytes(128))),
    (T, "the subgroup", say(events.Dealt, T, 2, r=low_order_bytes(ORDERS[0]))),
    (
        T,
        "does not prove",
        edit(events.Dealt, T, "ciphertexts", lambda c: (WORD, *c[1:])),
    ),
    (T, "does not prove", edit(events.Dealt, T, "s", lambda s: s ^ 1)),
    (I, "does not prove", say(events.Dealt, I, 1, t=bytes(128))),
    (T, "does not prove", say(events.Dealt, T, 2, r=encode_g1(G))),
    (T, "is not reduced", say(events.Dealt, T, 2, s=2**256 - 1)),
    (T, "the subgroup", say(events.Dealt, T, 2, t=low_order_bytes(ORDERS[0]))),
    (I, "does not prove", edit(events.Confirmed, I, "s", lambda s: s ^ 1)),
    (T, "came before all keys", leave_out(events.SlotDerived, T, 2)),
    (T, "not when all have confirmed", leave_out(events.Confirmed, T, 2)),
    (T, "not when all have confirmed", say(events.CeremonyFinal, T, 2, cer=WORD)),
    (T, "came after the end", insert(events.Dealt, events.CeremonyFinal, T, 2, 2)),
    (T, "have no CeremonyFinal", leave_out(events.CeremonyFinal, T, 2)),
    (I, "g2 point: has a wrong length", say(events.SlotDerived, I, 2, key=b"")),
    (I, "have no CeremonyFinal", leave_out(events.CeremonyFinal, I, 2)),
    (
        I,
        "came after a complaint",
        insert(events.Dealt, events.ComplaintJudged, I, 1, 1),
    ),
    (T, "came before cer", leave_out(events.CeremonyBound, T, 2)),
    (I, "came before cer", leave_out(events.CeremonyBound, I, 1)),
    (I, "came in step 4", before(events.ComplaintJudged, events.Dealt, 3, attempt=1)),
    (I, "not between two members", judge(dealer=lambda _: 3)),
    (I, "not between two members", judge(dealer=lambda _: 0)),
    (I, "not between two members", judge(complainer=lambda _: 9)),
    (I, "blames another", judge(culprit=lambda _: 3)),
    (I, "not prove what opens", judge(s=lambda s: s ^ 1)),
    (I, "not prove what opens", judge(z=lambda _: bytes(128))),
    (I, "is not reduced", judge(s=lambda _: 2**256 - 1)),
)


@pytest.mark.parametrize(("part", "fact", "tamper"), FACTS)
def test_fault_is_found_by_the_ceremony_in_both(
    board: Board, builds: Mapping[str, Build], part: Part, fact: str, tamper: Twin
) -> None:
    tampered = tamper(board)
    name = "trustees" if part is T else "issuers"
    assert fact in find_faults(tampered, builds, name)
    assert not holds_in_the_first(tampered, name)


def stand_before(board: Board, name: str) -> tuple[Ceremony, Attempt, Event]:
    """Take the events of the issuers' ceremony up to the first of a name."""
    record = Record(read_bundle(encode_bundle(board)))
    ceremony = Ceremony(record, "issuers")
    told = [event for event in record.events if event.contract.part == "issuers"]
    at = next(n for n, event in enumerate(told) if event.name == name)
    for event in told[:at]:
        ceremony.take(event)
    assert ceremony.attempt is not None
    return ceremony, ceremony.attempt, told[at]


def test_complaint_of_a_member_who_has_confirmed_is_refuted(board: Board) -> None:
    ceremony, attempt, judged = stand_before(board, "ComplaintJudged")
    attempt.confirmed[judged["complainer"]] = judged
    with pytest.raises(RefutedError, match="who has confirmed"):
        ceremony.take(judged)


def test_point_that_another_revealed_before_is_refuted(board: Board) -> None:
    ceremony, attempt, revealed = stand_before(board, "Revealed")
    attempt.seen.add(revealed["coefficients"][-256:])
    with pytest.raises(RefutedError, match="revealed before"):
        ceremony.take(revealed)


@pytest.mark.parametrize(
    ("k", "of_commission", "is_possible"),
    [(2, 1, True), (2, 2, False), (3, 2, False), (1, 0, True)],
)
def test_next_attempt_needs_k_members_and_fewer_of_the_commission(
    board: Board, k: int, of_commission: int, is_possible: bool
) -> None:
    ceremony, attempt, aborted = stand_before(board, "AttemptAborted")
    left = [each for each in attempt.members if each != aborted["culprit"]]
    ceremony.terms = replace(ceremony.terms, k=k)
    ceremony.reserves, ceremony.commission = [], set(left[:of_commission])
    ceremony.take(aborted)
    assert (ceremony.due is not None) == is_possible


def failed(aborted: Event, *, attempt: int) -> Event:
    return replace(aborted, name="CeremonyFailed", fields={"attempt": attempt})


def test_ceremony_fails_when_nobody_is_left_for_another_attempt(board: Board) -> None:
    ceremony, _, aborted = stand_before(board, "AttemptAborted")
    ceremony.reserves, ceremony.terms = [], replace(ceremony.terms, k=3)
    ceremony.take(aborted)
    ceremony.take(failed(aborted, attempt=1))
    with pytest.raises(RefutedError, match="came after the end"):
        ceremony.take(failed(aborted, attempt=1))


@pytest.mark.parametrize("name", ["attempt", "due", "number"])
def test_failure_is_refuted_while_there_are_members(board: Board, name: str) -> None:
    ceremony, attempt, aborted = stand_before(board, "AttemptAborted")
    ceremony.reserves, ceremony.terms = [], replace(ceremony.terms, k=3)
    ceremony.take(aborted)
    there = {"attempt": attempt, "due": attempt.members, "number": 2}
    setattr(ceremony, name, there[name])
    with pytest.raises(RefutedError, match="has members for an attempt"):
        ceremony.take(failed(aborted, attempt=1))


def deal_again(attempt: Attempt, judged: Event, *, owed: int, wrong: int) -> None:
    """Let the dealer reveal a line through what is owed; the last share is wrong."""
    dealer, seat = judged["dealer"], judged["complainer"]
    terms, deal = attempt.terms, attempt.dealt[dealer]
    part = [multiply(terms.group.base, factor) for factor in (owed - 2 * seat, 2)]
    attempt.revealed[dealer] = [part] * terms.slots
    ciphertexts = list(deal["ciphertexts"])
    start = (seat - 1 - (dealer < seat)) * terms.slots
    for slot in range(1, terms.slots + 1):
        share = owed + (wrong if slot == terms.slots else 0)
        fields = (dealer, seat, slot, deal["r"], judged["z"])
        pad = tagged_hash("dkg-pad", attempt.cer, *fields)
        word = share ^ int.from_bytes(pad, "big")
        ciphertexts[start + slot - 1] = word.to_bytes(32, "big")
    dealt = {**deal.fields, "ciphertexts": tuple(ciphertexts)}
    attempt.dealt[dealer] = replace(deal, fields=dealt)


@pytest.mark.parametrize("owed", [0, 5])
@pytest.mark.parametrize("wrong", [0, 1, ORDER])
def test_dealer_is_at_fault_exactly_for_another_value_or_one_that_is_not_reduced(
    board: Board, owed: int, wrong: int
) -> None:
    _, attempt, judged = stand_before(board, "ComplaintJudged")
    deal_again(attempt, judged, owed=owed, wrong=wrong)
    at_fault = judged["dealer"] if wrong else judged["complainer"]
    other = replace(judged, fields={**judged.fields, "culprit": at_fault})
    assert judge_complaint(attempt, other) == at_fault


@pytest.mark.parametrize("secret", [5, 6])
def test_complaint_opens_by_the_key_that_enrolled(board: Board, secret: int) -> None:
    """Its key is proven as well as can be, and z is of this secret."""
    _, attempt, judged = stand_before(board, "ComplaintJudged")
    dealer, seat, w = judged["dealer"], judged["complainer"], Scalar(7)
    r = decode_g1(attempt.dealt[dealer]["r"])
    attempt.enrolled[seat] = encode_g1(G * Scalar(5))
    z, t1, t2 = (encode_g1(each) for each in (r * Scalar(secret), G * w, r * w))
    fields = attempt.enrolled[seat], encode_g1(r), z
    h = tagged_hash("dkg-complain", attempt.cer, dealer, seat, *fields)
    e = challenge(tagged_hash("dkg-complain-e", h, t1, t2))
    proof = {"z": z, "t1": t1, "t2": t2, "s": (7 + 5 * e) % ORDER}
    said = replace(judged, fields={**judged.fields, **proof})
    with nullcontext() if secret == 5 else pytest.raises(RefutedError, match="opens"):
        _claim_opened(attempt, said)
