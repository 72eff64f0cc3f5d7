"""A header's hash is computed, whatever a node says that it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from election.client.block_header import read_block
from election.client.errors import ClientError, ConnectionFailedError
from election.client.rpc import Connection
from tests.in_process import connect_in_process


@pytest.fixture(scope="module")
def chain() -> Connection:
    made = connect_in_process()
    made.request("evm_mine")
    return made


def tell(chain: Connection, **fields: Any) -> Connection:
    """Reach a node that says of block 1 what it is not; None leaves a field out."""
    told = json.loads(chain._post(spell("eth_getBlockByNumber", ["0x1", False])))
    changed = {k: v for k, v in (told["result"] | fields).items() if v is not None}

    def post(body: bytes) -> bytes:
        return json.dumps(
            {"jsonrpc": "2.0", "id": json.loads(body)["id"], "result": changed}
        ).encode()

    return Connection(post, url="http://node", chain_id=1)


def spell(method: str, params: list[Any]) -> bytes:
    body = {"jsonrpc": "2.0", "id": 0, "method": method, "params": params}
    return json.dumps(body).encode()


def test_hash_of_every_block_is_the_chains(chain: Connection) -> None:
    first, second = (read_block(chain, number).header for number in (0, 1))
    told = chain.request("eth_getBlockByNumber", "0x1", False)
    assert told["hash"] == f"0x{second.hash.hex()}"
    assert told["parentHash"] == f"0x{first.hash.hex()}"


@pytest.mark.parametrize(
    "changed", ["stateRoot", "receiptsRoot", "transactionsRoot", "mixHash", "hash"]
)
def test_header_that_does_not_hash_to_what_is_said_is_refused(
    chain: Connection, changed: str
) -> None:
    node = tell(chain, **{changed: "0x" + "07" * 32})
    with pytest.raises(ClientError, match="does not hash"):
        read_block(node, 1)


@pytest.mark.parametrize("changed", ["timestamp", "number", "gasUsed", "extraData"])
def test_number_of_a_header_is_in_its_hash(chain: Connection, changed: str) -> None:
    with pytest.raises(ClientError, match="does not hash"):
        read_block(tell(chain, **{changed: "0x7777"}), 1)


def test_another_block_than_was_asked_for_is_refused(chain: Connection) -> None:
    with pytest.raises(ClientError, match="block 1 where 2 was asked for"):
        read_block(tell(chain), 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"requestsHash": None},
        {"gasLimit": "many"},
        {"gasLimit": "-0x1"},
        {"gasLimit": "0x1" + "0" * 64},
        {"miner": "0xf"},
        {"transactions": ["0x07"]},
    ],
)
def test_what_is_no_header_is_refused(
    chain: Connection, fields: dict[str, Any]
) -> None:
    with pytest.raises(ConnectionFailedError, match="answers what no node would"):
        read_block(tell(chain, **fields), 1)
