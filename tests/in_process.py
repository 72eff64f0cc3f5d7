"""The project's own node inside this process, for a client that needs no socket."""

from __future__ import annotations

from election.client.rpc import Connection
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher
from tests.open_config import open_config


def connect_in_process() -> Connection:
    """Start a chain whose clock stands still: a block is a second after the last."""
    config = open_config()
    start = config.chain.genesis_timestamp
    engine = LocalEngine(config, lambda: start)
    post = Dispatcher(engine).handle
    return Connection(post, url="in process", chain_id=config.chain.id)
