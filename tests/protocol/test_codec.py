from __future__ import annotations

from typing import Any

import pytest
from web3 import Web3

from election.crypto.signature import Signature
from election.crypto.transcript import Hash
from election.protocol.abi import ContractName, read_abi
from election.protocol.attestation import Attestation
from election.protocol.codec import encode_act
from election.protocol.voter_list import LeafClaim
from tests.honest import account

SIGNATURE = Signature(27, 5, 6)
ATTESTATION = Attestation(1_000, SIGNATURE)
CLAIM = LeafClaim(1, 2, Hash(b"\3" * 32), (Hash(b"\4" * 32), Hash(b"\5" * 32)))
POINT = bytes(range(128))
WORDS = [POINT[at : at + 32] for at in range(0, 128, 32)]
PLAIN_SIGNATURE = (27, 5, 6)
PLAIN_ATTESTATION = (1_000, PLAIN_SIGNATURE)
PLAIN_CLAIM = (1, 2, b"\3" * 32, [b"\4" * 32, b"\5" * 32])


@pytest.mark.parametrize(
    ("name", "function", "values", "plain"),
    [
        (
            ContractName.VOTER_LIST,
            "request_credential",
            (CLAIM, POINT, SIGNATURE, ATTESTATION, ATTESTATION),
            (
                PLAIN_CLAIM,
                WORDS,
                PLAIN_SIGNATURE,
                PLAIN_ATTESTATION,
                PLAIN_ATTESTATION,
            ),
        ),
        (
            ContractName.VOTER_LIST,
            "register",
            (CLAIM, account(9), ATTESTATION, ATTESTATION),
            (
                PLAIN_CLAIM,
                Web3.to_checksum_address(account(9)),
                PLAIN_ATTESTATION,
                PLAIN_ATTESTATION,
            ),
        ),
        (
            ContractName.TALLY,
            "submit_share",
            (1, 2, POINT * 3, POINT, POINT, 7),
            (1, 2, [WORDS] * 3, WORDS, WORDS, 7),
        ),
        (
            ContractName.TALLY,
            "finalize",
            (1, (1, 3), (0, 5)),
            (1, [1, 3], [0, 5]),
        ),
        (
            ContractName.ELECTION,
            "extend",
            (600, SIGNATURE, (SIGNATURE, SIGNATURE)),
            (600, PLAIN_SIGNATURE, [PLAIN_SIGNATURE, PLAIN_SIGNATURE]),
        ),
        (
            ContractName.KEY_CEREMONY,
            "deal",
            (POINT, POINT, 7, (b"\1" * 32, b"\2" * 32)),
            (POINT, POINT, 7, [b"\1" * 32, b"\2" * 32]),
        ),
        (ContractName.BALLOT_BOX, "cast", ((b"one", b"two"),), ([b"one", b"two"],)),
    ],
)
def test_calldata_is_what_web3_makes_of_plain_values(
    name: ContractName, function: str, values: tuple[Any, ...], plain: tuple[Any, ...]
) -> None:
    contract = Web3().eth.contract(abi=list(read_abi(name)))
    expected = contract.encode_abi(function, args=list(plain))
    assert "0x" + encode_act(name, function, *values).hex() == expected
