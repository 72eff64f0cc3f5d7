"""The last block that a record knows, by which a chain that forgot is told apart.

A development chain starts anew under the same number, and a node may be behind.
"""

from __future__ import annotations

from dataclasses import dataclass

from election.client.errors import ForgottenError
from election.client.rpc import Connection
from election.client.wire import hexed, parse_bytes, parse_number, well_formed
from election.crypto.transcript import Hash


@dataclass(frozen=True, slots=True)
class Anchor:
    """A block of a chain."""

    number: int
    hash: Hash


def read_anchor(connection: Connection) -> Anchor:
    """Read the latest block."""
    raw = connection.request("eth_getBlockByNumber", "latest", False)
    with well_formed(connection.url):
        number, block_hash = raw["number"], raw["hash"]
        return Anchor(parse_number(number), Hash(parse_bytes(block_hash, size=32)))


def check_anchor(connection: Connection, anchor: Anchor) -> None:
    """Raise ForgottenError unless the node's chain has this block."""
    number = hex(anchor.number)
    raw = connection.request("eth_getBlockByNumber", number, False)
    if raw is None:
        fact = f"the node's chain ends before block {anchor.number}, which it knows"
        raise ForgottenError("record", fact)
    with well_formed(connection.url):
        found = hexed(parse_bytes(raw["hash"], size=32))
    if found != hexed(anchor.hash):
        fact = f"block {anchor.number} of the node's chain is not the one that it knows"
        raise ForgottenError("record", fact)
