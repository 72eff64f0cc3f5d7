"""The node of a rehearsal, which keeps its chain in the folder and ends with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from election.client.rpc import Connection
from node.disk.ground import LOCK
from rehearsal.chains import travel_to
from rehearsal.node_process import started_node
from scripts.shared.errors import InUseError
from scripts.shared.files.lock import hold_alone

_PATIENCE: Final = 60.0  # seconds that an earlier node may take to end
_LOOK: Final = 0.2


@contextmanager
def kept_node(home: Path) -> Iterator[tuple[Connection, int]]:
    """Start the node, or go on with its chain; gives its process, too.

    The node of a run that was killed ends by itself and is waited for. Raises
    InUseError if it does not.
    """
    if home.exists():
        _await_end(home)
    with started_node("--home", str(home)) as started:
        yield started


def _await_end(home: Path) -> None:
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            with hold_alone(home / LOCK):
                return
        except BlockingIOError:
            if time.monotonic() > give_up:
                fact = "is still used by a node: end it first"
                raise InUseError(str(home), fact) from None
            time.sleep(_LOOK)


def travel_on(connection: Connection, timestamp: int) -> None:
    """Move the chain's clock to a second, unless it is further."""
    if connection.read_head().timestamp < timestamp:
        travel_to(connection, timestamp)
