from __future__ import annotations

import pytest

from election.client.errors import ContractRefusedError
from election.client.leaf_requests import (
    ask_for_credential,
    ask_to_register,
    ask_to_withdraw,
)
from election.crypto.signature import SigningKey, derive_address
from election.protocol.voter_list import LeafState
from tests.client.stage import RELAY, Stage, deploy, make_key, travel
from tests.in_process import connect_in_process


@pytest.fixture(scope="module")
def registration() -> Stage:
    """An election in phase REGISTRATION, before anybody has registered."""
    stage = deploy(connect_in_process())
    stage.make_keys()
    stage.publish_lists(4)
    travel(stage.connection, stage.manifest.times.registration)
    return stage


def register(stage: Stage, index: int, lock_key: SigningKey) -> None:
    place = stage.place(1, index, nonce=0)
    asked = ask_to_register(place, lock=derive_address(lock_key))
    stage.connection.send(stage.prepare(asked), key=RELAY)


def test_registered_leaf_has_its_lock(registration: Stage) -> None:
    register(registration, 0, make_key("lock"))
    leaf = registration.place(1, 0, nonce=1).leaf
    voter_list = registration.opened.voter_list
    assert voter_list.lock(leaf) == derive_address(make_key("lock"))
    assert voter_list.state(leaf) is LeafState.ONLINE


@pytest.mark.parametrize("name", [None, "stranger"])
def test_locked_leaf_is_withdrawn_by_its_lock_only(
    registration: Stage, name: str | None
) -> None:
    index = 1 if name is None else 2
    register(registration, index, make_key("lock"))
    place = registration.place(1, index, nonce=1)
    key = None if name is None else make_key(name)
    refused = registration.prepare(ask_to_withdraw(place, lock_key=key))
    with pytest.raises(
        ContractRefusedError, match=r"v is not 27|not signed by the lock"
    ):
        registration.connection.send(refused, key=RELAY)
    right = ask_to_withdraw(place, lock_key=make_key("lock"))
    registration.connection.send(registration.prepare(right), key=RELAY)
    assert registration.opened.voter_list.state(place.leaf) is LeafState.NONE


def test_locked_leaf_is_issued_a_credential_by_its_lock_only(
    registration: Stage,
) -> None:
    connection = registration.connection
    register(registration, 3, make_key("lock"))
    snapshot = connection.request("evm_snapshot")
    travel(connection, registration.manifest.times.opening)
    blinded = registration.credential_request(1, 3).blinded
    place = registration.place(1, 3, nonce=1)
    for key in (None, make_key("stranger")):
        asked = ask_for_credential(place, blinded, lock_key=key)
        with pytest.raises(ContractRefusedError):
            connection.send(registration.prepare(asked), key=RELAY)
    signed = ask_for_credential(place, blinded, lock_key=make_key("lock"))
    connection.send(registration.prepare(signed), key=RELAY)
    assert registration.opened.voter_list.issued(1) == 1
    connection.request("evm_revert", snapshot)
