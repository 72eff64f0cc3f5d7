"""Whether nodes have one chain and one record of an election, at a height all have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from election.client.errors import ClientError
from election.client.open_election import OpenElection
from election.client.rpc import FINAL, Connection, connect
from election.client.transport import name_node, show_url
from election.client.wire import parse_bytes, well_formed
from election.crypto.transcript import HASH_BYTES, ZERO_HASH, Address, Hash
from election.protocol.record_hash import derive_record_hash
from election.protocol.replay import Contract, Part
from election.protocol.views import RECORD_HASH, View
from scripts.shared.errors import InputError


@dataclass(frozen=True, slots=True)
class NodeWord:
    """What a node says: its last block, and hashes of the block that is compared."""

    head: int
    block_hash: str
    record_hash: str


@dataclass(frozen=True, slots=True)
class NodeComparison:
    """What nodes say, by their URL, or why one says nothing; number: of the block."""

    nodes: dict[str, NodeWord | str]
    number: int | None

    @property
    def differing(self) -> list[str]:
        """Name the nodes that do not say what most say; all, where none are more."""
        words = {
            url: (each.block_hash, each.record_hash)
            for url, each in self.nodes.items()
            if isinstance(each, NodeWord)
        }
        counted = Counter(words.values()).most_common(2)
        if len(counted) < 2:
            return []
        (word, most), (_, next_most) = counted
        return [url for url in words if most == next_most or words[url] != word]

    @property
    def holds(self) -> bool:
        """Tell whether all answer, and say the same."""
        silent = any(isinstance(each, str) for each in self.nodes.values())
        return not silent and not self.differing


def compare_nodes(opened: OpenElection, urls: Sequence[str]) -> NodeComparison:
    """Ask nodes for a block and the record's hash at the height that all have.

    Raises InputError for a node that is named twice.
    """
    if len(set(map(name_node, urls))) != len(urls):
        raise InputError("--rpc-url", "names one node twice")
    nodes: dict[str, NodeWord | str] = {}
    reached: dict[str, tuple[Connection, int]] = {}
    for url in urls:
        try:
            connection = connect(url, chain_id=opened.connection.chain_id)
            reached[show_url(url)] = connection, connection.read_head(FINAL).number
        except ClientError as error:
            nodes[show_url(url)] = str(error)
    if not reached:
        return NodeComparison(nodes, None)
    number = min(head for _, head in reached.values())
    contracts = _list_contracts(opened)
    for name, (connection, head) in reached.items():
        try:
            block = _read_block(connection, number)
            record = _read_record(connection, opened, contracts, number)
            nodes[name] = NodeWord(head, block, f"0x{record.hex()}")
        except ClientError as error:
            nodes[name] = str(error)
    return NodeComparison(nodes, number)


def _list_contracts(opened: OpenElection) -> list[Contract]:
    parts = {
        Part.ELECTION: opened.election.contract,
        Part.TRUSTEES: opened.trustees.contract,
        Part.ISSUERS: opened.issuers.contract,
        Part.VOTER_LIST: opened.voter_list.contract,
        Part.TALLY: opened.tally.contract,
    }
    found = [Contract(each.address, part) for part, each in parts.items()]
    contests = list(opened.contests)
    boxes = zip(contests, opened.election.boxes(contests), strict=True)
    return found + [
        Contract(Address(box), Part.BOX, contest) for contest, box in boxes if any(box)
    ]


def _read_block(connection: Connection, number: int) -> str:
    block = connection.request("eth_getBlockByNumber", hex(number), False)
    with well_formed(connection.url):
        return f"0x{parse_bytes(block['hash'], size=32).hex()}"


def _read_record(
    connection: Connection,
    opened: OpenElection,
    contracts: Sequence[Contract],
    number: int,
) -> Hash:
    """Derive the record's hash from the running hashes that the contracts answer."""
    calls = [View(each, RECORD_HASH).call for each in contracts]
    answers = connection.call_all(calls, block=hex(number))
    running = {
        each.address: Hash(answer) if len(answer) == HASH_BYTES else ZERO_HASH
        for each, answer in zip(contracts, answers, strict=True)
    }
    return derive_record_hash(
        contracts, running, opened.contests, chain_id=connection.chain_id
    )


def encode_nodes(compared: NodeComparison) -> dict[str, Any]:
    """Give what is shown and what JSON holds."""
    told: dict[str, Any] = {
        url: each
        if isinstance(each, str)
        else {
            "head": each.head,
            "block_hash": each.block_hash,
            "record_hash": each.record_hash,
        }
        for url, each in compared.nodes.items()
    }
    return {
        "compared_block": compared.number,
        "agree": not compared.differing,
        "differing": compared.differing,
        **told,
    }
