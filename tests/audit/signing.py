"""A network of five that signs a record, with keys that the tests hold."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from trie.hexary import HexaryTrie

from election.crypto.transcript import Address
from election.protocol.board import Board, Log
from election.protocol.finality_proof import FinalityProof, Ways
from election.protocol.record_hash import run_hashes
from election.protocol.replay import find_contracts
from finality.headers import BlockId, EngineHeader, Time
from finality.proof_file import ProofFile, decode_proof, encode_proof
from finality.rlp import Item, encode, encode_number
from finality.trie import keccak
from tests.finality.conftest import Member, header_of, sign

FIVE = [Member(seed) for seed in range(1, 6)]


def genesis_text(members: Sequence[Member], chain_id: int, name: str) -> str:
    """Return the genesis file of a network."""
    keys = [b64encode(each.validator.key).decode() for each in members]
    return json.dumps(
        {
            "chain_id": name,
            "app_state": {"chain": {"id": chain_id}},
            "validators": [
                {
                    "pub_key": {"type": "tendermint/PubKeyEd25519", "value": key},
                    "power": "10",
                    "name": f"organisation-{place}",
                }
                for place, key in enumerate(keys, 1)
            ],
        }
    )


def _nodes(found: Sequence[Any]) -> tuple[bytes, ...]:
    return tuple(encode(_listed(each)) for each in found)


def _way(trie: Any, key: bytes) -> Any:
    return trie.get_proof(key)


def _listed(node: Any) -> Item:
    if isinstance(node, bytes):
        return node
    return [_listed(each) for each in node]


@dataclass
class State:
    """A chain's state after a block: running hash and code of each contract."""

    accounts: dict[Address, tuple[bytes, bytes]] = field(default_factory=dict)

    def prove(self) -> tuple[bytes, Mapping[Address, Ways]]:
        """Return the root, and the ways to every contract's slot 0."""
        state, storages = HexaryTrie({}), dict[Address, HexaryTrie]()
        slot = keccak(bytes(32))
        for address, (held, code) in self.accounts.items():
            storage = storages[address] = HexaryTrie({})
            if any(held):
                storage[slot] = encode(held.lstrip(b"\0"))
            account: list[Item] = [b"\1", b"", storage.root_hash, keccak(code)]
            state[keccak(address)] = encode(account)
        ways = {
            address: Ways(
                _nodes(_way(state, keccak(address))),
                _nodes(_way(storages[address], slot)),
            )
            for address in self.accounts
        }
        return state.root_hash, ways


def state_of(board: Board) -> State:
    """Return the state that contracts have after a record."""
    running = run_hashes(board.logs)
    contracts = find_contracts(board.election, board.logs)
    return State(
        {
            each.address: (running[each.address], board.code[each.address])
            for each in contracts
        }
    )


def chain_header(board: Board, root: bytes, receipt: _Receipt | None) -> bytes:
    """Return the header of the block that a record ends at."""
    fields: list[Item] = [b""] * 21
    fields[3], fields[12] = root, (7).to_bytes(8, "big")
    if receipt is not None:
        fields[4], fields[5] = receipt.roots
    fields[8] = encode_number(board.head.number)
    fields[11] = encode_number(board.head.timestamp)
    return encode(fields)


@dataclass(frozen=True)
class _Receipt:
    """The one transaction of a block, with its receipt."""

    roots: tuple[bytes, bytes]
    file: dict[str, Any]


def receipt_of(logs: Sequence[Log]) -> _Receipt:
    """Return what stands in a block of one transaction that wrote these logs."""
    written: list[Item] = [[log.address, list(log.topics), log.data] for log in logs]
    raws = b"\x02\xc0", encode([b"\1", b"", bytes(256), written])
    tries = HexaryTrie({}), HexaryTrie({})
    key = encode(b"")  # index 0
    for trie, raw in zip(tries, raws, strict=True):
        trie[key] = raw
    ways = [list(map(_hex, _nodes(_way(trie, key)))) for trie in tries]
    return _Receipt(
        (tries[0].root_hash, tries[1].root_hash),
        {
            "index": 0,
            "transaction": _hex(raws[0]),
            "transaction_proof": ways[0],
            "receipt": _hex(raws[1]),
            "receipt_proof": ways[1],
        },
    )


def prove(
    board: Board,
    *,
    signers: Sequence[Member] = FIVE,
    members: Sequence[Member] = FIVE,
    header: EngineHeader | None = None,
    state: State | None = None,
    genesis: str | None = None,
    receipt: _Receipt | None = None,
) -> FinalityProof:
    """Have members of a network sign the block that a record ends at.

    header: of the engine, in which only the application's hash is set here.
    """
    root, ways = (state or state_of(board)).prove()
    block = chain_header(board, root, receipt)
    header = header or header_of(8, list(members))
    header = replace(header, app_hash=keccak(block))
    signed = sign(header, list(signers))
    votes = [
        {
            "address": _hex(each.address),
            "time": _time(each.time),
            "signature": _hex(each.signature),
        }
        for each in signed.commit.votes
    ]
    document: dict[str, Any] = {
        "format": "veche-proof/1",
        "genesis": genesis or genesis_text(members, board.chain_id, header.chain),
        "changes": [],
        "signed": {
            "header": _header(header),
            "round": 0,
            "block": _block_id(signed.commit.block),
            "votes": votes,
        },
        "block": _hex(block),
        "receipt": None if receipt is None else receipt.file,
        "storage": None,
    }
    file = decode_proof(json.dumps(document).encode())
    return FinalityProof(encode_proof(file), ways)


def change(proof: FinalityProof, **fields: Any) -> FinalityProof:
    """Return a proof with other fields of its file."""
    file: ProofFile = decode_proof(proof.text)
    return replace(proof, text=encode_proof(msgspec.structs.replace(file, **fields)))


def _header(header: EngineHeader) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in EngineHeader.__dataclass_fields__:
        value = getattr(header, name)
        if isinstance(value, bytes):
            value = _hex(value)
        elif isinstance(value, Time):
            value = _time(value)
        elif isinstance(value, BlockId):
            value = _block_id(value)
        fields[name] = value
    return fields


def _block_id(block: BlockId) -> dict[str, Any]:
    return {
        "hash": _hex(block.hash),
        "parts": block.parts,
        "parts_hash": _hex(block.parts_hash),
    }


def _time(time: Time) -> dict[str, int]:
    return {"seconds": time.seconds, "nanos": time.nanos}


def _hex(raw: bytes) -> str:
    return f"0x{raw.hex()}"
