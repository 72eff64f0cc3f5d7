"""The address of an election follows from what it was made of."""

from __future__ import annotations

import pytest
from eth_utils.address import to_checksum_address
from web3.types import Nonce
from web3.utils import get_create_address

from election.crypto.transcript import Address
from election.protocol.origin import derive_boxes, derive_created_address, derive_parts

NOBODY = Address(bytes(20))
DEADBEEF = Address(bytes.fromhex("deadbeef") + bytes(16))


@pytest.mark.parametrize(
    ("deployer", "initcode", "created"),
    [
        (NOBODY, b"\0", "4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38"),
        (DEADBEEF, b"\0", "b928f69bb1d91cd65274e3c79d8986362984fda3"),
        (NOBODY, b"", "e33c0c7f7df4809055c3eba6c09cfe4baf1bd9e0"),
    ],
)
def test_examples_of_eip_1014_are_met(
    deployer: Address, initcode: bytes, created: str
) -> None:
    assert derive_created_address(initcode, deployer=deployer).hex() == created


def test_contracts_that_a_contract_makes_stand_where_others_compute() -> None:
    maker = Address(bytes(range(20)))
    own = derive_parts(maker) + derive_boxes(maker, contests=64)
    expected = [
        get_create_address(to_checksum_address(maker), Nonce(each))
        for each in range(1, 69)
    ]
    assert [f"0x{each.hex()}" for each in own] == [e.lower() for e in expected]


def test_no_box_stands_where_no_counter_of_one_byte_says() -> None:
    assert len(derive_boxes(NOBODY, contests=123)) == 123
    with pytest.raises(ValueError, match="128"):
        derive_boxes(NOBODY, contests=124)
