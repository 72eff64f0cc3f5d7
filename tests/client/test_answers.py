"""An answer has the size and the type of its method, or is refused undecoded."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any, Final

import pytest

from election.client.errors import ConnectionFailedError
from election.client.rpc import Connection

MOST: Final = {
    "eth_chainId": 100,
    "eth_gasPrice": 100,
    "eth_getTransactionCount": 100,
    "eth_sendRawTransaction": 100,
    "eth_call": 100_000,
    "eth_getCode": 50_000,
}
"""Bytes of those methods that answer with a text."""

LISTS: Final[dict[str, tuple[dict[str, list[Any]], int]]] = {
    "eth_getBlockByNumber": ({"transactions": ["0x" + "00" * 32]}, 2**22),
    "eth_getTransactionReceipt": ({"logs": [{"data": "0x" + "00" * 100}]}, 2**23),
}
"""Those that answer with a list inside, and one entry of it."""

STRANGE: Final[list[Any]] = [1, 1.5, True, [], {}, [[]], ["0x1"], {"a": "0x1"}]
WRONG: Final[list[tuple[str, Any]]] = [
    *((method, value) for method in MOST for value in [None, *STRANGE]),
    ("eth_getBlockByNumber", []),
    ("eth_getBlockByNumber", {"number": 1}),
    ("eth_getBlockByNumber", {"transactions": [{}]}),
    ("eth_getBlockByNumber", {"transactions": None}),
    ("eth_getTransactionReceipt", "0x1"),
    ("eth_getTransactionReceipt", {"status": 1}),
    ("eth_getTransactionReceipt", {"logs": {}}),
    ("eth_getLogs", None),
    ("eth_getLogs", {}),
    ("eth_getLogs", ["0x"]),
    ("eth_getLogs", [{"topics": "0x"}]),
    ("eth_getLogs", [{"removed": "no"}]),
    ("eth_getLogs", [{"blockNumber": 1}]),
]


def ask(method: str, result: Any) -> Any:
    raw = json.dumps({"jsonrpc": "2.0", "id": 0, "result": result}).encode()
    return Connection(lambda _: raw, url="node", chain_id=1).request(method)


@pytest.mark.parametrize(("method", "result"), WRONG)
def test_answer_of_another_type_than_its_methods_is_refused(
    method: str, result: Any
) -> None:
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        ask(method, result)


@pytest.mark.parametrize(("method", "most"), MOST.items())
def test_text_has_no_more_bytes_than_its_method_gives(method: str, most: int) -> None:
    longest = "0" * (most - 2)  # and its quotes
    assert ask(method, longest) == longest
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        ask(method, longest + "0")


@pytest.mark.parametrize("method", LISTS)
def test_list_has_no_more_bytes_than_its_method_gives(method: str) -> None:
    one, most = LISTS[method]
    (name, entries), *_ = one.items()
    size = len(json.dumps(entries[0])) + 2
    fitting = {name: entries * (most // size - 1)}
    assert ask(method, fitting) == fitting
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        ask(method, {name: entries * (most // size + 1)})


def test_body_that_is_too_large_is_not_decoded() -> None:
    raw = json.dumps({"id": 0, "result": "0x1", "more": "x" * 2**22}).encode()
    node = Connection(lambda _: raw, url="node", chain_id=1)
    tracemalloc.start()
    try:
        with pytest.raises(ConnectionFailedError, match="does not answer in json-rpc"):
            node.request("eth_chainId")
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_what_a_node_adds_to_an_answer_is_not_kept() -> None:
    block = {"number": "0x1", "timestamp": "0x2", "uncles": [{}] * 9}
    assert ask("eth_getBlockByNumber", block) == {"number": "0x1", "timestamp": "0x2"}
