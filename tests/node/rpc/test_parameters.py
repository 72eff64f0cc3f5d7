"""What comes in is of its kind, or refused by name: nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest

from node.rpc.parameters import decode_parameter
from tests.node.wallet import Client, RpcFailureError

_ADDRESS = "0x" + "11" * 20
_NO_BLOCK = "0x" + "11" * 32


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBalance", [_ADDRESS, 7]),
        ("eth_getBalance", [_ADDRESS, ["latest"]]),
        ("eth_getBalance", [_ADDRESS, {"blockNumber": "0x0", "blockHash": _NO_BLOCK}]),
        ("eth_getBalance", [_ADDRESS, {}]),
        ("web3_sha3", ["1234"]),
        ("web3_sha3", ["0x12 34"]),
        ("web3_sha3", ["0x123"]),
        ("web3_sha3", [1234]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x0", 7]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x0", "0x07"]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x0", "0x" + "1" * 65]),
        ("eth_getStorageAt", [_ADDRESS, 7]),
        ("eth_getStorageAt", [_ADDRESS, "7"]),
        ("eth_getStorageAt", [_ADDRESS, "0x"]),
        ("eth_getStorageAt", [_ADDRESS, "0x_1"]),
        ("eth_getStorageAt", [_ADDRESS, "0x" + "1" * 65]),
        ("eth_getProof", [_ADDRESS, ["0x0"] * 1_025]),
        ("eth_call", [{"to": _ADDRESS, "input": "0x01", "data": "0x02"}]),
        ("eth_getLogs", [{"blockHash": _NO_BLOCK, "fromBlock": "0x0"}]),
        ("eth_getLogs", [{"blockHash": _NO_BLOCK, "toBlock": "0x0"}]),
        ("eth_getLogs", [{"fromBlock": "0x1", "toBlock": "0x0"}]),
    ],
)
def test_what_is_not_of_its_kind_is_refused(
    client: Client, method: str, params: list[Any]
) -> None:
    client.ask("evm_mine")
    with pytest.raises(RpcFailureError) as failure:
        client.ask(method, *params)
    assert failure.value.code == -32602


@pytest.mark.parametrize(
    ("method", "before", "words"),
    [
        ("eth_getBalance", _ADDRESS, "a block number, hash or tag - at `reference`"),
        ("eth_getTransactionByBlockNumberAndIndex", "0x0", "a hex quantity .*`index`"),
        ("eth_getStorageAt", _ADDRESS, "a storage slot .*`slot`"),
    ],
)
@pytest.mark.parametrize("value", [7, 7.5, True, ["0x7"]])
def test_what_was_expected_is_told(
    client: Client, method: str, before: str, words: str, value: Any
) -> None:
    with pytest.raises(RpcFailureError, match=f"expected {words}"):
        client.ask(method, before, value)


def test_input_may_be_given_by_both_its_names(client: Client) -> None:
    message = {"to": "0x" + "00" * 19 + "04", "input": "0x01", "data": "0x01"}
    assert client.ask("eth_call", message) == "0x01"


def test_logs_from_a_block_that_is_not_there_are_refused(client: Client) -> None:
    with pytest.raises(RpcFailureError, match="block not found") as failure:
        client.ask("eth_getLogs", {"fromBlock": _NO_BLOCK})
    assert failure.value.code == -32000


def test_a_devnet_listens_to_no_peers(client: Client) -> None:
    assert client.ask("net_listening") is False
    assert client.ask("net_peerCount") == "0x0"


def test_a_kind_without_a_rule_is_our_fault() -> None:
    with pytest.raises(NotImplementedError):
        decode_parameter(complex, "0x1")
