from __future__ import annotations

from typing import Any

import pytest
from eth_typing import Address

from tests.node.bytecode import assemble, deployment
from tests.node.conftest import Clock
from tests.node.wallet import Client, RpcFailureError, Wallet

_RECIPIENT = b"\x22" * 20
_UNKNOWN = "0x" + "77" * 32


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()


def _count(client: Client, counter: Address, block: Any) -> int:
    return int(client.ask("eth_getStorageAt", _hex(counter), "0x0", block), 16)


# State at a block


@pytest.fixture
def counted(client: Client, wallet: Wallet, counter: Address) -> Address:
    """Count to three: blocks 2, 3 and 4."""
    for _ in range(3):
        client.send(wallet.sign(counter))
    return counter


@pytest.mark.parametrize(
    ("reference", "count"),
    [
        ("earliest", 0),
        ("0x0", 0),
        ("0x3", 2),
        ({"blockNumber": "0x2"}, 1),
        ("latest", 3),
        ("safe", 3),
        ("finalized", 3),
        ("pending", 3),
    ],
)
def test_state_is_read_at_any_block(
    client: Client, counted: Address, reference: Any, count: int
) -> None:
    assert _count(client, counted, reference) == count


@pytest.mark.parametrize("wrap", [False, True])
def test_state_is_read_at_a_block_hash(
    client: Client, counted: Address, wrap: bool
) -> None:
    digest = client.ask("eth_getBlockByNumber", "0x3", False)["hash"]
    reference = {"blockHash": digest, "requireCanonical": True} if wrap else digest
    assert _count(client, counted, reference) == 2


@pytest.mark.parametrize("reference", ["0x99", _UNKNOWN, {"blockHash": _UNKNOWN}])
def test_state_at_an_unknown_block_is_an_error(client: Client, reference: Any) -> None:
    with pytest.raises(RpcFailureError, match="not found") as failure:
        client.ask("eth_getBalance", _hex(_RECIPIENT), reference)
    assert failure.value.code == -32000


@pytest.mark.parametrize(
    "reference", ["0x01", "1", 1, "newest", "0x", {"blockNumber": 1}]
)
def test_a_malformed_block_is_refused(client: Client, reference: Any) -> None:
    with pytest.raises(RpcFailureError) as failure:
        client.ask("eth_getBalance", _hex(_RECIPIENT), reference)
    assert failure.value.code == -32602


def test_a_pending_nonce_counts_what_waits(client: Client, wallet: Wallet) -> None:
    client.ask("evm_setAutomine", False)
    client.ask("eth_sendRawTransaction", _hex(wallet.sign(_RECIPIENT)))
    asked = ("eth_getTransactionCount", _hex(wallet.address))
    assert (client.ask(*asked, "latest"), client.ask(*asked, "pending")) == (
        "0x0",
        "0x1",
    )


# Calls


def test_a_revert_is_error_three_with_data(client: Client, counter: Address) -> None:
    with pytest.raises(RpcFailureError) as failure:
        client.ask("eth_call", {"to": _hex(counter), "input": "0x01"})
    assert failure.value.code == 3
    assert str(failure.value) == "execution reverted: counter: closed"
    assert failure.value.data is not None
    assert failure.value.data.startswith("0x08c379a0")


@pytest.mark.parametrize("reference", ["0x1", "0x2", "0x3", "latest"])
def test_a_call_runs_on_the_state_of_its_block(
    client: Client, counted: Address, reference: str
) -> None:
    answer = client.ask("eth_call", {"to": _hex(counted)}, reference)
    assert int(answer, 16) == (4 if reference == "latest" else int(reference, 16))


def test_a_call_at_the_end_sees_the_next_block(
    client: Client, wallet: Wallet, clock: Clock
) -> None:
    source = "TIMESTAMP 0 MSTORE NUMBER 32 MSTORE 64 0 RETURN"
    receipt = client.send(wallet.sign(data=deployment(assemble(source))))
    asked = {"to": receipt["contractAddress"]}

    def seen(reference: str) -> tuple[int, int]:
        answer = client.ask("eth_call", asked, reference)
        return int(answer[2:66], 16), int(answer[66:], 16)

    client.ask("evm_increaseTime", 500)
    assert seen("latest") == seen("pending") == (clock.now + 500, 2)
    assert seen("0x1") == (clock.now, 1)
    client.ask("evm_setNextBlockTimestamp", clock.now + 9_000)
    assert seen("latest") == (clock.now + 9_000, 2)
    client.ask("evm_mine")
    assert seen("0x2") == (clock.now + 9_000, 2)


def test_data_and_input_may_not_differ(client: Client) -> None:
    with pytest.raises(RpcFailureError) as failure:
        client.ask("eth_call", {"to": _hex(_RECIPIENT), "data": "0x1", "input": "0x02"})
    assert failure.value.code == -32602
    with pytest.raises(RpcFailureError, match="differ"):
        client.ask(
            "eth_call", {"to": _hex(_RECIPIENT), "data": "0x01", "input": "0x02"}
        )


@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
@pytest.mark.parametrize("block", ["latest", "0x0"])
def test_longer_initcode_than_a_transaction_may_have_is_refused(
    client: Client, method: str, block: str
) -> None:
    for size in (49_153, 100_000):
        with pytest.raises(RpcFailureError, match="the limit is 49152") as failure:
            client.ask(method, {"data": _hex(bytes(size))}, block)
        assert failure.value.code == -32000
    client.ask(method, {"data": _hex(bytes(49_152))}, block)


# Gas estimates


def _estimate(client: Client, **fields: Any) -> int:
    if "sender" in fields:
        fields["from"] = fields.pop("sender")
    return int(client.ask("eth_estimateGas", fields), 16)


def test_a_transfer_costs_what_it_must(client: Client) -> None:
    assert _estimate(client, to=_hex(_RECIPIENT)) == 21_000


def test_an_estimate_is_what_the_transaction_uses(
    client: Client, wallet: Wallet, counter: Address
) -> None:
    gas = _estimate(client, to=_hex(counter), sender=_hex(wallet.address))
    receipt = client.send(wallet.sign(counter, gas=gas))
    assert (receipt["status"], receipt["gasUsed"]) == ("0x1", hex(gas))


def test_an_estimate_covers_what_a_refund_gives_back_later(
    client: Client, wallet: Wallet
) -> None:
    source = "CALLDATASIZE 0 SSTORE"
    receipt = client.send(wallet.sign(data=deployment(assemble(source)), gas=200_000))
    address = bytes.fromhex(receipt["contractAddress"][2:])
    client.send(wallet.sign(address, data=b"\x01"))
    gas = _estimate(client, to=_hex(address))
    receipt = client.send(wallet.sign(address, gas=gas))
    assert receipt["status"] == "0x1"
    assert int(receipt["gasUsed"], 16) < gas


def test_an_estimate_covers_what_calls_keep_back(
    client: Client, wallet: Wallet
) -> None:
    """Each call passes on 63/64: three deep, the gas used would not be enough."""
    burn = assemble("200 JUMPDEST 1 SWAP1 SUB DUP1 2 JUMPI 1 0 SSTORE")
    target = client.send(wallet.sign(data=deployment(burn)))["contractAddress"]
    for _ in range(3):
        relay = assemble(f"0 0 0 0 0 {target} GAS CALL ISZERO")
        jump = len(relay) + 4
        relay += assemble(f"{jump} JUMPI STOP JUMPDEST 0 0 REVERT")
        target = client.send(wallet.sign(data=deployment(relay)))["contractAddress"]
    used = int(client.send(wallet.sign(bytes.fromhex(target[2:])))["gasUsed"], 16)
    gas = _estimate(client, to=target)
    receipt = client.send(wallet.sign(bytes.fromhex(target[2:]), gas=gas))
    assert receipt["status"] == "0x1"
    assert gas < used * 1.1 + 25_000


def test_an_estimate_of_what_reverts_says_why(client: Client, counter: Address) -> None:
    with pytest.raises(RpcFailureError, match="counter: closed") as failure:
        client.ask("eth_estimateGas", {"to": _hex(counter), "data": "0x01"})
    assert failure.value.code == 3


# Transactions and blocks


def test_a_transaction_is_described_with_its_place(
    client: Client, wallet: Wallet
) -> None:
    receipt = client.send(wallet.sign(_RECIPIENT, value=5))
    by_hash = client.ask("eth_getTransactionByHash", receipt["transactionHash"])
    assert by_hash["from"] == _hex(wallet.address)
    assert (by_hash["value"], by_hash["blockNumber"]) == ("0x5", "0x1")
    digest = receipt["blockHash"]
    assert by_hash == client.ask("eth_getTransactionByBlockHashAndIndex", digest, "0x0")
    assert by_hash == client.ask(
        "eth_getTransactionByBlockNumberAndIndex", "0x1", "0x0"
    )
    assert [by_hash] == client.ask("eth_getBlockByHash", digest, True)["transactions"]
    assert client.ask("eth_getBlockReceipts", digest) == [receipt]
    assert client.ask("eth_getBlockTransactionCountByHash", digest) == "0x1"
    assert client.ask("eth_getBlockTransactionCountByNumber", "latest") == "0x1"


def test_a_waiting_transaction_has_no_place(client: Client, wallet: Wallet) -> None:
    client.ask("evm_setAutomine", False)
    digest = client.ask("eth_sendRawTransaction", _hex(wallet.sign(_RECIPIENT)))
    waiting = client.ask("eth_getTransactionByHash", digest)
    assert (waiting["blockHash"], waiting["blockNumber"]) == (None, None)
    assert client.ask("eth_getTransactionReceipt", digest) is None


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getTransactionByHash", [_UNKNOWN]),
        ("eth_getTransactionReceipt", [_UNKNOWN]),
        ("eth_getBlockByHash", [_UNKNOWN, True]),
        ("eth_getBlockByNumber", ["0x99", True]),
        ("eth_getBlockReceipts", ["0x99"]),
        ("eth_getBlockTransactionCountByHash", [_UNKNOWN]),
        ("eth_getBlockTransactionCountByNumber", ["0x99"]),
        ("eth_getTransactionByBlockHashAndIndex", [_UNKNOWN, "0x0"]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x0", "0x0"]),
        ("eth_getUncleCountByBlockNumber", ["0x99"]),
        ("eth_getUncleCountByBlockHash", [_UNKNOWN]),
    ],
)
def test_what_does_not_exist_is_null(
    client: Client, method: str, params: list[Any]
) -> None:
    assert client.ask(method, *params) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"nonce": 0}, "nonce too low"),
        ({"chainId": 1}, "invalid chain id"),
        ({"gas": 20_999}, "intrinsic gas too low"),
        ({"gas": 60_000_001}, "exceeds gas limit"),
        ({"value": 10**30}, "insufficient funds"),
    ],
)
def test_a_refused_transaction_is_error_minus_32000(
    client: Client, wallet: Wallet, fields: dict[str, Any], words: str
) -> None:
    client.send(wallet.sign(_RECIPIENT))
    with pytest.raises(RpcFailureError, match=words) as failure:
        client.send(wallet.sign(_RECIPIENT, **fields))
    assert failure.value.code == -32000


def test_fees_are_free(client: Client) -> None:
    client.ask("evm_mine")
    history = client.ask("eth_feeHistory", "0x5", "latest", [25, 75])
    assert history["oldestBlock"] == "0x0"
    assert history["baseFeePerGas"] == ["0x0"] * 3
    assert history["reward"] == [["0x0", "0x0"]] * 2
    for method in ("eth_gasPrice", "eth_maxPriorityFeePerGas"):
        assert client.ask(method) == "0x0"


@pytest.mark.parametrize("percentiles", [[75, 25], [1] * 101, [-1], [100.5], [2**70]])
def test_senseless_percentiles_are_refused(
    client: Client, percentiles: list[int]
) -> None:
    with pytest.raises(RpcFailureError) as failure:
        client.ask("eth_feeHistory", 1, "latest", percentiles)
    assert failure.value.code == -32602


def test_the_node_says_what_it_is(client: Client) -> None:
    assert client.ask("web3_clientVersion").startswith("veche-devnet/")
    assert client.ask("net_version") == "1447379784"
    assert client.ask("eth_accounts") == []
    assert client.ask("eth_syncing") is False
    assert client.ask("web3_sha3", "0x68656c6c6f20776f726c64") == (
        "0x47173285a8d7341e5e972fc677286384f802f8ef42a5ec5f03bbfa254cb01fad"
    )


# Development


def test_snapshots_are_numbered_and_spent(client: Client) -> None:
    assert client.ask("evm_snapshot") == "0x1"
    client.ask("evm_mine")
    assert client.ask("evm_revert", "0x1") is True
    assert client.ask("evm_revert", "0x1") is False
    assert client.ask("eth_blockNumber") == "0x0"


def test_a_block_is_made_at_a_timestamp(client: Client, clock: Clock) -> None:
    client.ask("evm_mine", hex(clock.now + 77))
    block = client.ask("eth_getBlockByNumber", "latest", False)
    assert int(block["timestamp"], 16) == clock.now + 77


def test_time_does_not_go_back(client: Client, clock: Clock) -> None:
    client.ask("evm_mine")
    with pytest.raises(RpcFailureError, match="is not after"):
        client.ask("evm_setNextBlockTimestamp", clock.now)


@pytest.mark.parametrize(
    "value", [-5, 2**63, 2**64, 1.5, "7", "0x08", hex(2**63), "9" * 5_000, None, True]
)
@pytest.mark.parametrize(
    ("method", "name"),
    [("evm_increaseTime", "seconds"), ("evm_setNextBlockTimestamp", "timestamp")],
)
def test_a_number_out_of_bounds_is_named(
    client: Client, method: str, name: str, value: Any
) -> None:
    with pytest.raises(RpcFailureError, match=f"`{name}`") as failure:
        client.ask(method, value)
    assert failure.value.code == -32602


@pytest.mark.parametrize("number", [2**53, 2**63 - 1, hex(2**62)])
@pytest.mark.parametrize(
    "method", ["evm_increaseTime", "evm_setNextBlockTimestamp", "evm_mine"]
)
def test_a_time_too_far_on_is_refused_and_changes_nothing(
    client: Client, clock: Clock, method: str, number: Any
) -> None:
    for _ in range(2):
        with pytest.raises(RpcFailureError, match=f"at most {2**53 - 1}"):
            client.ask(method, number)
    client.ask("evm_mine")
    block = client.ask("eth_getBlockByNumber", "latest", False)
    assert int(block["timestamp"], 16) == clock.now


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBlockByNumber", [hex(2**256 - 1), False]),
        ("eth_getBlockReceipts", [hex(2**64)]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x0", hex(2**256 - 1)]),
    ],
)
def test_a_number_that_nothing_has_finds_nothing(
    client: Client, method: str, params: list[Any]
) -> None:
    assert client.ask(method, *params) is None
