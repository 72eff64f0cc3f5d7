"""The lock that a voter may add to a leaf, and the blinded message M'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from election.crypto.signature import Signature, SigningKey
from election.protocol.attestation import Action, Role
from tests.contracts.bad_points import BAD_G1
from tests.contracts.leaf_acts import CHANGES, act_of, ask, bring
from tests.contracts.leaf_desk import BLINDED, LOCK, LeafDesk, open_desk
from tests.contracts.rehearsal import SMALL

WRONG: Final = "voter_list: attestation is not by the right organisation"
UNLOCKED: Final = "voter_list: not signed by the lock of the leaf"


@pytest.fixture
def desk() -> Iterator[LeafDesk]:
    with open_desk() as opened:
        yield opened


# The voter's lock

LOCKED: Final = [Action.WITHDRAW, Action.ISSUE]
locked = pytest.mark.parametrize("act", LOCKED, ids=["withdraw", "issue"])


@locked
def test_locked_leaf_moves_with_its_locks_signature(
    desk: LeafDesk, act: Action
) -> None:
    bring(desk, act, lock=LOCK)
    signature = desk.sign_lock(ask(desk, act))
    assert desk.refusal(act_of(desk, act, signature=signature)) is None


@locked
def test_locked_leaf_stays_without_a_signature(desk: LeafDesk, act: Action) -> None:
    bring(desk, act, lock=LOCK)
    assert desk.refusal(act_of(desk, act)) == "signature: v is not 27 or 28"


@locked
def test_locked_leaf_stays_when_another_key_signs(desk: LeafDesk, act: Action) -> None:
    bring(desk, act, lock=LOCK)
    for key in (SigningKey(0xBAD), desk.rehearsal.roles.portal):
        signature = desk.sign_lock(ask(desk, act), key)
        assert desk.refusal(act_of(desk, act, signature=signature)) == UNLOCKED


@locked
@pytest.mark.parametrize("change", CHANGES)
def test_locked_leaf_stays_when_its_lock_signed_something_else(
    desk: LeafDesk, act: Action, change: str
) -> None:
    bring(desk, act, lock=LOCK)
    signature = desk.sign_lock(CHANGES[change](ask(desk, act)))
    assert desk.refusal(act_of(desk, act, signature=signature)) == UNLOCKED


@pytest.mark.parametrize(
    "signature", [Signature(27, 0, 0), Signature(0, 1, 0), Signature(0, 0, 1)]
)
@locked
def test_leaf_without_a_lock_takes_no_signature(
    desk: LeafDesk, act: Action, signature: Signature
) -> None:
    """One event for each act: nobody can add to it what it does not need."""
    bring(desk, act)
    reason = "voter_list: signature for a leaf without a lock"
    assert desk.refusal(act_of(desk, act, signature=signature)) == reason


def test_organisations_that_collude_cannot_replace_a_lock(desk: LeafDesk) -> None:
    """Neither by withdrawing the leaf nor by registering it over itself."""
    bring(desk, Action.WITHDRAW, lock=LOCK)
    thief = SigningKey(0xBAD)
    signature = desk.sign_lock(desk.withdrawal(), thief)
    assert desk.refusal(desk.withdraw(signature=signature)) == UNLOCKED
    reason = "voter_list: leaf is registered already"
    assert desk.refusal(desk.register(lock=thief)) == reason


# The blinded message


@pytest.mark.parametrize("kind", BAD_G1)
def test_blinded_message_outside_the_group_is_refused(
    desk: LeafDesk, kind: str
) -> None:
    """Issuers multiply it by their keys."""
    desk.enter_polls()
    act = desk.request_credential(blinded=BAD_G1[kind])
    assert desk.refusal(act) == "curve: invalid point"


def test_bad_blinded_message_costs_no_more_than_a_good_one(desk: LeafDesk) -> None:
    """A precompile burns all the gas that it is handed."""
    desk.enter_polls()
    bad, good = (
        desk.rehearsal.gas_of(desk.request_credential(blinded=each))
        for each in (BAD_G1["off the curve"], BLINDED)
    )
    assert bad <= good


def test_blinded_message_is_refused_at_infinity(desk: LeafDesk) -> None:
    desk.enter_polls()
    act = desk.request_credential(blinded=bytes(128))
    assert desk.refusal(act) == "voter_list: blinded message is infinity"


def test_blinded_message_is_refused_when_another_is_attested(desk: LeafDesk) -> None:
    desk.enter_polls()
    request = desk.issuance(BLINDED)
    pair: dict[str, Any] = {
        "portal": desk.attest(request, Role.PORTAL),
        "sms": desk.attest(request, Role.SMS_GATEWAY),
    }
    other = BLINDED[:64] + bytes(64)
    assert desk.refusal(desk.request_credential(blinded=other, **pair)) == WRONG


def test_credential_attested_in_one_contest_is_refused_in_another(
    desk: LeafDesk,
) -> None:
    desk.enter_polls()
    ctx = desk.rehearsal.register.boxes[SMALL].box.ctx
    request = replace(desk.issuance(), ctx=ctx)
    portal = desk.attest(request, Role.PORTAL)
    assert desk.refusal(desk.request_credential(portal=portal)) == WRONG
