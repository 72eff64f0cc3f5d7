"""Every contract answers for all that it announced, from its first event on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from election.crypto.transcript import Address
from tests.contracts.rehearsal import (
    EMPTY,
    LARGE,
    LONELY,
    SMALL,
    Rehearsal,
    sums_frozen,
)
from tests.contracts.running_hash import read_both


@pytest.fixture
def counted() -> Iterator[Rehearsal]:
    with sums_frozen().unwound() as rehearsal:
        yield rehearsal


def list_addresses(rehearsal: Rehearsal) -> dict[str, Address]:
    opened = rehearsal.opened
    boxes = {
        f"box {contest}": opened_box.handle.contract.address
        for contest, opened_box in rehearsal.register.boxes.items()
        if contest in (LARGE, SMALL, LONELY, EMPTY)
    }
    return {
        "election": opened.address,
        "trustees": opened.trustees.contract.address,
        "issuers": opened.issuers.contract.address,
        "voter list": opened.voter_list.contract.address,
        "tally": opened.tally.contract.address,
        **boxes,
    }


def test_every_contract_answers_for_its_events(counted: Rehearsal) -> None:
    connection = counted.opened.connection
    for name, address in list_addresses(counted).items():
        answer, expected = read_both(connection, address)
        assert answer == expected, name


def test_every_event_moves_the_hash_of_its_contract_alone(counted: Rehearsal) -> None:
    connection, addresses = counted.opened.connection, list_addresses(counted)
    before = {name: read_both(connection, at)[0] for name, at in addresses.items()}
    assert len(set(before.values())) == len(before)
    connection.request("evm_mine")
    after = {name: read_both(connection, at)[0] for name, at in addresses.items()}
    assert after == before
