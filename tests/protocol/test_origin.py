"""The address of an election follows from what it was made of."""

from __future__ import annotations

import pytest

from election.crypto.transcript import Address
from election.protocol.origin import derive_created_address

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
