"""The three acts that portal and SMS gateway attest, by their action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from election.client.wire import Act
from election.crypto.signature import SigningKey
from election.crypto.transcript import Hash
from election.protocol.attestation import Action, Request
from tests.contracts.leaf_desk import LeafDesk

FOREIGN: Final = Hash(b"\1" * 32)


def bring(desk: LeafDesk, action: Action, *, lock: SigningKey | None = None) -> None:
    """Bring a leaf where the action is possible."""
    if action is Action.ISSUE:
        desk.enter_polls(lock=lock)
    else:
        desk.enter_registration()
    if action is Action.WITHDRAW:
        desk.send(desk.register(lock=lock))


def ask(desk: LeafDesk, action: Action) -> Request:
    """Give what both organisations attest."""
    asked: dict[Action, Callable[[], Request]] = {
        Action.REGISTER: desk.registration,
        Action.WITHDRAW: desk.withdrawal,
        Action.ISSUE: desk.issuance,
    }
    return asked[action]()


def act_of(desk: LeafDesk, action: Action, **given: Any) -> Act:
    """Make the act, honest but for what is given."""
    made: dict[Action, Callable[..., Act]] = {
        Action.REGISTER: desk.register,
        Action.WITHDRAW: desk.withdraw,
        Action.ISSUE: desk.request_credential,
    }
    return made[action](**given)


CHANGES: Final[dict[str, Callable[[Request], Request]]] = {
    "contest": lambda request: replace(request, ctx=FOREIGN),
    "leaf": lambda request: replace(request, leaf=FOREIGN),
    "counter before": lambda request: replace(request, nonce=request.nonce + 1),
    "counter after": lambda request: replace(request, nonce=request.nonce + 2),
    "subject": lambda request: replace(request, subject=FOREIGN),
    "action": lambda request: replace(request, action=Action(request.action % 3 + 1)),
    "other action": lambda request: replace(
        request, action=Action((request.action + 1) % 3 + 1)
    ),
}
"""What an attestation could be about instead."""
