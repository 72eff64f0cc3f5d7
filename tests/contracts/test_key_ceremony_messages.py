"""What the contract refuses of `enroll`, `deal` and `confirm`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from election.crypto.group import G, encode_g1, encode_point
from election.crypto.proofs.knowledge import KnowledgeStatement, prove_knowledge
from election.crypto.scalar import ORDER, Scalar
from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.protocol.ceremony.attempt import (
    TRUSTEE_GROUP,
    Attempt,
    BoundAttempt,
    Kind,
    Step,
)
from election.protocol.ceremony.confirmation import KeyShare, confirm, derive_digest
from election.protocol.ceremony.dealing import Deal, deal
from election.protocol.ceremony.enrolment import Enrolment, enroll
from tests.contracts.bad_points import BAD_G1, BAD_G2, flip
from tests.contracts.ceremony_run import CeremonyRun
from tests.contracts.conftest import CeremonyAt
from tests.contracts.forgery import forge_confirmation

kinds = pytest.mark.parametrize("kind", list(Kind))
bad_g1 = pytest.mark.parametrize("point", BAD_G1.values(), ids=BAD_G1)
bad_points = pytest.mark.parametrize(
    ("kind", "point"),
    [
        *(pytest.param(Kind.TRUSTEES, raw, id=name) for name, raw in BAD_G1.items()),
        *(pytest.param(Kind.ISSUERS, raw, id=name) for name, raw in BAD_G2.items()),
    ],
)


def enroll_refusal(run: CeremonyRun[Any], message: Enrolment) -> str | None:
    return run.chain.refusal(run.enroll(message), run.account(1))


# Enrolment


@bad_g1
def test_enrolment_is_refused_with_a_bad_key(
    ceremony_at: CeremonyAt, point: bytes
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.ENROLL)
    refusal = enroll_refusal(run, replace(run.enrolments[1], key=point))
    assert refusal == "curve: invalid point"


@bad_g1
def test_enrolment_is_refused_with_a_bad_commitment(
    ceremony_at: CeremonyAt, point: bytes
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.ENROLL)
    refusal = enroll_refusal(run, replace(run.enrolments[1], t=point))
    assert refusal == "key_ceremony: E is not proven"


@kinds
@pytest.mark.parametrize(
    ("name", "changed"),
    [("key", encode_g1(G)), ("t", encode_g1(G)), ("t", b""), ("s", 1)],
)
def test_enrolment_is_refused_with_another_field(
    ceremony_at: CeremonyAt, kind: Kind, name: str, changed: Any
) -> None:
    run = ceremony_at(kind, Step.ENROLL)
    refusal = enroll_refusal(run, replace(run.enrolments[1], **{name: changed}))
    assert refusal == "key_ceremony: E is not proven"


def test_enrolment_is_refused_with_the_zero_secret(ceremony_at: CeremonyAt) -> None:
    """A proof of the zero secret is s = w, whatever the challenge."""
    run = ceremony_at(Kind.TRUSTEES, Step.ENROLL)
    forged = Enrolment(bytes(128), encode_g1(G * Scalar(7)), 7)
    assert enroll_refusal(run, forged) == "key_ceremony: E or R is infinity"


def test_enrolment_is_refused_with_an_unreduced_response(
    ceremony_at: CeremonyAt,
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.ENROLL)
    honest = run.enrolments[1]
    for s in (honest.s + ORDER, ORDER):
        refusal = enroll_refusal(run, replace(honest, s=s))
        assert refusal == "group: response is not reduced"


@pytest.mark.parametrize("length", [0, 127])
def test_enrolment_is_refused_with_a_short_key(
    ceremony_at: CeremonyAt, length: int
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.ENROLL)
    honest = run.enrolments[1]
    refusal = enroll_refusal(run, replace(honest, key=honest.key[:length]))
    assert refusal == "key_ceremony: wrong E or R length"


def test_copied_enrolment_is_refused(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.ENROLL)
    refusal = enroll_refusal(run, run.enrolments[2])
    assert refusal == "key_ceremony: E is not proven"


@pytest.mark.parametrize(
    "altered",
    [
        {"chain_id": 1},
        {"ceremony": Address(b"\1" * 20)},
        {"election_id": Hash(b"\1" * 32)},
        {"number": 2},
        {"group": replace(TRUSTEE_GROUP, kind=Kind.ISSUERS)},
    ],
    ids=lambda altered: next(iter(altered)),
)
def test_enrolment_is_refused_when_it_was_made_for_something_else(
    ceremony_at: CeremonyAt, altered: dict[str, Any]
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.ENROLL)
    attempt: Attempt[Any] = replace(run.attempt, **altered)
    refusal = enroll_refusal(run, enroll(attempt, 1, source=run.source(1)))
    assert refusal == "key_ceremony: E is not proven"


# Dealing


def deal_refusal(run: CeremonyRun[Any], message: Deal) -> str | None:
    return run.chain.refusal(run.deal(message), run.account(1))


def prove_with_reveal_of(run: CeremonyRun[Any], member: int) -> dict[str, Any]:
    """Prove the honest deal of member 1, bound to what a member revealed."""
    u = Scalar(314159)
    digest = hash_fields(
        Tag.DEAL,
        hash_word(run.bound.cer),
        uint_word(1),
        hash_word(run.revealed[member - 1].digest),
        point_words(G * u),
        *map(hash_word, run.deals[1].ciphertexts),
    )
    statement = KnowledgeStatement(
        G, (G * u,), (Scalar(1),), digest, Tag.DEAL_CHALLENGE
    )
    proof = prove_knowledge(statement, (u,), nonce=Scalar(271828))
    t = encode_g1(proof.commitment)
    return {"r": encode_g1(G * u), "t": t, "s": proof.response}


def test_deal_is_refused_with_the_zero_secret(ceremony_at: CeremonyAt) -> None:
    """A proof of the zero secret is s = w, whatever the challenge."""
    run = ceremony_at(Kind.TRUSTEES, Step.SHARES)
    forged = Deal(bytes(128), encode_g1(G * Scalar(7)), 7, run.deals[1].ciphertexts)
    assert deal_refusal(run, forged) == "key_ceremony: E or R is infinity"


@bad_g1
def test_deal_is_refused_with_a_bad_point(
    ceremony_at: CeremonyAt, point: bytes
) -> None:
    run = ceremony_at(Kind.ISSUERS, Step.SHARES)
    refusal = deal_refusal(run, replace(run.deals[1], r=point))
    assert refusal == "curve: invalid point"


@pytest.mark.parametrize(
    ("r", "expected"),
    [
        (bytes(128), "key_ceremony: E or R is infinity"),
        (bytes(127), "key_ceremony: wrong E or R length"),
        (b"", "key_ceremony: wrong E or R length"),
    ],
)
def test_deal_is_refused_with_no_point(
    ceremony_at: CeremonyAt, r: bytes, expected: str
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.SHARES)
    assert deal_refusal(run, replace(run.deals[1], r=r)) == expected


@kinds
@pytest.mark.parametrize("count", [0, 2, 3, 5, 6])
def test_deal_is_refused_with_another_number_of_shares(
    ceremony_at: CeremonyAt, kind: Kind, count: int
) -> None:
    run = ceremony_at(kind, Step.SHARES)
    honest = run.deals[1].ciphertexts
    run.deal_instead(1, (*honest, *honest)[:count])
    refusal = deal_refusal(run, run.deals[1])
    assert refusal == "key_ceremony: shares miscounted"


@bad_g1
def test_deal_is_refused_with_a_bad_commitment(
    ceremony_at: CeremonyAt, point: bytes
) -> None:
    run = ceremony_at(Kind.ISSUERS, Step.SHARES)
    refusal = deal_refusal(run, replace(run.deals[1], t=point))
    assert refusal == "key_ceremony: R is not proven"


@kinds
@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("r", encode_g1(G)),
        ("t", encode_g1(G)),
        ("t", bytes(128)),
        ("t", b""),
        ("s", 1),
        ("ciphertexts", (Hash(bytes(32)),) * 4),
    ],
)
def test_deal_is_refused_with_another_field(
    ceremony_at: CeremonyAt, kind: Kind, name: str, changed: Any
) -> None:
    run = ceremony_at(kind, Step.SHARES)
    refusal = deal_refusal(run, replace(run.deals[1], **{name: changed}))
    assert refusal == "key_ceremony: R is not proven"


def test_deal_is_refused_with_an_unreduced_response(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.SHARES)
    honest = run.deals[1]
    refusal = deal_refusal(run, replace(honest, s=honest.s + ORDER))
    assert refusal == "group: response is not reduced"


@kinds
@pytest.mark.parametrize(
    "copied", [("r",), ("t", "s"), ("r", "t", "s"), ("r", "t", "s", "ciphertexts")]
)
def test_deal_is_refused_with_another_dealers_secret(
    ceremony_at: CeremonyAt, kind: Kind, copied: tuple[str, ...]
) -> None:
    """Whoever complains of it would open what the other dealt."""
    run = ceremony_at(kind, Step.SHARES)
    fields = {name: getattr(run.deals[2], name) for name in copied}
    refusal = deal_refusal(run, replace(run.deals[1], **fields))
    assert refusal == "key_ceremony: R is not proven"


@kinds
def test_deal_is_refused_of_another_attempt(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.SHARES)
    bound = replace(run.bound, cer=Hash(flip(run.bound.cer)))
    refusal = deal_refusal(run, deal(bound, 1, source=run.source(1)))
    assert refusal == "key_ceremony: R is not proven"


@kinds
def test_deal_is_refused_with_another_reveal(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    """Right shares look wrong under another reveal than their dealer's."""
    run = ceremony_at(kind, Step.SHARES)
    of_another = replace(run.deals[1], **prove_with_reveal_of(run, 2))
    refusal = deal_refusal(run, of_another)
    assert refusal == "key_ceremony: R is not proven"
    honest = replace(run.deals[1], **prove_with_reveal_of(run, 1))
    assert deal_refusal(run, honest) is None


# Confirmation


def confirm_with(
    run: CeremonyRun[Any],
    share: KeyShare,
    alter: Callable[[BoundAttempt[Any], Hash], tuple[BoundAttempt[Any], Hash]],
) -> str | None:
    """Confirm a share as member 1, bound to something else."""
    run.derive_all()
    digest = derive_digest(run.bound, run.revealed, run.dealt)
    bound, digest = alter(run.bound, digest)
    message = confirm(bound, share, keys=run.keys, digest=digest, source=run.source(1))
    return run.chain.refusal(run.confirm(message), run.account(1))


@kinds
@pytest.mark.parametrize("derived", [(), (1,), (2,)])
def test_confirmation_waits_for_every_slot(
    ceremony_at: CeremonyAt, kind: Kind, derived: tuple[int, ...]
) -> None:
    run = ceremony_at(kind, Step.CONFIRM)
    for slot in derived:
        run.send(run.derive(slot), 1)
    refusal = run.chain.refusal(run.honest_act(Step.CONFIRM, 1), run.account(1))
    assert refusal == "key_ceremony: slots not derived"


@bad_points
def test_confirmation_is_refused_with_a_bad_commitment(
    ceremony_at: CeremonyAt, kind: Kind, point: bytes
) -> None:
    run = ceremony_at(kind, Step.CONFIRM)
    run.derive_all()
    act = run.confirm(replace(run.confirmation(1), t=point))
    refusal = run.chain.refusal(act, run.account(1))
    assert refusal == "key_ceremony: shares not proven"


@kinds
@pytest.mark.parametrize("name", ["t", "s"])
def test_confirmation_is_refused_with_another_field(
    ceremony_at: CeremonyAt, kind: Kind, name: str
) -> None:
    run = ceremony_at(kind, Step.CONFIRM)
    run.derive_all()
    base = encode_point(run.bound.attempt.group.base)
    changed: Any = {"t": base, "s": 1}[name]
    act = run.confirm(replace(run.confirmation(1), **{name: changed}))
    refusal = run.chain.refusal(act, run.account(1))
    assert refusal == "key_ceremony: shares not proven"


def test_confirmation_is_refused_with_an_unreduced_response(
    ceremony_at: CeremonyAt,
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    run.derive_all()
    honest = run.confirmation(1)
    act = run.confirm(replace(honest, s=honest.s + ORDER))
    refusal = run.chain.refusal(act, run.account(1))
    assert refusal == "group: response is not reduced"


def test_copied_confirmation_is_refused(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    run.derive_all()
    refusal = run.chain.refusal(run.confirm(run.confirmation(2)), run.account(1))
    assert refusal == "key_ceremony: shares not proven"


@kinds
@pytest.mark.parametrize("slot", [0, 1])
def test_confirmation_is_refused_when_one_share_is_wrong(
    ceremony_at: CeremonyAt, kind: Kind, slot: int
) -> None:
    run = ceremony_at(kind, Step.CONFIRM)
    secrets = list(run.key_share(1).secrets)
    secrets[slot] = Scalar((secrets[slot] + 1) % ORDER)
    share = KeyShare(1, tuple(secrets))
    refusal = confirm_with(run, share, lambda bound, digest: (bound, digest))
    assert refusal == "key_ceremony: shares not proven"


@kinds
def test_confirmation_is_refused_when_only_the_sum_of_the_shares_is_known(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.CONFIRM)
    run.derive_all()
    forged = forge_confirmation(
        run.bound,
        1,
        keys=run.keys,
        digest=derive_digest(run.bound, run.revealed, run.dealt),
        claimed=sum(run.key_share(1).secrets),
    )
    refusal = run.chain.refusal(run.confirm(forged), run.account(1))
    assert refusal == "key_ceremony: shares not proven"


def test_confirmation_is_refused_of_other_messages(ceremony_at: CeremonyAt) -> None:
    """Whoever saw other reveals or deals than the chain's has another digest."""
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    refusal = confirm_with(
        run, run.key_share(1), lambda bound, digest: (bound, Hash(flip(digest)))
    )
    assert refusal == "key_ceremony: shares not proven"


def test_confirmation_is_refused_of_another_attempt(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    refusal = confirm_with(
        run,
        run.key_share(1),
        lambda bound, digest: (replace(bound, cer=Hash(flip(bound.cer))), digest),
    )
    assert refusal == "key_ceremony: shares not proven"
