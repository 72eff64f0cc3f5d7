"""What every method is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from eth_typing import Address, Hash32

from node.chain import Chain
from node.machine import StateMachine
from node.pending import Pending
from node.rpc.filters import Filters


class Reading(Protocol):
    """Offer what a method that only reads the chain needs."""

    @property
    def chain(self) -> Chain:
        """Return the chain that was committed."""

    def next_timestamp(self) -> int:
        """Return the next block's timestamp, in seconds since 1970."""


class Polling(Reading, Protocol):
    """Offer what a method that asks a filter needs."""

    @property
    def filters(self) -> Filters:
        """Return the filters that it may ask."""


class Engine(Reading, Protocol):
    """Offer what makes the blocks, however it does."""

    machine: StateMachine
    pending: Pending

    def send_raw(self, raw: bytes) -> Hash32:
        """Accept a signed transaction; raises TransactionRefusedError."""

    def next_nonce(self, sender: Address) -> int:
        """Return the nonce that the sender's next transaction needs."""


@dataclass(frozen=True, slots=True)
class Backend:
    """Hold the engine that answers and the filters that clients installed.

    client: the address of who asks.
    """

    engine: Engine
    filters: Filters
    client: str = ""

    @property
    def chain(self) -> Chain:
        """Return the engine's chain."""
        return self.engine.chain

    def next_timestamp(self) -> int:
        """Return the next block's timestamp, in seconds since 1970."""
        return self.engine.next_timestamp()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Hold a chain as it was at one instant, and the filter that is asked, if any."""

    chain: Chain
    timestamp: int
    filters: Filters = field(default_factory=Filters)

    def next_timestamp(self) -> int:
        """Return the next block's timestamp, in seconds since 1970."""
        return self.timestamp
