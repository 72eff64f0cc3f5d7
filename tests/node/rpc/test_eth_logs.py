from __future__ import annotations

import json
from typing import Any

import pytest
from eth_typing import Address

from node.config import Config
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher
from node.rpc.eth_logs import _FRAME
from tests.node.bytecode import COUNTER, deployment
from tests.node.conftest import Clock
from tests.node.wallet import Client, RpcFailureError, Wallet


def _topic(number: int) -> str:
    return "0x" + number.to_bytes(32, "big").hex()


@pytest.fixture
def counted(client: Client, wallet: Wallet, counter: Address) -> str:
    """Log 1, 2, 3 and 4 in blocks 2 to 5."""
    for _ in range(4):
        client.send(wallet.sign(counter))
    return "0x" + counter.hex()


def _found(client: Client, **criteria: Any) -> list[int]:
    return [int(log["topics"][0], 16) for log in client.ask("eth_getLogs", criteria)]


_ALL = {"fromBlock": "0x0", "toBlock": "latest"}


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (_ALL, [1, 2, 3, 4]),
        ({}, [4]),
        ({"fromBlock": "0x3"}, [2, 3, 4]),
        ({"fromBlock": "0x3", "toBlock": "0x4"}, [2, 3]),
        ({"fromBlock": "0x9"}, []),
        ({"fromBlock": "0x9", "toBlock": "latest"}, []),
        ({"fromBlock": "earliest", "toBlock": "0x2"}, [1]),
        ({**_ALL, "topics": [_topic(3)]}, [3]),
        ({**_ALL, "topics": [[_topic(3), _topic(1)]]}, [1, 3]),
        ({**_ALL, "topics": [None]}, [1, 2, 3, 4]),
        ({**_ALL, "topics": [[]]}, [1, 2, 3, 4]),
        ({**_ALL, "topics": [None, None]}, []),
        ({**_ALL, "topics": []}, [1, 2, 3, 4]),
        ({**_ALL, "address": []}, [1, 2, 3, 4]),
        ({**_ALL, "address": "0x" + "99" * 20}, []),
    ],
)
@pytest.mark.usefixtures("counted")
def test_logs_are_selected(
    client: Client, criteria: dict[str, Any], found: list[int]
) -> None:
    assert _found(client, **criteria) == found


def test_logs_are_selected_by_address(client: Client, counted: str) -> None:
    for address in (counted, [counted, "0x" + "99" * 20]):
        assert _found(client, address=address, **_ALL) == [1, 2, 3, 4]


@pytest.mark.usefixtures("counted")
def test_logs_are_selected_by_block_hash(client: Client) -> None:
    digest = client.ask("eth_getBlockByNumber", "0x3", False)["hash"]
    assert _found(client, blockHash=digest) == [2]


def test_a_log_knows_its_place(client: Client, counted: str) -> None:
    log = client.ask("eth_getLogs", {"fromBlock": "0x3", "toBlock": "0x3"})[0]
    block = client.ask("eth_getBlockByNumber", "0x3", False)
    assert log == {
        "address": counted,
        "topics": [_topic(2)],
        "data": "0x",
        "blockNumber": "0x3",
        "blockHash": block["hash"],
        "blockTimestamp": block["timestamp"],
        "transactionHash": block["transactions"][0],
        "transactionIndex": "0x0",
        "logIndex": "0x0",
        "removed": False,
    }


def test_log_indices_count_through_the_block(
    client: Client, wallet: Wallet, counter: Address
) -> None:
    client.ask("evm_setAutomine", False)
    for _ in range(2):
        client.ask("eth_sendRawTransaction", "0x" + wallet.sign(counter).hex())
    client.ask("evm_mine")
    logs = client.ask("eth_getLogs", {})
    assert [(log["transactionIndex"], log["logIndex"]) for log in logs] == [
        ("0x0", "0x0"),
        ("0x1", "0x1"),
    ]
    for log in logs:
        receipt = client.ask("eth_getTransactionReceipt", log["transactionHash"])
        assert receipt["logs"] == [log]


@pytest.mark.parametrize(
    "criteria",
    [
        {"fromBlock": "0x3", "toBlock": "0x2"},
        {"fromBlock": "0x0", "toBlock": "0x99"},
        {"blockHash": _topic(1), "fromBlock": "0x0"},
        {"topics": [None] * 5},
        {"topics": ["0x12"]},
        {"topics": "0x12"},
        {"topics": [[["0x12"]]]},
        {"address": "0x12"},
        {"address": {"a": 1}},
        {"address": ["0x" + "99" * 20] * 1_001},
    ],
)
def test_a_senseless_filter_is_refused(client: Client, criteria: Any) -> None:
    for method in ("eth_getLogs", "eth_newFilter"):
        if method == "eth_newFilter" and "toBlock" in criteria:
            continue
        with pytest.raises(RpcFailureError) as failure:
            client.ask(method, criteria)
        assert failure.value.code == -32602


def test_logs_of_an_unknown_block_are_an_error(client: Client) -> None:
    with pytest.raises(RpcFailureError, match="not found"):
        client.ask("eth_getLogs", {"blockHash": _topic(1)})


@pytest.fixture(params=[{"max_logs": 2}, {"max_answer": 2_000}])
def bounded(
    request: pytest.FixtureRequest, config: Config, clock: Clock
) -> tuple[Client, Wallet, Address]:
    """Give a node two of whose logs fill an answer, and the contract that counts."""
    rpc = config.rpc.model_copy(update=request.param)
    engine = LocalEngine(config.model_copy(update={"rpc": rpc}), clock)
    client, wallet = Client(Dispatcher(engine)), Wallet()
    created = client.send(wallet.sign(data=deployment(COUNTER)))["contractAddress"]
    return client, wallet, Address(bytes.fromhex(created[2:]))


Bounded = tuple[Client, Wallet, Address]


def test_more_logs_than_allowed_are_refused(bounded: Bounded) -> None:
    client, wallet, counter = bounded
    for _ in range(3):
        client.send(wallet.sign(counter))
    assert _found(client, fromBlock="0x0", toBlock="0x3") == [1, 2]
    with pytest.raises(RpcFailureError, match="ask for fewer blocks") as failure:
        client.ask("eth_getLogs", _ALL)
    assert failure.value.code == -32005


def test_a_filter_with_more_changes_than_allowed_gives_them_in_parts(
    bounded: Bounded,
) -> None:
    client, wallet, counter = bounded
    installed = client.ask("eth_newFilter", {})
    for _ in range(5):
        client.send(wallet.sign(counter))
    found: list[int] = []
    for _ in range(5):
        changes = client.ask("eth_getFilterChanges", installed)
        assert len(changes) <= 2
        found += [int(log["topics"][0], 16) for log in changes]
    assert found == [1, 2, 3, 4, 5]


def test_a_filter_whose_next_block_holds_more_than_allowed_loses_nothing(
    bounded: Bounded,
) -> None:
    client, wallet, counter = bounded
    installed = client.ask("eth_newFilter", {})
    client.ask("evm_setAutomine", False)
    for _ in range(3):
        client.ask("eth_sendRawTransaction", "0x" + wallet.sign(counter).hex())
    client.ask("evm_mine")
    for _ in range(2):
        with pytest.raises(RpcFailureError, match="ask for fewer blocks"):
            client.ask("eth_getFilterChanges", installed)


def test_bytes_of_a_log_are_not_counted_too_low(client: Client, counted: str) -> None:
    log = client.ask("eth_getLogs", {"address": counted})[0]
    whole = json.dumps(log | {"topics": [_topic(1)] * 4, "blockNumber": hex(2**64)})
    assert len(whole) - len(log["data"]) <= _FRAME


# Filters


def test_a_log_filter_reports_each_log_once(
    client: Client, wallet: Wallet, counter: Address
) -> None:
    client.send(wallet.sign(counter))
    installed = client.ask("eth_newFilter", {"address": "0x" + counter.hex()})
    assert client.ask("eth_getFilterChanges", installed) == []
    client.send(wallet.sign(counter))
    changes = client.ask("eth_getFilterChanges", installed)
    assert [int(log["topics"][0], 16) for log in changes] == [2]
    assert client.ask("eth_getFilterChanges", installed) == []


def test_a_filter_answers_with_all_its_logs(client: Client, counted: str) -> None:
    installed = client.ask("eth_newFilter", {"fromBlock": "0x3", "address": counted})
    assert client.ask("eth_getFilterChanges", installed) == []
    assert len(client.ask("eth_getFilterLogs", installed)) == 3


def test_a_filter_ends_at_its_last_block(
    client: Client, wallet: Wallet, counter: Address
) -> None:
    installed = client.ask("eth_newFilter", {"toBlock": "0x2"})
    for _ in range(2):
        client.send(wallet.sign(counter))
    assert len(client.ask("eth_getFilterChanges", installed)) == 1


def test_a_block_filter_reports_hashes(client: Client) -> None:
    installed = client.ask("eth_newBlockFilter")
    for _ in range(2):
        client.ask("evm_mine")
    expected = [
        client.ask("eth_getBlockByNumber", number, False)["hash"]
        for number in ("0x1", "0x2")
    ]
    assert client.ask("eth_getFilterChanges", installed) == expected
    with pytest.raises(RpcFailureError, match="for blocks"):
        client.ask("eth_getFilterLogs", installed)


def test_a_filter_reports_what_replaced_reverted_blocks(client: Client) -> None:
    installed = client.ask("eth_newBlockFilter")
    snapshot = client.ask("evm_snapshot")
    client.ask("evm_mine")
    assert len(client.ask("eth_getFilterChanges", installed)) == 1
    client.ask("evm_revert", snapshot)
    client.ask("evm_mine", "0x77359400")
    replaced = client.ask("eth_getBlockByNumber", "0x1", False)["hash"]
    assert client.ask("eth_getFilterChanges", installed) == [replaced]


def test_an_uninstalled_filter_is_gone(client: Client) -> None:
    installed = client.ask("eth_newBlockFilter")
    assert client.ask("eth_uninstallFilter", installed) is True
    assert client.ask("eth_uninstallFilter", installed) is False
    with pytest.raises(RpcFailureError, match="filter not found"):
        client.ask("eth_getFilterChanges", installed)


def test_the_oldest_filter_makes_room(client: Client) -> None:
    oldest = client.ask("eth_newBlockFilter")
    for _ in range(1_024):
        client.ask("eth_newBlockFilter")
    assert client.ask("eth_uninstallFilter", oldest) is False
