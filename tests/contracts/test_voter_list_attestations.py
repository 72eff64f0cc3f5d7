"""What portal and SMS gateway both attest before a leaf moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from election.client.contracts.voter_list import NO_SIGNATURE
from election.crypto.signature import (
    SECP256K1_ORDER,
    Signature,
    SigningKey,
    derive_address,
)
from election.crypto.transcript import Hash
from election.protocol.attestation import LIFETIME, Action, Attestation, Request, Role
from election.protocol.attestation import attest as attest_with
from tests.contracts.leaf_acts import CHANGES, act_of, ask, bring
from tests.contracts.leaf_desk import LOCK, LeafDesk, open_desk
from tests.contracts.rehearsal import BOXLESS

WRONG: Final = "voter_list: attestation is not by the right organisation"
EXPIRED: Final = "voter_list: attestation has expired"
TOO_LONG: Final = "voter_list: attestation lives too long"
UNLOCKED: Final = "voter_list: not signed by the lock of the leaf"
ZERO: Final = Hash(bytes(32))
FOREIGN: Final = Hash(b"\1" * 32)


@pytest.fixture
def desk() -> Iterator[LeafDesk]:
    with open_desk() as opened:
        yield opened


@pytest.fixture(params=list(Action), ids=lambda action: action.name.lower())
def action(request: pytest.FixtureRequest) -> Action:
    chosen: Action = request.param
    return chosen


# Attestations


def test_act_is_taken_with_both_attestations(desk: LeafDesk, action: Action) -> None:
    bring(desk, action)
    assert desk.refusal(act_of(desk, action)) is None


@pytest.mark.parametrize("name", ["portal", "sms"])
def test_act_is_refused_when_one_organisation_attests_for_both(
    desk: LeafDesk, action: Action, name: str
) -> None:
    bring(desk, action)
    roles, request = desk.rehearsal.roles, ask(desk, action)
    missing = Role.PORTAL if name == "portal" else Role.SMS_GATEWAY
    other = roles.sms_gateway if name == "portal" else roles.portal
    for role in Role:
        forged = attest_with(request, other, role=role, expiry=desk.expiry)
        assert desk.refusal(act_of(desk, action, **{name: forged})) == WRONG
    good = desk.attest(request, missing)
    assert desk.refusal(act_of(desk, action, **{name: good})) is None


@pytest.mark.parametrize("name", ["portal", "sms"])
def test_act_is_refused_when_an_organisation_attests_in_the_others_role(
    desk: LeafDesk, action: Action, name: str
) -> None:
    bring(desk, action)
    roles, request = desk.rehearsal.roles, ask(desk, action)
    key, role = roles.portal, Role.SMS_GATEWAY
    if name == "sms":
        key, role = roles.sms_gateway, Role.PORTAL
    exchanged = attest_with(request, key, role=role, expiry=desk.expiry)
    assert desk.refusal(act_of(desk, action, **{name: exchanged})) == WRONG


@pytest.mark.parametrize("name", ["portal", "sms"])
@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (-1, EXPIRED),
        (0, None),
        (LIFETIME, None),
        (LIFETIME + 1, TOO_LONG),
        (2**255, TOO_LONG),
    ],
)
def test_attestation_lives_a_quarter_of_an_hour(
    desk: LeafDesk, action: Action, name: str, ahead: int, expected: str | None
) -> None:
    bring(desk, action)
    expiry = desk.rehearsal.opened.connection.read_clock() + ahead
    role = Role.PORTAL if name == "portal" else Role.SMS_GATEWAY
    attestation = desk.attest(ask(desk, action), role, expiry=expiry)
    assert desk.refusal(act_of(desk, action, **{name: attestation})) == expected


@pytest.mark.parametrize("name", ["portal", "sms"])
@pytest.mark.parametrize("change", CHANGES)
def test_act_is_refused_when_something_else_is_attested(
    desk: LeafDesk, action: Action, name: str, change: str
) -> None:
    bring(desk, action)
    role = Role.PORTAL if name == "portal" else Role.SMS_GATEWAY
    other = desk.attest(CHANGES[change](ask(desk, action)), role)
    assert desk.refusal(act_of(desk, action, **{name: other})) == WRONG


@pytest.mark.parametrize("name", ["portal", "sms"])
def test_act_is_refused_when_an_expiry_is_changed(
    desk: LeafDesk, action: Action, name: str
) -> None:
    bring(desk, action)
    role = Role.PORTAL if name == "portal" else Role.SMS_GATEWAY
    honest = desk.attest(ask(desk, action), role)
    later = replace(honest, expiry=honest.expiry + 1)
    assert desk.refusal(act_of(desk, action, **{name: later})) == WRONG


def other_form(attestation: Attestation) -> Attestation:
    old = attestation.signature
    signature = Signature(55 - old.v, old.r, SECP256K1_ORDER - old.s)
    return replace(attestation, signature=signature)


@pytest.mark.parametrize("name", ["portal", "sms"])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (other_form, "signature: s is not in the lower half"),
        (
            lambda honest: replace(honest, signature=NO_SIGNATURE),
            "signature: v is not 27 or 28",
        ),
    ],
)
def test_act_is_refused_when_a_signature_is_not_strict(
    desk: LeafDesk,
    action: Action,
    name: str,
    change: Callable[[Attestation], Attestation],
    expected: str,
) -> None:
    bring(desk, action)
    role = Role.PORTAL if name == "portal" else Role.SMS_GATEWAY
    changed = change(desk.attest(ask(desk, action), role))
    assert desk.refusal(act_of(desk, action, **{name: changed})) == expected


def test_attestations_hold_for_one_transition(desk: LeafDesk) -> None:
    """Else a withdrawn leaf could be registered again by whoever kept them."""
    desk.enter_registration()
    kept = desk.register()
    desk.send(kept)
    desk.send(desk.withdraw())
    assert desk.refusal(kept) == WRONG


def test_register_is_refused_with_another_lock(desk: LeafDesk) -> None:
    desk.enter_registration()
    mine: dict[str, Any] = {
        "portal": desk.attest(desk.registration(LOCK), Role.PORTAL),
        "sms": desk.attest(desk.registration(LOCK), Role.SMS_GATEWAY),
    }
    assert desk.refusal(desk.register(lock=SigningKey(0xBAD), **mine)) == WRONG
    assert desk.refusal(desk.register(lock=None, **mine)) == WRONG
    assert desk.refusal(desk.register(lock=LOCK, **mine)) is None


def test_leaf_of_a_contest_without_a_box_is_refused() -> None:
    """Its context is zero, and so would be that of any other such contest."""
    with open_desk(BOXLESS, 0) as desk:
        desk.enter_registration()
        request = Request(ZERO, Action.REGISTER, desk.leaf, 0, ZERO)
        act = desk.rehearsal.opened.voter_list.register(
            desk.claim,
            derive_address(LOCK),
            portal=desk.attest(request, Role.PORTAL),
            sms=desk.attest(request, Role.SMS_GATEWAY),
        )
        assert desk.refusal(act) == "voter_list: contest has no box"
