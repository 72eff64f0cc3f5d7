"""A node that shows its client something else than what is on the chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from election.client.transport import Post
from election.client.wire import hexed, parse_log
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import Event
from tests.audit.tampering import encode_event

Lie = Callable[[Event], Event]
"""What is shown instead of an event of a ceremony."""


class LyingNode:
    """Passes requests on to a node, and keeps them; lie: about the events, if any."""

    def __init__(self, behind: Post) -> None:
        self._behind = behind
        self.lie: Lie | None = None
        self.heard: list[str] = []

    def post(self, body: bytes) -> bytes:
        """Answer as the node behind does, but for the lie."""
        asked, raw = json.loads(body), self._behind(body)
        requests = asked if isinstance(asked, list) else [asked]
        self.heard += [json.dumps(each["params"]) for each in requests]
        of_logs = {each["id"] for each in requests if each["method"] == "eth_getLogs"}
        if self.lie is None or not of_logs:
            return raw
        told = json.loads(raw)
        for answer in told if isinstance(told, list) else [told]:
            if answer["id"] in of_logs:
                answer["result"] = [self._show(log) for log in answer["result"]]
        return json.dumps(told).encode()

    def _show(self, raw: dict[str, Any]) -> dict[str, Any]:
        assert self.lie is not None
        name = ContractName.KEY_CEREMONY
        shown = self.lie(decode_event(parse_log(raw, {}), name))
        topics, words = encode_event(shown, name)
        return raw | {"topics": [hexed(each) for each in topics], "data": hexed(words)}
