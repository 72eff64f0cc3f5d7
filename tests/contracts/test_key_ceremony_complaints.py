"""Complaints: the contract decrypts, judges, and one of the two is excluded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from election.crypto.group import G, G1Point, decode_g1, encode_g1
from election.crypto.scalar import ORDER, Scalar, reduce_scalar
from election.crypto.transcript import (
    Hash,
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.protocol.ceremony.attempt import Kind, Step
from election.protocol.ceremony.complaint import Complaint
from election.protocol.ceremony.enrolment import derive_encryption_secret
from tests.contracts.bad_points import BAD_G1, flip
from tests.contracts.ceremony_run import CeremonyRun
from tests.contracts.conftest import CeremonyAt
from tests.rooted import rooted

kinds = pytest.mark.parametrize("kind", list(Kind))
COMPLAINER: Final = 2
DEALER: Final = 3
COMPLAINT: Final = 2  # reason of an abortion


def deal_wrongly(
    run: CeremonyRun[Any], spoil: Callable[[int, int], int], *, member: int
) -> None:
    """Let the dealer change what he deals to one member: (slot, share) -> share."""
    honest = run.deals[DEALER]
    slots = run.attempt.slots
    first = (member - 1 if member < DEALER else member - 2) * slots
    words = list(honest.ciphertexts)
    for slot in range(1, slots + 1):
        at = first + slot - 1
        pad = pad_of(run, member, slot)
        share = int.from_bytes(words[at], "big") ^ pad
        words[at] = Hash((spoil(slot, share) ^ pad).to_bytes(32, "big"))
    run.deal_instead(DEALER, words)


def pad_of(run: CeremonyRun[Any], member: int, slot: int) -> int:
    secret = derive_encryption_secret(run.attempt, member, source=run.source(member))
    ephemeral = decode_g1(run.deals[DEALER].r)
    pad = hash_fields(
        Tag.PAD,
        hash_word(run.bound.cer),
        uint_word(DEALER),
        uint_word(member),
        uint_word(slot),
        point_words(ephemeral, ephemeral * secret),
    )
    return int.from_bytes(pad, "big")


def judge(run: CeremonyRun[Any]) -> dict[str, Any]:
    """Deal, complain, and tell the judgement."""
    run.play(Step.SHARES, run.members)
    message = run.complaint(COMPLAINER, DEALER)
    receipt = run.send(run.complain(message), COMPLAINER)
    (judged,) = run.events("ComplaintJudged", receipt)
    culprit = run.account(judged["culprit"]).address
    aborted = {"attempt": 1, "reason": COMPLAINT, "culprit": culprit}
    assert run.events("AttemptAborted", receipt) == [aborted]
    return judged


# Judgements


@kinds
def test_complaint_about_right_shares_excludes_who_complains(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.SHARES)
    message = run.complaint(COMPLAINER, DEALER)
    assert judge(run) == {
        "attempt": 1,
        "complainer": COMPLAINER,
        "dealer": DEALER,
        "z": message.z,
        "t1": message.t1,
        "t2": message.t2,
        "s": message.s,
        "culprit": COMPLAINER,
    }
    assert run.contract.functions.seat(run.account(COMPLAINER).address).call() == 0


@kinds
@pytest.mark.parametrize("slot", [1, 2])
@pytest.mark.parametrize("by", [1, -1, ORDER], ids=["above", "below", "unreduced"])
def test_complaint_about_one_wrong_share_excludes_the_dealer(
    ceremony_at: CeremonyAt, kind: Kind, slot: int, by: int
) -> None:
    """A share plus the order has the right image, yet it is no scalar."""
    run = ceremony_at(kind, Step.SHARES)
    deal_wrongly(
        run,
        lambda at, share: share + by if at == slot else share,
        member=COMPLAINER,
    )
    assert judge(run)["culprit"] == DEALER
    assert run.contract.functions.seat(run.account(DEALER).address).call() == 0


@kinds
@pytest.mark.parametrize(
    ("share", "culprit"), [(0, COMPLAINER), (ORDER, DEALER), (ORDER + 1, DEALER)]
)
def test_dealer_who_owes_zero_must_deal_zero(
    ceremony_at: CeremonyAt, kind: Kind, share: int, culprit: int
) -> None:
    """The order itself has the image of zero, yet it is no scalar."""
    run = ceremony_at(kind, Step.COMMIT)
    honest = run.source(DEALER)
    run.sources[DEALER] = rooted(honest, run.bound, dealer=DEALER, root=COMPLAINER)
    run.play_until(Step.SHARES)
    deal_wrongly(run, lambda at, owed: share if at == 1 else owed, member=COMPLAINER)
    assert judge(run)["culprit"] == culprit


@kinds
def test_complaint_about_garbage_excludes_the_dealer(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.SHARES)
    count = len(run.deals[DEALER].ciphertexts)
    run.deal_instead(DEALER, [Hash(bytes([i]) * 32) for i in range(count)])
    assert judge(run)["culprit"] == DEALER


@kinds
def test_complaint_is_judged_by_the_own_shares_only(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    """Another member was dealt wrong shares; he has to complain himself."""
    run = ceremony_at(kind, Step.SHARES)
    deal_wrongly(run, lambda _, share: share ^ 1, member=1)
    assert judge(run)["culprit"] == COMPLAINER


def test_share_of_another_slot_excludes_the_dealer(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.SHARES)
    honest = run.deals[DEALER].ciphertexts
    shares = {
        slot: int.from_bytes(honest[slot + 1], "big") ^ pad_of(run, COMPLAINER, slot)
        for slot in (1, 2)
    }
    deal_wrongly(run, lambda slot, _: shares[3 - slot], member=COMPLAINER)
    assert judge(run)["culprit"] == DEALER


def test_every_pair_is_judged(ceremony_at: CeremonyAt) -> None:
    """Where the shares of a member lie depends on the seats of both."""
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    for complainer in run.members:
        for dealer in run.members:
            if complainer == dealer:
                continue
            with run.chain.unwound():
                act = run.complain(run.complaint(complainer, dealer))
                receipt = run.send(act, complainer)
                (judged,) = run.events("ComplaintJudged", receipt)
                assert judged["culprit"] == complainer


def test_complaint_needs_no_derived_slot(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    act = run.complain(run.complaint(1, 2))
    assert run.chain.refusal(act, run.account(1)) is None


# Who may complain


def complaint_refusal(run: CeremonyRun[Any], message: Complaint) -> str | None:
    return run.chain.refusal(run.complain(message), run.account(COMPLAINER))


@pytest.mark.parametrize("step", [Step.SHARES, Step.FINAL])
def test_complaint_is_refused_in_another_step(
    ceremony_at: CeremonyAt, step: Step
) -> None:
    run = ceremony_at(Kind.TRUSTEES, step)
    refusal = complaint_refusal(run, run.complaint(COMPLAINER, DEALER))
    assert refusal == "key_ceremony: not in this step"


def test_complaint_is_refused_after_confirming(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    run.derive_all()
    run.play(Step.CONFIRM, (COMPLAINER,))
    refusal = complaint_refusal(run, run.complaint(COMPLAINER, DEALER))
    assert refusal == "key_ceremony: caller has acted"


def test_complaint_is_refused_from_another_member(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    act = run.complain(run.complaint(COMPLAINER, DEALER))
    refusal = run.chain.refusal(act, run.account(1))
    assert refusal == "key_ceremony: Z is not proven"


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (-1, None),
        (0, "key_ceremony: not in phase KEYS"),
        (1, "key_ceremony: not in phase KEYS"),
    ],
)
def test_complaint_is_refused_after_the_phase(
    ceremony_at: CeremonyAt, shift: int, expected: str | None
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    run.chain.travel_to(run.closing + shift)
    refusal = complaint_refusal(run, run.complaint(COMPLAINER, DEALER))
    assert refusal == expected


def test_complaint_about_oneself_is_refused(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    refusal = complaint_refusal(run, run.complaint(COMPLAINER, COMPLAINER))
    assert refusal == "key_ceremony: dealer is oneself"


@pytest.mark.parametrize("dealer", [0, 4, 2**256 - 1])
def test_complaint_about_nobody_is_refused(
    ceremony_at: CeremonyAt, dealer: int
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    refusal = alter(run, 0, dealer)
    assert refusal == "key_ceremony: not the dealer's F"


# Fields


def alter(run: CeremonyRun[Any], at: int, changed: Any) -> str | None:
    """Send an honest complaint with one argument changed."""
    arguments = list(run.complain(run.complaint(COMPLAINER, DEALER)).args)
    arguments[at] = changed(arguments[at]) if callable(changed) else changed
    act = run.contract.functions.complain(*arguments)
    return run.chain.refusal(act, run.account(COMPLAINER))


@kinds
@pytest.mark.parametrize(
    ("at", "changed", "expected"),
    [
        (0, 1, "not the dealer's F"),
        (1, flip, "not the dealer's F"),
        (1, b"", "not the dealer's F"),
        (1, lambda raw: raw + bytes(1), "not the dealer's F"),
        (2, encode_g1(G), "not as dealt"),
        (3, lambda words: [flip(words[0]), *words[1:]], "not as dealt"),
        (3, lambda words: words[1:], "not as dealt"),
        (3, lambda words: [*words, bytes(32)], "not as dealt"),
        (4, encode_g1(G), "Z is not proven"),
        (5, encode_g1(G), "Z is not proven"),
        (6, encode_g1(G), "Z is not proven"),
        (7, 1, "Z is not proven"),
    ],
)
def test_complaint_is_refused_with_another_field(
    ceremony_at: CeremonyAt, kind: Kind, at: int, changed: Any, expected: str
) -> None:
    run = ceremony_at(kind, Step.CONFIRM)
    assert alter(run, at, changed) == f"key_ceremony: {expected}"


@kinds
def test_complaint_is_refused_when_its_response_is_not_reduced(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.CONFIRM)
    reason = "ceremony_proofs: s is not reduced"
    assert alter(run, 7, lambda s: s + ORDER) == reason
    assert alter(run, 7, lambda _: ORDER) == reason


@pytest.mark.parametrize("at", [2, 4, 5, 6], ids=["r", "z", "t1", "t2"])
@pytest.mark.parametrize("length", [0, 96, 127])
def test_complaint_is_refused_with_a_short_point(
    ceremony_at: CeremonyAt, at: int, length: int
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    refusal = alter(run, at, lambda raw: raw[:length])
    assert refusal == "key_ceremony: wrong point length"


def test_complaint_is_refused_when_a_word_moves_from_r_to_the_shares(
    ceremony_at: CeremonyAt,
) -> None:
    """What was dealt hashes alike; every share would lie one word further."""
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    arguments = list(run.complain(run.complaint(COMPLAINER, DEALER)).args)
    arguments[3] = [arguments[2][96:], *arguments[3]]
    arguments[2] = arguments[2][:96]
    act = run.contract.functions.complain(*arguments)
    refusal = run.chain.refusal(act, run.account(COMPLAINER))
    assert refusal == "key_ceremony: wrong point length"


@pytest.mark.parametrize("at", [4, 5, 6], ids=["z", "t1", "t2"])
@pytest.mark.parametrize("point", BAD_G1.values(), ids=BAD_G1)
def test_complaint_is_refused_with_a_bad_point(
    ceremony_at: CeremonyAt, at: int, point: bytes
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    assert alter(run, at, point) == "curve: invalid point"


# Framing the dealer by a false Z


def forge_complaint(
    run: CeremonyRun[Any],
    *,
    z: G1Point,
    commitments: tuple[G1Point, G1Point],
    respond: Callable[[int], int],
) -> Complaint:
    """Open the shares with any Z; respond: s to the challenge."""
    key = run.bound.encryption_keys[COMPLAINER - 1]
    h = hash_fields(
        Tag.COMPLAIN,
        hash_word(run.bound.cer),
        uint_word(DEALER),
        uint_word(COMPLAINER),
        point_words(key, decode_g1(run.deals[DEALER].r), z),
    )
    e = challenge(
        hash_fields(Tag.COMPLAIN_CHALLENGE, hash_word(h), point_words(*commitments))
    )
    t1, t2 = map(encode_g1, commitments)
    return Complaint(DEALER, encode_g1(z), t1, t2, reduce_scalar(respond(e)))


def opening_of(run: CeremonyRun[Any]) -> tuple[Scalar, G1Point]:
    """Give the complainer's secret and the dealer's point."""
    source = run.source(COMPLAINER)
    secret = derive_encryption_secret(run.attempt, COMPLAINER, source=source)
    return secret, decode_g1(run.deals[DEALER].r)


NONCE: Final = Scalar(5)


def test_own_forgery_tool_makes_good_complaints(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    secret, r = opening_of(run)
    message = forge_complaint(
        run,
        z=r * secret,
        commitments=(G * NONCE, r * NONCE),
        respond=lambda e: NONCE + e * secret,
    )
    assert complaint_refusal(run, message) is None


def test_complaint_is_refused_when_it_proves_the_key_only(
    ceremony_at: CeremonyAt,
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    secret, r = opening_of(run)
    message = forge_complaint(
        run,
        z=r * secret + G,
        commitments=(G * NONCE, r * NONCE),
        respond=lambda e: NONCE + e * secret,
    )
    assert complaint_refusal(run, message) == "key_ceremony: Z is not proven"


def test_complaint_is_refused_when_its_errors_cancel(ceremony_at: CeremonyAt) -> None:
    """With a known weight between the two equations, Z = (1 - e_m)G + R would pass."""
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    secret, r = opening_of(run)
    message = forge_complaint(
        run,
        z=G * reduce_scalar(1 - secret) + r,
        commitments=(G * NONCE, r * NONCE),
        respond=lambda e: NONCE + e,
    )
    assert complaint_refusal(run, message) == "key_ceremony: Z is not proven"
