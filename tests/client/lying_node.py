"""A node that shows its client something else than what is on the chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from typing_extensions import override
from web3 import HTTPProvider
from web3.types import RPCEndpoint, RPCResponse

from election.client.wire import hexed, parse_log
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import Event
from tests.audit.tampering import encode_event

Lie = Callable[[Event], Event]
"""What is shown instead of an event of a ceremony."""


class LyingNode(HTTPProvider):
    """Passes requests on to a node, and keeps them; lie: about the events, if any."""

    def __init__(self, behind: HTTPProvider) -> None:
        super().__init__()
        self._behind = behind
        self.lie: Lie | None = None
        self.heard: list[str] = []

    @override
    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        self.heard.append(json.dumps(params))
        answer = self._behind.make_request(method, params)
        if method == "eth_getLogs" and self.lie is not None:
            answer["result"] = [self._show(raw) for raw in answer["result"]]
        return answer

    @override
    def make_batch_request(
        self, batch_requests: list[tuple[RPCEndpoint, Any]]
    ) -> list[RPCResponse]:
        return [self.make_request(*each) for each in batch_requests]

    def _show(self, raw: dict[str, Any]) -> dict[str, Any]:
        assert self.lie is not None
        name = ContractName.KEY_CEREMONY
        shown = self.lie(decode_event(parse_log(raw, {}), name))
        topics, words = encode_event(shown, name)
        return raw | {"topics": [hexed(each) for each in topics], "data": hexed(words)}
