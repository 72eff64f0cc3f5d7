"""The world of `world.py` on a network: its nodes prove what they show.

Five organisations sign; a block holds one transaction, which boxed the ballot.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, Final

import rlp as another  # type: ignore[import-untyped]
from trie.hexary import HexaryTrie

from election.crypto.randomness import SecretSource
from election.crypto.transcript import address_word, uint_word
from election.protocol.ballot import (
    accept_ballot,
    derive_memo,
    make_ballot,
    prepare_choice,
)
from finality import rlp
from finality.trie import keccak
from scripts.booth.folder import Booth, accept_later, gather_booth
from scripts.shared.files.booth_files import SERVICES, SIGNATURES
from tests import honest
from tests.booth.made import make_election, sign_services
from tests.booth.world import BOOTH, CAST, World
from tests.booth.world import Lie as Answer
from tests.finality.conftest import Member, header_of, sign, spell_genesis
from tests.finality.spelling import spell_proof

FIVE: Final = [Member(seed) for seed in range(1, 6)]
WORDS: Final = "абзац якорь"
BLOCK: Final = 41
_TRANSACTION: Final = b"\x02a transaction"


def cast_ballot() -> bytes:
    """Make the ballot of a voter who has control words; its choice is 2."""
    box, source = honest.box(), SecretSource(bytes(64), b"")
    credential = honest.issue(9, ctx_box=box)
    return make_ballot(
        prepare_choice(2, box, source=source),
        box,
        credential=credential,
        memo=derive_memo(credential.address, WORDS),
        source=source,
    )


def link_of(record: bytes, *, block: int = BLOCK) -> str:
    """Give the link that a booth prints on a receipt."""
    ballot = accept_ballot(record, honest.box())
    return (
        f"{BOOTH}/receipt.html#contest=1&code=0x{ballot.tracking_code.hex()}"
        f"&ballot=0x{ballot.ballot_hash.hex()}&block={block}"
    )


@dataclass(frozen=True)
class Lie:
    """What a node may do to the proof that it gives; early: it has none yet."""

    early: bool = False
    signers: int = 5
    strangers: bool = False
    record: bytes | None = None
    number: int = BLOCK


def network_world(record: bytes, **lies: Lie) -> World:
    """Make a world whose signed files name a network's genesis, and that has a ballot.

    lies: what nodes do to the proofs that they give, by number: `node_2=Lie(...)`.
    """
    world = World()
    raw = dict(world.booth.raw)
    told = json.loads(raw[SERVICES])
    genesis = spell_genesis(FIVE, chain_id=honest.CHAIN_ID)
    told["genesis_hash"] = sha256(genesis).hexdigest()
    raw[SERVICES] = json.dumps(told, indent=2).encode() + b"\n"
    raw[SIGNATURES] = sign_services(raw[SERVICES])
    bare = gather_booth(make_election())
    later = accept_later(bare.election, raw)
    world.booth = Booth(bare.listed, bare.election, raw, later)
    world.box(record)
    for number in (1, 2, 3, 4):
        lie = lies.get(f"node_{number}", Lie())
        world.lies[f"node-{number}"] = prove_by(record, lie)
    return world


def prove_by(record: bytes, lie: Lie = Lie()) -> Answer:
    """Have a node prove that a record was boxed, honestly or not."""
    return partial(_tell, None if lie.early else prove(record, lie))


def _tell(
    proof: dict[str, Any] | None, said: dict[str, Any], _asked: Any
) -> dict[str, Any]:
    """Add to a node's answers what only a network's have."""
    found = said["result"]
    if found is None:
        return said | {"result": proof}
    if isinstance(found, list):
        found = [each | {"transactionIndex": "0x0"} for each in found]
    return said | {"result": found}


def prove(record: bytes, lie: Lie = Lie()) -> dict[str, Any]:
    """Prove that a record was boxed, as a node would."""
    receipt = _receipt(lie.record or record)
    ways = {"transaction": _TRANSACTION, "receipt": receipt}
    tries = {name: HexaryTrie({}) for name in ways}
    key = another.encode(0)
    for name, raw in ways.items():
        tries[name][key] = raw
    fields: list[rlp.Item] = [b""] * 21
    fields[4], fields[5] = (tries[name].root_hash for name in ways)
    fields[8], fields[11] = rlp.encode_number(lie.number), rlp.encode_number(1_100)
    block = rlp.encode(fields)
    members = [Member(seed) for seed in range(11, 16)] if lie.strangers else FIVE
    header = replace(header_of(lie.number + 1, members), app_hash=keccak(block))
    told = {
        "index": 0,
        **{name: _hex(raw) for name, raw in ways.items()},
        **{f"{name}_proof": _way(tries[name], key) for name in ways},
    }
    return spell_proof(
        members,
        sign(header, members[: lie.signers]),
        block=block,
        receipt=told,
        chain_id=honest.CHAIN_ID,
    )


def _way(trie: HexaryTrie, key: bytes) -> list[str]:
    nodes = trie.get_proof(key)  # type: ignore[no-untyped-call]
    return [_hex(another.encode(node)) for node in nodes]


def _receipt(record: bytes) -> bytes:
    ballot = accept_ballot(record, honest.box())
    data = ballot.ballot_hash + uint_word(64) + uint_word(len(record)) + record
    topics = [bytes.fromhex(CAST[2:]), address_word(ballot.record.credential)]
    box = honest.contest_terms().box
    log: list[rlp.Item] = [bytes(box), [bytes(each) for each in topics], data]
    return b"\x02" + rlp.encode([b"\x01", b"\x52\x08", bytes(256), [log]])


def _hex(raw: bytes) -> str:
    return f"0x{raw.hex()}"
