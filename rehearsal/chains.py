"""Where a rehearsal is held: a chain whose clock can be moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from election.client.errors import NodeRefusedError
from election.client.rpc import Connection, connect
from election.client.sending import send_acts
from election.client.transport import show_url
from election.client.wire import Act, Receipt
from election.crypto.signature import SigningKey
from election.errors import ElectionError
from rehearsal.kept_post import open_kept_post

_WORTH_IT: Final = 4  # acts
_LONG: Final = 4_096  # bytes of acts: as of some ballots, which run for long

if TYPE_CHECKING:
    from node.config import Config

LEAD: Final = 3_600
"""Seconds from the first block to the ceremonies. On a busy machine, and the first
time, the contracts alone are compiled for more than a minute in between."""


class OwnConnection(Connection):
    """A connection to a chain that is nobody else's, and makes blocks at once.

    Acts that are sent together get a block together, which takes the node half of what
    a block for each takes.
    """

    @override
    def send_all(self, acts: Sequence[Act], *, key: SigningKey) -> tuple[Receipt, ...]:
        """Send acts from one account, untried, in as few blocks as hold them."""
        is_long = sum(len(each.payload) for each in acts) >= _LONG
        if len(acts) < _WORTH_IT and not is_long:
            return super().send_all(acts, key=key)
        with self.progress.told():
            # The next block's time is fixed, so that what runs as it is taken in is the
            # block, and does not run again.
            coming = self.read_head().timestamp + 1
            self.request("evm_setNextBlockTimestamp", coming)
            self.request("evm_setAutomine", False)
            try:
                return send_acts(self, acts, key=key, then=self._make_blocks)
            finally:
                self.request("evm_setAutomine", True)

    def _make_blocks(self) -> None:
        """Make a block of what waits, and more of what had no room in it."""
        self.request("evm_mine")
        self.request("evm_setAutomine", True)


@dataclass(frozen=True, slots=True)
class Chain:
    """A development chain: one node, and a clock that goes where it is told to."""

    connection: Connection

    def travel(self, timestamp: int) -> None:
        """Move the chain's clock forward to this second, Unix seconds.

        Raises NodeRefusedError for a time that is past.
        """
        travel_to(self.connection, timestamp)

    def lead(self, seconds: int) -> int:
        """Give the time so many seconds from now; the clock is right afterwards.

        The first block of a new chain is an old one.
        """
        self.connection.request("evm_mine")
        return self.connection.read_head().timestamp + seconds

    @contextmanager
    def unwound(self) -> Iterator[None]:
        """Undo at the end whatever happens to the chain inside, the clock too."""
        snapshot = self.connection.request("evm_snapshot")
        try:
            yield
        finally:
            self.connection.request("evm_revert", snapshot)


def in_process(config: Config | None = None) -> Chain:
    """Start the project's node inside this process, without a socket.

    Its clock stands still: a block is a second after the last. config: the shipped
    development chain unless told.
    """
    from node.config import read_config
    from node.engine.local import LocalEngine
    from node.rpc.dispatch import Dispatcher

    config = config or read_config()
    start = config.chain.genesis_timestamp
    engine = LocalEngine(config, lambda: start)
    post = Dispatcher(engine).handle
    return Chain(OwnConnection(post, url="in process", chain_id=config.chain.id))


def connect_own(url: str) -> OwnConnection:
    """Connect to a node that is nobody else's and makes blocks at once.

    Raises ConnectionFailedError.
    """
    connection = OwnConnection(open_kept_post(url), url=show_url(url), chain_id=0)
    connection.chain_id = connection.read_chain_id()
    return connection


def at(url: str) -> Chain:
    """Connect to a development node whose clock may be moved, as `veche devnet`.

    Others who use the chain have their clock moved as well. Raises
    ConnectionFailedError, and ElectionError for a node that lets nobody move it.
    """
    connection = connect(url)
    try:
        connection.request("evm_increaseTime", 0)
    except NodeRefusedError as error:
        fact = "lets nobody move its clock: a rehearsal needs a development node"
        raise ElectionError(connection.url, fact) from error
    return Chain(connection)


def travel_to(connection: Connection, timestamp: int) -> None:
    """Move a development chain's clock forward to this second."""
    connection.request("evm_setNextBlockTimestamp", timestamp)
    connection.request("evm_mine")
