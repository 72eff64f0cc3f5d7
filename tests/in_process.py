"""The project's own node inside this process, for a client that needs no socket."""

from __future__ import annotations

from typing import Any

from typing_extensions import override
from web3 import HTTPProvider
from web3.types import RPCEndpoint, RPCResponse

from election.client.rpc import Connection
from node.config import read_config
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher


class InProcess(HTTPProvider):
    """Ask a node in this process."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        super().__init__()
        self._dispatcher = dispatcher

    @override
    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        body = self.encode_rpc_request(method, params)
        return self.decode_rpc_response(self._dispatcher.handle(body))

    @override
    def make_batch_request(
        self, batch_requests: list[tuple[RPCEndpoint, Any]]
    ) -> list[RPCResponse]:
        return [self.make_request(*each) for each in batch_requests]


def connect_in_process() -> Connection:
    """Start a chain whose clock stands still: a block is a second after the last."""
    config = read_config()
    start = config.chain.genesis_timestamp
    engine = LocalEngine(config, lambda: start)
    provider = InProcess(Dispatcher(engine))
    return Connection(provider, url="in process", chain_id=config.chain.id)
