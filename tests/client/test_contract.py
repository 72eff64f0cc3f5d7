"""What a contract answers is bounded before it is used."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from election.client.contract import Contract
from election.client.contracts.election import Election
from election.client.contracts.key_ceremony import KeyCeremony
from election.client.contracts.tally import Tally
from election.client.contracts.voter_list import VoterList
from election.client.errors import UnexpectedAnswerError
from election.client.rpc import Connection
from election.crypto.transcript import ZERO_HASH, Address
from election.protocol.abi import ContractName

HOME = Address(bytes([7]) * 20)


def contract(name: ContractName, number: int) -> Contract:
    """Give a contract that answers every question with one number."""

    def post(body: bytes) -> bytes:
        answer = {"id": json.loads(body)["id"], "result": f"0x{number:064x}"}
        return json.dumps(answer).encode()

    return Contract(Connection(post, url="", chain_id=1), name, HOME)


def ceremony(number: int) -> KeyCeremony:
    return KeyCeremony(contract(ContractName.KEY_CEREMONY, number))


@pytest.mark.parametrize(
    ("read", "most"),
    [
        (KeyCeremony.n, 10),
        (KeyCeremony.k, 10),
        (KeyCeremony.slots, 64),
        (KeyCeremony.deadline, 2**63 - 1),
        (lambda each: each.seat(HOME), 10),
    ],
)
def test_number_above_its_bound_is_one_error(
    read: Callable[[KeyCeremony], int], most: int
) -> None:
    assert read(ceremony(most)) == most
    with pytest.raises(UnexpectedAnswerError, match=f"is above {most}"):
        read(ceremony(most + 1))
    with pytest.raises(UnexpectedAnswerError, match=f"is above {most}"):
        read(ceremony(2**256 - 1))


def test_keys_of_more_members_than_there_can_be_are_not_asked_for() -> None:
    with pytest.raises(UnexpectedAnswerError, match="n is above 10"):
        ceremony(2**64).verification_keys(1)


@pytest.mark.parametrize(
    "read",
    [
        lambda: ceremony(8).step(),
        lambda: Election(contract(ContractName.ELECTION, 10)).phase(),
        lambda: Tally(contract(ContractName.TALLY, 4)).state(1),
        lambda: VoterList(contract(ContractName.VOTER_LIST, 4)).state(ZERO_HASH),
    ],
)
def test_state_that_there_is_not_is_one_error(read: Callable[[], object]) -> None:
    with pytest.raises(UnexpectedAnswerError, match=r"(step|phase|state) is no "):
        read()
