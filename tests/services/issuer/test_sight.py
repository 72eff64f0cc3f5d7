"""An issuer that waits for requests reads each block of its node once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from election.crypto.transcript import Address, Hash
from election.protocol.board import Log
from services.issuer.sight import Sight

LEAF = (1, Hash(b"\x05" * 32))


@dataclass
class Node:
    """A node without requests, which notes what blocks it was asked for."""

    head: int
    asked: list[tuple[int, int]] = field(default_factory=list)

    def read_head(self) -> Any:
        return SimpleNamespace(number=self.head)

    def read_logs(self, _: Sequence[Address], *, first: int, last: int) -> list[Log]:
        self.asked.append((first, last))
        return []


def look(sight: Sight, node: Node, *heads: int, verified: int) -> None:
    for node.head in heads:
        sight.look(node, verified=verified)


def test_no_block_is_read_twice_while_nothing_is_issued() -> None:
    sight, node = Sight(Address(bytes(20))), Node(0)
    look(sight, node, 9, 9, 12, 12, verified=4)
    assert node.asked == [(5, 9), (10, 12)]


def test_blocks_that_were_verified_meanwhile_are_not_read() -> None:
    sight, node = Sight(Address(bytes(20))), Node(0)
    look(sight, node, 9, verified=4)
    look(sight, node, 30, verified=20)
    assert node.asked == [(5, 9), (21, 30)]


def test_chain_that_is_shorter_than_it_was_is_read_again() -> None:
    sight, node = Sight(Address(bytes(20))), Node(0)
    look(sight, node, 9, 7, verified=4)
    assert node.asked == [(5, 9), (5, 7)]


def test_request_waits_until_its_block_is_verified() -> None:
    sight, node = Sight(Address(bytes(20)), {LEAF: 9}, seen=9), Node(0)
    look(sight, node, 9, verified=8)
    assert LEAF in sight.waiting
    look(sight, node, 9, verified=9)
    assert not sight.waiting
