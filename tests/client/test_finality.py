"""What a node gives to show who signed is looked at before anybody relies on it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from election.client.errors import ClientError, ConnectionFailedError
from election.client.finality import read_finality
from election.client.rpc import Connection
from election.crypto.transcript import Address
from election.protocol.board import Board, Head
from election.protocol.finality_proof import FinalityProof
from finality.proof_file import decode_proof
from tests.audit.signing import FIVE, prove

ELECTION = Address(b"\7" * 20)
BOARD = Board(1, ELECTION, (), {ELECTION: b"\xfe"}, {}, Head(8, 9))
HONEST = prove(BOARD)


def ask(proof: object, ways: object) -> FinalityProof | None:
    """Read what a node shows that gives these two answers."""
    answers = {"veche_finalityProof": proof, "eth_getProof": ways}

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        found = answers[request["method"]]
        key = "error" if isinstance(found, dict) and "code" in found else "result"
        return {"jsonrpc": "2.0", "id": request["id"], key: found}

    def post(body: bytes) -> bytes:
        asked = json.loads(body)
        found = [answer(each) for each in asked] if isinstance(asked, list) else None
        return json.dumps(found or answer(asked)).encode()

    return read_finality(Connection(post, url="http://node", chain_id=1), BOARD)


def file_of(proof: FinalityProof) -> Any:
    return msgspec.to_builtins(decode_proof(proof.text))


def ways_of(proof: FinalityProof) -> dict[str, Any]:
    ways = proof.ways[ELECTION]
    account, storage = (
        [f"0x{node.hex()}" for node in way] for way in (ways.account, ways.storage)
    )
    return {"accountProof": account, "storageProof": [{"proof": storage}]}


def test_proof_of_a_record_is_what_the_node_gives() -> None:
    assert ask(file_of(HONEST), ways_of(HONEST)) == HONEST


def test_chain_of_one_node_gives_none() -> None:
    assert ask({"code": -32_601, "message": "no such method"}, None) is None


@pytest.mark.parametrize(
    ("proof", "ways", "fact"),
    [
        (file_of(prove(BOARD, signers=FIVE[:2])), ways_of(HONEST), "does not hold"),
        (7, ways_of(HONEST), "gave no proof"),
        (file_of(HONEST), {}, "gave no proof"),
        (file_of(HONEST), ways_of(HONEST) | {"storageProof": []}, "gave no proof"),
    ],
)
def test_proof_that_shows_nothing_is_refused(
    proof: object, ways: object, fact: str
) -> None:
    with pytest.raises(ClientError, match=fact):
        ask(proof, ways)


def test_ways_that_are_no_bytes_are_refused() -> None:
    ways = ways_of(HONEST) | {"accountProof": ["way"]}
    with pytest.raises(ConnectionFailedError):
        ask(file_of(HONEST), ways)
