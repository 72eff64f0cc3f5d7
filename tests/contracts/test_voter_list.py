"""The states that a leaf goes through, when, and what is announced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import pytest

from election.client.wire import Act
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Hash, hash_bytes
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import Issued, PaperMarked, Registered, Withdrawn
from election.protocol.voter_list import LeafState
from tests.contracts.leaf_desk import BLINDED, LOCK, LeafDesk, open_desk
from tests.contracts.rehearsal import LARGE, SMALL

NOT_ON_THE_LIST: Final = "voter_list: leaf is not on the list"
ROOT: Final = Hash(b"\1" * 32)


@pytest.fixture
def desk() -> Iterator[LeafDesk]:
    with open_desk() as opened:
        yield opened


# States

Bring = Callable[[LeafDesk], None]


def bring_online(desk: LeafDesk) -> None:
    desk.enter_polls()


def bring_withdrawn(desk: LeafDesk) -> None:
    desk.enter_registration().send(desk.register())
    desk.send(desk.withdraw())
    desk.enter(4)


def bring_paper(desk: LeafDesk) -> None:
    desk.enter(4)
    desk.send(desk.mark_paper(), desk.rehearsal.roles.polling_station)


def bring_issued(desk: LeafDesk) -> None:
    desk.enter_polls().send(desk.request_credential())


def bring_nowhere(desk: LeafDesk) -> None:
    desk.enter(4)


ON_PAPER: Final = "voter_list: leaf votes online or has voted"
NOT_ISSUABLE: Final = "voter_list: leaf may not be issued a credential"


@pytest.mark.parametrize(
    ("bring", "state", "paper", "issue"),
    [
        (bring_nowhere, LeafState.NONE, None, NOT_ISSUABLE),
        (bring_withdrawn, LeafState.NONE, None, NOT_ISSUABLE),
        (bring_online, LeafState.ONLINE, ON_PAPER, None),
        (bring_paper, LeafState.PAPER, ON_PAPER, NOT_ISSUABLE),
        (bring_issued, LeafState.ISSUED, ON_PAPER, NOT_ISSUABLE),
    ],
)
def test_leaf_votes_once_and_in_one_way(
    desk: LeafDesk,
    bring: Bring,
    state: LeafState,
    paper: str | None,
    issue: str | None,
) -> None:
    bring(desk)
    station = desk.rehearsal.roles.polling_station
    assert desk.rehearsal.opened.voter_list.state(desk.leaf) is state
    assert desk.refusal(desk.mark_paper(), station) == paper
    assert desk.refusal(desk.request_credential()) == issue


def test_leaf_registers_once(desk: LeafDesk) -> None:
    desk.enter_registration().send(desk.register())
    reason = "voter_list: leaf is registered already"
    assert desk.refusal(desk.register()) == reason


def test_leaf_withdraws_only_when_registered(desk: LeafDesk) -> None:
    desk.enter_registration()
    reason = "voter_list: leaf is not registered"
    assert desk.refusal(desk.withdraw()) == reason
    desk.send(desk.register())
    desk.send(desk.withdraw())
    assert desk.refusal(desk.withdraw()) == reason
    assert desk.refusal(desk.register()) is None


def test_counts_follow_the_leaves(desk: LeafDesk) -> None:
    view = desk.rehearsal.opened.voter_list
    others = [replace(desk, index=index) for index in (6, 7, 8)]
    desk.enter_registration()
    for each in (desk, *others):
        desk.send(each.register())
    desk.send(others[0].withdraw())
    assert view.online(LARGE) == 3
    desk.enter(4)
    desk.send(others[0].mark_paper(), desk.rehearsal.roles.polling_station)
    desk.send(desk.request_credential())
    assert (view.online(LARGE), view.paper(LARGE), view.issued(LARGE)) == (3, 1, 1)
    assert (view.online(SMALL), view.paper(SMALL), view.issued(SMALL)) == (0, 0, 0)


def test_lock_and_request_are_remembered(desk: LeafDesk) -> None:
    view = desk.rehearsal.opened.voter_list
    desk.enter_polls(lock=LOCK)
    assert view.lock(desk.leaf) == derive_address(LOCK)
    signature = desk.sign_lock(desk.issuance())
    desk.send(desk.request_credential(signature=signature))
    hashed = view.contract.read("blinded_hash", desk.leaf)
    assert hashed == hash_bytes(BLINDED)


def test_lock_is_forgotten_when_the_leaf_withdraws(desk: LeafDesk) -> None:
    desk.enter_registration().send(desk.register(lock=LOCK))
    desk.send(desk.withdraw(signature=desk.sign_lock(desk.withdrawal())))
    assert desk.rehearsal.opened.voter_list.lock(desk.leaf) == bytes(20)


# Who and when


def test_only_the_polling_station_marks_paper(desk: LeafDesk) -> None:
    desk.enter(4)
    roles = desk.rehearsal.roles
    for stranger in (roles.commission, roles.portal, roles.registrar, SigningKey(7)):
        reason = "voter_list: only the polling station marks paper"
        assert desk.refusal(desk.mark_paper(), stranger) == reason


@pytest.mark.parametrize(
    ("boundary", "shift", "accepted"),
    [
        (2, -1, False),
        (2, 0, True),
        (2, 1, True),
        (3, -1, True),
        (3, 0, False),
        (3, 1, False),
        (4, 0, False),
    ],
)
def test_leaf_moves_to_and_fro_in_registration_only(
    desk: LeafDesk, boundary: int, shift: int, *, accepted: bool
) -> None:
    other = replace(desk, index=6)
    if boundary > 2:
        desk.enter_registration().send(other.register())
    desk.enter(boundary, shift=shift)
    closed = None if accepted else "voter_list: registration is closed"
    assert desk.refusal(desk.register()) == closed
    closed = None if accepted else "voter_list: withdrawal is closed"
    if boundary > 2 or not accepted:
        assert desk.refusal(other.withdraw()) == closed


@pytest.mark.parametrize(
    ("boundary", "shift", "accepted"),
    [
        (4, -1, False),
        (4, 0, True),
        (4, 1, True),
        (5, -1, True),
        (5, 0, False),
        (5, 1, False),
        (6, 0, False),
    ],
)
def test_credentials_and_paper_are_given_while_polls_are_open(
    desk: LeafDesk, boundary: int, shift: int, *, accepted: bool
) -> None:
    desk.enter_registration().send(desk.register())
    desk.enter(boundary, shift=shift)
    closed = None if accepted else "voter_list: issuing is closed"
    assert desk.refusal(desk.request_credential()) == closed
    closed = None if accepted else "voter_list: polls are not open"
    other, station = replace(desk, index=6), desk.rehearsal.roles.polling_station
    assert desk.refusal(other.mark_paper(), station) == closed


# Events


def test_every_transition_is_announced_whole(desk: LeafDesk) -> None:
    send = desk.rehearsal.send

    def told(act: Act, sender: SigningKey | None = None) -> object:
        return decode_event(send(act, sender).logs[0], ContractName.VOTER_LIST)

    desk.enter_registration()
    first = told(desk.register(lock=LOCK))
    signature = desk.sign_lock(desk.withdrawal())
    second = told(desk.withdraw(signature=signature))
    third = told(desk.register())
    desk.enter(4)
    fourth = told(desk.request_credential())
    other = replace(desk, index=6)
    fifth = told(other.mark_paper(), desk.rehearsal.roles.polling_station)
    assert isinstance(first, Registered)
    assert isinstance(second, Withdrawn)
    assert isinstance(third, Registered)
    assert isinstance(fourth, Issued)
    assert fifth == PaperMarked(LARGE, other.leaf, other.claim, 0)
    assert [each.nonce for each in (first, second, third, fourth)] == [0, 1, 2, 3]
    assert (first.lock, second.lock_signature) == (derive_address(LOCK), signature)
    assert (fourth.request, fourth.blinded) == (desk.claim, BLINDED)
