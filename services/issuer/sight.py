"""What one node shows as issued and is not verified yet; each block is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from election.crypto.transcript import Address, Hash
from election.protocol.abi import ContractName, decode_event
from election.protocol.board import Head, Log
from election.protocol.events import Issued


class Node(Protocol):
    """What is asked of a node."""

    def read_head(self) -> Head:
        """Read the latest block."""

    def read_logs(
        self, addresses: Sequence[Address], *, first: int, last: int
    ) -> Sequence[Log]:
        """Read logs of blocks."""


@dataclass
class Sight:
    """What a node shows in one voter list: nobody's word but this node's.

    waiting: the block of each leaf, by contest, that was issued and is not verified.
    seen: up to which block the node was looked at.
    """

    voter_list: Address
    waiting: dict[tuple[int, Hash], int] = field(default_factory=dict)
    seen: int = -1

    def look(self, node: Node, *, verified: int) -> None:
        """Read what is new; verified: the block up to which the record is.

        A chain that is shorter than it was is read again from there. Raises
        ClientError.
        """
        head = node.read_head().number
        seen = verified if head < self.seen else max(self.seen, verified)
        found = {each: at for each, at in self.waiting.items() if at > verified}
        if head > seen:
            for log in node.read_logs([self.voter_list], first=seen + 1, last=head):
                event = decode_event(log, ContractName.VOTER_LIST)
                if isinstance(event, Issued):
                    found[event.contest, event.leaf] = log.block_number
            seen = head
        self.waiting, self.seen = found, seen  # answers are given meanwhile
