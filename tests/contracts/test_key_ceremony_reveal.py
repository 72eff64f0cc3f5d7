"""What the contract refuses of `commit`, `reveal` and `derive`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from election.crypto.group import encode_point
from election.crypto.scalar import ORDER, reduce_scalar
from election.protocol.ceremony.attempt import Kind, Step
from election.protocol.ceremony.polynomials import (
    Polynomials,
    Reveal,
    derive_polynomials,
)
from tests.contracts.bad_points import BAD_G1, BAD_G2, flip
from tests.contracts.ceremony_run import CeremonyRun
from tests.contracts.conftest import CeremonyAt
from tests.contracts.election_setup import Roster, Setup
from tests.contracts.forgery import commit_to, forge_reveal

kinds = pytest.mark.parametrize("kind", list(Kind))
bad_points = pytest.mark.parametrize(
    ("kind", "point"),
    [
        *(pytest.param(Kind.TRUSTEES, raw, id=name) for name, raw in BAD_G1.items()),
        *(pytest.param(Kind.ISSUERS, raw, id=name) for name, raw in BAD_G2.items()),
    ],
)
INVALID: Final = {
    Kind.TRUSTEES: "curve: invalid point",
    Kind.ISSUERS: "curve: invalid G2 point",
}
FORGER: Final = 2
THREE: Final = Setup(trustees=Roster(k=3, n=3), issuers=Roster(k=3, n=3))


def secrets_of(run: CeremonyRun[Any], member: int) -> list[int]:
    drawn: Polynomials = derive_polynomials(
        run.bound, member, source=run.source(member)
    )
    return [secret for slot in drawn.slots for secret in slot]


def points_of(run: CeremonyRun[Any], secrets: list[int]) -> list[Any]:
    return [run.bound.attempt.group.base * reduce_scalar(x) for x in secrets]


def refusal_of(run: CeremonyRun[Any], message: Reveal) -> str | None:
    """Commit to what the forger reveals, let all others be honest, then reveal."""
    run.send(run.commit(commit_to(run.bound, FORGER, message)), FORGER)
    run.play(Step.COMMIT, (1, 3))
    run.play(Step.REVEAL, (1,))
    return run.chain.refusal(run.reveal(message), run.account(FORGER))


def refusal_of_secrets(run: CeremonyRun[Any], secrets: list[int]) -> str | None:
    """Reveal polynomials that the forger knows."""
    points = points_of(run, secrets)
    return refusal_of(
        run, forge_reveal(run.bound, FORGER, points=points, claimed=secrets)
    )


# Commitment


@kinds
def test_own_forgery_tool_makes_good_reveals(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    assert refusal_of_secrets(run, secrets_of(run, FORGER)) is None


@pytest.mark.parametrize("name", ["coefficients", "t", "s", "salt"])
def test_reveal_is_refused_when_it_is_not_as_committed(
    ceremony_at: CeremonyAt, name: str
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.REVEAL)
    honest = run.reveals[1]
    value = getattr(honest, name)
    changed: Any = value ^ 1 if isinstance(value, int) else flip(value)
    act = run.reveal(replace(honest, **{name: changed}))
    refusal = run.chain.refusal(act, run.account(1))
    assert refusal == "key_ceremony: not as committed"


def test_reveal_is_refused_after_a_copied_commitment(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.COMMIT)
    run.play(Step.COMMIT, (1,))
    run.send(run.commit(run.commitment(1)), 2)
    run.play(Step.COMMIT, (3,))
    refusal = run.chain.refusal(run.reveal(run.reveals[1]), run.account(2))
    assert refusal == "key_ceremony: not as committed"


# Form


@kinds
@pytest.mark.parametrize("extra", [-256, -1, 1, 256])
def test_reveal_is_refused_with_another_length(
    ceremony_at: CeremonyAt, kind: Kind, extra: int
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    honest = run.reveals[FORGER]
    raw = (honest.coefficients + bytes(256))[: len(honest.coefficients) + extra]
    refusal = refusal_of(run, replace(honest, coefficients=raw))
    assert refusal == "key_ceremony: wrong F length"


@bad_points
@pytest.mark.parametrize("position", range(4))
def test_reveal_is_refused_with_a_bad_point(
    ceremony_at: CeremonyAt, kind: Kind, point: bytes, position: int
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    honest, size = run.reveals[FORGER], len(point)
    raw = bytearray(honest.coefficients)
    raw[position * size : (position + 1) * size] = point
    refusal = refusal_of(run, replace(honest, coefficients=bytes(raw)))
    assert refusal == INVALID[kind]


@bad_points
def test_reveal_is_refused_with_a_bad_commitment_of_the_proof(
    ceremony_at: CeremonyAt, kind: Kind, point: bytes
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    refusal = refusal_of(run, replace(run.reveals[FORGER], t=point))
    assert refusal == "key_ceremony: F is not proven"


@kinds
def test_reveal_is_refused_with_a_short_commitment_of_the_proof(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    honest = run.reveals[FORGER]
    refusal = refusal_of(run, replace(honest, t=honest.t[:-1]))
    assert refusal == "key_ceremony: F is not proven"


def test_reveal_is_refused_with_an_unreduced_response(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.COMMIT)
    honest = run.reveals[FORGER]
    refusal = refusal_of(run, replace(honest, s=honest.s + ORDER))
    assert refusal == "group: response is not reduced"


# Proof


@kinds
def test_reveal_is_refused_with_another_response(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    honest = run.reveals[FORGER]
    refusal = refusal_of(run, replace(honest, s=honest.s ^ 1))
    assert refusal == "key_ceremony: F is not proven"


@kinds
@pytest.mark.parametrize("position", range(4))
def test_reveal_is_refused_when_one_coefficient_is_unknown(
    ceremony_at: CeremonyAt, kind: Kind, position: int
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    secrets = secrets_of(run, FORGER)
    points = points_of(run, secrets)
    points[position] = points[position] + run.bound.attempt.group.base
    forged = forge_reveal(run.bound, FORGER, points=points, claimed=secrets)
    assert refusal_of(run, forged) == "key_ceremony: F is not proven"


@kinds
def test_rogue_key_is_refused(ceremony_at: CeremonyAt, kind: Kind) -> None:
    """The forger cancels the first member's part and would own the key alone."""
    run = ceremony_at(kind, Step.COMMIT)
    secrets = secrets_of(run, FORGER)
    points = points_of(run, secrets)
    points[0] = points[0] - run.revealed[0].slots[0][0]
    forged = forge_reveal(run.bound, FORGER, points=points, claimed=secrets)
    assert refusal_of(run, forged) == "key_ceremony: F is not proven"


@kinds
def test_rogue_key_is_refused_when_another_coefficient_cancels_it(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    """A plain sum of the coefficients would pass."""
    run = ceremony_at(kind, Step.COMMIT)
    secrets = secrets_of(run, FORGER)
    points = points_of(run, secrets)
    stolen = run.revealed[0].slots[0][0]
    points[0], points[3] = points[0] - stolen, points[3] + stolen
    forged = forge_reveal(
        run.bound, FORGER, points=points, claimed=secrets, weighted=False
    )
    assert refusal_of(run, forged) == "key_ceremony: F is not proven"


@kinds
def test_copied_reveal_is_refused(ceremony_at: CeremonyAt, kind: Kind) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    refusal = refusal_of(run, run.reveals[1])
    assert refusal == "key_ceremony: F is not proven"


# Coefficients


@kinds
@pytest.mark.parametrize("position", [0, 2, 3, 5])
def test_reveal_is_refused_when_a_first_or_last_coefficient_is_zero(
    ceremony_at: CeremonyAt, kind: Kind, position: int
) -> None:
    run = ceremony_at(kind, Step.COMMIT, THREE)
    secrets = secrets_of(run, FORGER)
    secrets[position] = 0
    assert refusal_of_secrets(run, secrets) == "key_ceremony: F is infinity"


def test_one_middle_coefficient_may_be_zero(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.COMMIT, THREE)
    secrets = secrets_of(run, FORGER)
    secrets[1] = 0
    assert refusal_of_secrets(run, secrets) is None


@kinds
@pytest.mark.parametrize(("to", "of"), [(1, 0), (2, 0), (3, 1)])
def test_reveal_is_refused_when_it_repeats_a_coefficient(
    ceremony_at: CeremonyAt, kind: Kind, to: int, of: int
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    secrets = secrets_of(run, FORGER)
    secrets[to] = secrets[of]
    assert refusal_of_secrets(run, secrets) == "key_ceremony: F is repeated"


@kinds
@pytest.mark.parametrize(("to", "of"), [(0, 0), (2, 0), (3, 1)])
def test_reveal_is_refused_when_it_repeats_a_coefficient_of_another(
    ceremony_at: CeremonyAt, kind: Kind, to: int, of: int
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    secrets = secrets_of(run, FORGER)
    secrets[to] = secrets_of(run, 1)[of]
    assert refusal_of_secrets(run, secrets) == "key_ceremony: F is repeated"


# Derivation


@pytest.mark.parametrize("slot", [0, 3])
def test_derivation_is_refused_of_an_unknown_slot(
    ceremony_at: CeremonyAt, slot: int
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.SHARES)
    act = run.contract.functions.derive(slot, b"")
    assert run.chain.refusal(act, run.account(1)) == "key_ceremony: no such slot"


@pytest.mark.parametrize("step", [Step.ENROLL, Step.COMMIT, Step.REVEAL, Step.FINAL])
def test_derivation_is_refused_in_another_step(
    ceremony_at: CeremonyAt, step: Step
) -> None:
    run = ceremony_at(Kind.TRUSTEES, step)
    refusal = run.chain.refusal(run.derive(1), run.account(1))
    assert refusal == "key_ceremony: not all revealed"


@pytest.mark.parametrize("step", [Step.SHARES, Step.CONFIRM])
def test_slot_is_derived_once(ceremony_at: CeremonyAt, step: Step) -> None:
    run = ceremony_at(Kind.TRUSTEES, step)
    run.send(run.derive(2), 1)
    refusal = run.chain.refusal(run.derive(2), run.account(2))
    assert refusal == "key_ceremony: slot is derived"


@kinds
@pytest.mark.parametrize("extra", [-256, -1, 1, 256])
def test_derivation_is_refused_with_another_length(
    ceremony_at: CeremonyAt, kind: Kind, extra: int
) -> None:
    run = ceremony_at(kind, Step.SHARES)
    slot, parts = run.derive(1).args
    raw = (parts + bytes(256))[: len(parts) + extra]
    act = run.contract.functions.derive(slot, raw)
    refusal = run.chain.refusal(act, run.account(1))
    assert refusal == "key_ceremony: wrong parts length"


@kinds
@pytest.mark.parametrize("member", [1, 2, 3])
def test_derivation_is_refused_when_a_part_was_not_revealed(
    ceremony_at: CeremonyAt, kind: Kind, member: int
) -> None:
    run = ceremony_at(kind, Step.SHARES)
    parts = [run.part(each, 1) for each in run.members]
    parts[member - 1] = flip(parts[member - 1])
    act = run.contract.functions.derive(1, b"".join(parts))
    refusal = run.chain.refusal(act, run.account(1))
    assert refusal == "key_ceremony: not as revealed"


def test_derivation_is_refused_when_members_or_slots_are_swapped(
    ceremony_at: CeremonyAt,
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.SHARES)
    one, two, three = (run.part(member, 1) for member in run.members)
    for slot, parts in ((1, two + one + three), (2, one + two + three)):
        act = run.contract.functions.derive(slot, parts)
        refusal = run.chain.refusal(act, run.account(1))
        assert refusal == "key_ceremony: not as revealed"


@kinds
def test_derivation_is_refused_when_all_members_collude_to_no_key(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.COMMIT)
    secrets = secrets_of(run, FORGER)
    secrets[0] = -(secrets_of(run, 1)[0] + secrets_of(run, 3)[0]) % ORDER
    forged = forge_reveal(
        run.bound, FORGER, points=points_of(run, secrets), claimed=secrets
    )
    assert refusal_of(run, forged) is None
    run.send(run.reveal(forged), FORGER)
    run.play(Step.REVEAL, (3,))
    run.reveals[FORGER] = forged
    refusal = run.chain.refusal(run.derive(1), run.account(1))
    assert refusal == "key_ceremony: key is infinity"


@kinds
def test_derivation_needs_no_member(ceremony_at: CeremonyAt, kind: Kind) -> None:
    run = ceremony_at(kind, Step.SHARES)
    run.chain.send(run.derive(2), run.chain.deployer)
    found = run.contract.functions.key(2).call()
    assert found == encode_point(run.keys.keys[1])
