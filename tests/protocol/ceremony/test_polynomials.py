"""Nobody chooses a part of the key after seeing the others', or without knowing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from election.crypto.group import G1_BYTES, G2_BYTES, G, G1Point, encode_g1, msm
from election.crypto.proofs.knowledge import KnowledgeStatement, prove_knowledge
from election.crypto.scalar import ORDER, Scalar
from election.crypto.sharing import lagrange_coefficients
from election.crypto.transcript import (
    Hash,
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
    scalar_word,
    uint_word,
)
from election.errors import CeremonyError, FaultyIssuerError, FaultyTrusteeError
from election.protocol.ceremony.attempt import BoundAttempt
from election.protocol.ceremony.polynomials import (
    Reveal,
    Revealed,
    accept_reveal,
    commit,
    derive_keys,
    derive_polynomials,
    reveal,
)
from election.protocol.encoding import encode_points
from tests import honest
from tests.reference import low_order
from tests.reference.unit_vector import tagged_hash

BOUND = honest.enroll_all(honest.trustee_attempt())
REVEALS = honest.reveal_all(BOUND)
POINTS = BOUND.attempt.slots * BOUND.attempt.threshold


def message() -> Reveal:
    return reveal(BOUND, 2, source=honest.source(2))


def recommit(sent: Reveal, *, member: int = 2) -> Hash:
    """Commit to any reveal, so that only what is revealed is wrong."""
    index = member.to_bytes(32, "big")
    digest = tagged_hash("dkg-pok", BOUND.cer, index, sent.coefficients)
    response = sent.s.to_bytes(32, "big")
    fields = (BOUND.cer, index, sent.salt, digest, sent.t, response)
    return Hash(tagged_hash("dkg-commit", *fields))


def accept(
    sent: Reveal,
    commitment: Hash | None = None,
    *,
    earlier: Sequence[Revealed[G1Point]] = (),
) -> Revealed[G1Point]:
    committed = commitment or recommit(sent)
    return accept_reveal(sent, BOUND, member=2, commitment=committed, earlier=earlier)


def forge(slots: tuple[tuple[Scalar, ...], ...]) -> Reveal:
    """Reveal polynomials of one's choice, with a valid proof."""
    points = [G * coefficient for slot in slots for coefficient in slot]
    digest = hash_fields(
        Tag.REVEAL, hash_word(BOUND.cer), uint_word(2), point_words(*points)
    )
    weights = tuple(
        challenge(
            hash_fields(
                Tag.REVEAL_ALPHA, hash_word(digest), uint_word(slot), uint_word(c)
            )
        )
        for slot in (1, 2, 3)
        for c in (0, 1, 2)
    )
    statement = KnowledgeStatement(
        G, tuple(points), weights, digest, Tag.REVEAL_CHALLENGE
    )
    secrets = [coefficient for slot in slots for coefficient in slot]
    proof = prove_knowledge(statement, secrets, nonce=Scalar(5))
    return Reveal(
        encode_points(points),
        encode_g1(proof.commitment),
        proof.response,
        Hash(bytes(32)),
    )


def test_honest_reveal_opens_its_commitment() -> None:
    sent = message()
    assert commit(BOUND, 2, source=honest.source(2)) == recommit(sent)
    accepted = accept(sent, commit(BOUND, 2, source=honest.source(2)))
    assert encode_points([p for slot in accepted.slots for p in slot]) == (
        sent.coefficients
    )


def test_forged_reveal_with_a_good_proof_is_accepted() -> None:
    """The forger below is wrong only in what the tests change."""
    slots = tuple(tuple(Scalar(3 * row + c + 1) for c in range(3)) for row in range(3))
    assert len(accept(forge(slots)).slots) == 3


@pytest.mark.parametrize("position", [0, 2])
@pytest.mark.parametrize("slot", [0, 1, 2])
def test_reveal_is_refused_when_a_first_or_last_coefficient_is_zero(
    slot: int, position: int
) -> None:
    slots = [[Scalar(3 * row + c + 1) for c in range(3)] for row in range(3)]
    slots[slot][position] = Scalar(0)
    with pytest.raises(FaultyTrusteeError, match="first or last coefficient is zero"):
        accept(forge(tuple(map(tuple, slots))))


def test_reveal_is_refused_when_it_was_not_committed_to() -> None:
    with pytest.raises(FaultyTrusteeError, match="not what was committed to") as caught:
        accept(message(), Hash(b"\x01" * 32))
    assert caught.value.trustee == 2


def test_reveal_is_refused_when_it_opens_anothers_commitment() -> None:
    """A copied commitment binds the copier's index, so it opens to nothing."""
    copied = reveal(BOUND, 1, source=honest.source(1))
    with pytest.raises(FaultyTrusteeError, match="not what was committed to"):
        accept(copied, commit(BOUND, 1, source=honest.source(1)))


@pytest.mark.parametrize(
    "changed",
    [
        replace(message(), t=encode_g1(G)),
        replace(message(), s=(message().s + 1) % ORDER),
        replace(message(), salt=Hash(b"\x01" * 32)),
    ],
)
def test_reveal_is_refused_when_a_field_is_not_the_committed_one(
    changed: Reveal,
) -> None:
    committed = commit(BOUND, 2, source=honest.source(2))
    with pytest.raises(FaultyTrusteeError, match="not what was committed to"):
        accept(changed, committed)


@pytest.mark.parametrize("position", range(POINTS))
def test_reveal_is_refused_when_a_coefficient_is_not_known(position: int) -> None:
    at = position * G1_BYTES
    old = message().coefficients
    changed = old[:at] + encode_g1(G * Scalar(999)) + old[at + G1_BYTES :]
    with pytest.raises(FaultyTrusteeError, match="reveal does not verify"):
        accept(replace(message(), coefficients=changed))


@pytest.mark.parametrize("name", ["t", "s"])
def test_reveal_is_refused_when_its_proof_is_wrong(name: str) -> None:
    wrong = (
        replace(message(), t=encode_g1(G))
        if name == "t"
        else replace(message(), s=(message().s + 1) % ORDER)
    )
    with pytest.raises(FaultyTrusteeError, match="reveal does not verify"):
        accept(wrong)


@pytest.mark.parametrize("order", low_order.ORDERS[:3])
@pytest.mark.parametrize("position", range(POINTS))
def test_reveal_is_refused_when_a_point_is_outside_the_subgroup(
    position: int, order: int
) -> None:
    at = position * G1_BYTES
    old = message().coefficients
    bad = low_order.shifted_generator_bytes(order)
    changed = old[:at] + bad + old[at + G1_BYTES :]
    with pytest.raises(FaultyTrusteeError, match="not in the prime-order subgroup"):
        accept(replace(message(), coefficients=changed))


@pytest.mark.parametrize("size", [0, G1_BYTES, POINTS * G1_BYTES - 1])
def test_reveal_is_refused_when_its_length_is_wrong(size: int) -> None:
    short = replace(message(), coefficients=message().coefficients[:size])
    with pytest.raises(FaultyTrusteeError, match="bytes instead of"):
        accept(short)


def test_reveal_is_refused_when_its_response_is_not_reduced() -> None:
    changed = replace(message(), s=message().s + ORDER)
    with pytest.raises(FaultyTrusteeError, match="not below the group order"):
        accept(changed)


def test_reveal_is_refused_when_it_repeats_anothers_commitment() -> None:
    """A member who repeats another's point would cancel or double a key."""
    others = [REVEALS[0], *REVEALS[2:]]
    assert accept(message(), earlier=others) == REVEALS[1]
    own = derive_polynomials(BOUND, 2, source=honest.source(2)).slots
    known = derive_polynomials(BOUND, 4, source=honest.source(4)).slots
    copied = forge((own[0], own[1], (*own[2][:2], known[0][0])))
    with pytest.raises(FaultyTrusteeError, match="repeats a commitment") as caught:
        accept(copied, earlier=others)
    assert caught.value.trustee == 2


def test_reveal_is_refused_when_it_repeats_its_own_commitment() -> None:
    own = derive_polynomials(BOUND, 2, source=honest.source(2)).slots
    with pytest.raises(FaultyTrusteeError, match="repeats a commitment"):
        accept(forge((own[0], own[1], own[0])))


def negate(revealed: Revealed[G1Point]) -> Revealed[G1Point]:
    slots = tuple(tuple(-point for point in slot) for slot in revealed.slots)
    return replace(revealed, slots=slots)


def test_keys_are_refused_when_one_is_infinity() -> None:
    pair = replace(BOUND, encryption_keys=BOUND.encryption_keys[:2])
    with pytest.raises(CeremonyError, match="key: infinity"):
        derive_keys(pair, [REVEALS[0], negate(REVEALS[0])])


def test_verification_keys_interpolate_to_the_keys() -> None:
    keys = derive_keys(BOUND, REVEALS)
    lagrange = lagrange_coefficients((2, 4, 5))
    for slot, key in enumerate(keys.keys):
        shares = [keys.verification_keys[m - 1][slot] for m in lagrange]
        assert msm(shares, list(lagrange.values())) == key
    assert len(set(map(encode_g1, keys.keys))) == 3


def test_polynomials_are_fresh_in_every_attempt_and_secret() -> None:
    other: BoundAttempt[G1Point] = replace(BOUND, cer=Hash(b"\x01" * 32))
    first = derive_polynomials(BOUND, 2, source=honest.source(2))
    assert first != derive_polynomials(other, 2, source=honest.source(2))
    assert first != derive_polynomials(BOUND, 3, source=honest.source(2))
    assert first != derive_polynomials(BOUND, 2, source=honest.source(3))
    flat = [coefficient for slot in first.slots for coefficient in slot]
    assert len(set(flat)) == POINTS
    assert repr(first) == "Polynomials()"


def test_issuers_reveal_in_g2() -> None:
    bound = honest.enroll_all(honest.issuer_attempt())
    sent = reveal(bound, 1, source=honest.source(1))
    assert len(sent.coefficients) == 2 * G2_BYTES
    commitment = commit(bound, 1, source=honest.source(1))
    accept_reveal(sent, bound, member=1, commitment=commitment, earlier=())
    bad = replace(sent, coefficients=low_order.twist_point_bytes() * 2)
    with pytest.raises(FaultyIssuerError, match=r"issuer 1: .*subgroup"):
        accept_reveal(bad, bound, member=1, commitment=commitment, earlier=())


def test_response_word_is_part_of_the_commitment() -> None:
    """recommit() above is independent of the library; this ties the two."""
    sent = message()
    fields = (
        hash_word(BOUND.cer),
        uint_word(2),
        hash_word(sent.salt),
        hash_word(accept(sent).digest),
        point_words(G),
        scalar_word(Scalar(sent.s)),
    )
    changed = replace(sent, t=encode_g1(G))
    assert hash_fields(Tag.COMMIT, *fields) == recommit(changed)
