"""A node that tells of an election what somebody made up, and fits all answers to it.

Whatever a `Board` can be changed into, it serves over JSON-RPC: logs, code, answers of
the contracts, the head. Of two elections it can exchange all addresses, and its clock
may be another. Everything else it passes on, so that what it is sent takes place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from election.client.transport import Post
from election.client.wire import hexed
from election.crypto.transcript import Address
from election.protocol.board import Board, Call, Log

_CLOCK: Final = "0x425f5260205ff3"  # what a client asks for the time by


class BoardNode:
    """Tells of a board; heard: all that it was asked and sent, as text.

    exchanged: addresses, each for its other, in requests and answers. ahead: seconds
    that its clock is before the chain's.
    """

    def __init__(
        self,
        behind: Post,
        board: Board | None = None,
        *,
        exchanged: Mapping[Address, Address] | None = None,
        ahead: int = 0,
    ) -> None:
        self._behind = behind
        self._board = board
        self._pairs = [(a.hex(), b.hex()) for a, b in (exchanged or {}).items()]
        self._ahead = ahead
        self.heard: list[str] = []

    def post(self, body: bytes) -> bytes:
        """Answer as the node behind does, but for what is made up."""
        text = body.decode()
        self.heard.append(text)
        requests = json.loads(text)
        told = json.loads(self._exchange(self._behind(self._exchange(text).encode())))
        many = isinstance(requests, list)
        answers = {each["id"]: each for each in (told if many else [told])}
        for request in requests if many else [requests]:
            made_up = self._make_up(request["method"], request["params"])
            if made_up is not None:
                answers[request["id"]] = {
                    "jsonrpc": "2.0",
                    "id": request["id"],
                    "result": made_up(answers[request["id"]].get("result")),
                }
        told = [answers[each["id"]] for each in (requests if many else [requests])]
        return json.dumps(told if many else told[0]).encode()

    def _exchange(self, told: str | bytes) -> str:
        text = told if isinstance(told, str) else told.decode()
        for number, (one, other) in enumerate(self._pairs):
            place = f"@{number}@"
            text = text.replace(one, place).replace(other, one).replace(place, other)
        return text

    def _make_up(self, method: str, params: list[Any]) -> Callable[[Any], Any] | None:
        """Give what makes a false answer of a true one, if there is one."""
        if method == "eth_call":
            return self._make_up_call(params[0])
        if self._board is None:
            return None
        if method == "eth_getLogs":
            return lambda _: [_render(log) for log in self._find_logs(params[0])]
        if method == "eth_getCode":
            code = self._board.code.get(_address(params[0]))
            return None if code is None else lambda _: hexed(code)
        if method == "eth_getBlockByNumber" and params[0] == "finalized":
            head = self._board.head
            number, time = hex(head.number), hex(head.timestamp)
            return lambda block: block | {"number": number, "timestamp": time}
        return None

    def _make_up_call(self, asked: Mapping[str, str]) -> Callable[[Any], Any] | None:
        if asked.get("data") == _CLOCK:
            ahead = self._ahead
            return lambda now: hexed((int(now, 16) + ahead).to_bytes(32, "big"))
        if self._board is None or "to" not in asked:
            return None
        data = bytes.fromhex(asked.get("data", "0x")[2:])
        answer = self._board.answers.get(Call(_address(asked["to"]), data))
        return None if answer is None else lambda _: hexed(answer)

    def _find_logs(self, wanted: Mapping[str, Any]) -> list[Log]:
        assert self._board is not None
        raw = wanted["address"]
        addresses = {
            _address(each) for each in ([raw] if isinstance(raw, str) else raw)
        }
        first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
        topics = wanted.get("topics") or []
        return [
            log
            for log in self._board.logs
            if log.address in addresses
            and first <= log.block_number <= last
            and all(
                topic is None or hexed(log.topics[at]) == topic
                for at, topic in enumerate(topics)
            )
        ]


def _address(text: str) -> Address:
    return Address(bytes.fromhex(text[2:]))


def _render(log: Log) -> dict[str, Any]:
    return {
        "address": hexed(log.address),
        "topics": [hexed(each) for each in log.topics],
        "data": hexed(log.data),
        "blockNumber": hex(log.block_number),
        "blockTimestamp": hex(log.timestamp),
        "transactionHash": hexed(log.transaction),
        "logIndex": hex(log.index),
        "removed": False,
    }
