"""The project's own node inside this process, for a client that needs no socket."""

from __future__ import annotations

from election.client.rpc import Connection
from rehearsal.chains import in_process
from tests.open_config import open_config


def connect_in_process() -> Connection:
    """Start a chain whose clock stands still: a block is a second after the last."""
    return in_process(open_config()).connection
