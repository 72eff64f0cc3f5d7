"""Compare what a node shows of a box with the state under one of its blocks.

By `eth_getProof` (EIP-1186), whose ways are checked here. A box's running hash, in its
first slot, covers all that it announced, in order; a mark of its own says of each
credential that a ballot of it is stored, and so in the sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from election.client.errors import ClientError
from election.client.finality import RUNNING_HASH, SlotWays, ask_ways
from election.client.rpc import Connection
from election.client.wire import hexed, parse_bytes, well_formed
from election.crypto.transcript import ZERO_HASH, Address, Hash
from election.protocol.box_storage import find_used_slot
from finality.chain_block import ChainBlock, require_account, require_slot
from finality.errors import ProofRefusedError
from finality.trie import keccak, look_up
from scripts.anybody.box_search import Stored


def require_counted(
    connection: Connection, stored: Stored, header: ChainBlock, *, candidates: int
) -> None:
    """Refuse a ballot that the state after its block does not hold as counted.

    The marks of all ballots of its transaction are asked for: the node learns no more
    than which transaction is meant. Raises ClientError.
    """
    box = stored.log.address
    marks = [find_used_slot(each, candidates=candidates) for each in stored.beside]
    slots = [RUNNING_HASH, *map(hexed, marks)]
    (ways,) = ask_ways(connection, [hexed(box)], slots, hex(header.number))
    running, *found = _read_slots(connection, header, box, slots, ways)
    _compare(connection, header, stored.running, running)
    if any(mark != 1 for mark in found):
        fact = f"shows a ballot that the state after block {header.number} counts not"
        raise ClientError(connection.url, fact)


def require_whole(
    connection: Connection,
    running: Mapping[Address, Hash],
    boxes: Sequence[Address],
    header: ChainBlock,
) -> list[Address]:
    """Refuse boxes of which a node shows not all that they announced up to a block.

    running: as computed from what is shown. Returns those that are not made by then.
    Raises ClientError.
    """
    asked = [*map(hexed, boxes)]
    ways = ask_ways(connection, asked, [RUNNING_HASH], hex(header.number))
    unmade = []
    for box, way in zip(boxes, ways, strict=True):
        if box not in running and _is_unmade(connection, header, box, way):
            unmade.append(box)
            continue
        (held,) = _read_slots(connection, header, box, [RUNNING_HASH], way)
        _compare(connection, header, running.get(box, ZERO_HASH), held)
    return unmade


def _compare(
    connection: Connection, header: ChainBlock, computed: Hash, held: int
) -> None:
    if int.from_bytes(computed, "big") != held:
        fact = (
            f"shows a box otherwise than the state after its block {header.number}: "
            "ballots are left out, changed or made up"
        )
        raise ClientError(connection.url, fact)


def _is_unmade(
    connection: Connection, header: ChainBlock, box: Address, ways: SlotWays
) -> bool:
    """Tell whether the state has no contract there: so it is at a node far behind."""
    nodes = _read_nodes(connection, ways.accountProof)
    try:
        return look_up(header.state_root, keccak(box), nodes) is None
    except ProofRefusedError as error:
        raise _refuse(connection, header, error) from error


def _read_slots(
    connection: Connection,
    header: ChainBlock,
    address: Address,
    slots: Sequence[str],
    ways: SlotWays,
) -> list[int]:
    """Read slots of a contract from the ways to them; raises ClientError."""
    if len(ways.storageProof) != len(slots):
        raise ClientError(connection.url, "gives no proof of what was asked for")
    nodes = _read_nodes(connection, ways.accountProof)
    stored = [_read_nodes(connection, each.proof) for each in ways.storageProof]
    try:
        account = require_account(header, address, nodes)
        return [
            require_slot(account, int(slot, 16), way)
            for slot, way in zip(slots, stored, strict=True)
        ]
    except ProofRefusedError as error:
        raise _refuse(connection, header, error) from error


def _read_nodes(connection: Connection, told: Sequence[str]) -> list[bytes]:
    with well_formed(connection.url):
        return [*map(parse_bytes, told)]


def _refuse(
    connection: Connection, header: ChainBlock, error: ProofRefusedError
) -> ClientError:
    fact = f"gives a proof of its block {header.number} that does not hold: {error}"
    return ClientError(connection.url, fact)
