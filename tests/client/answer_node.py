"""A node that gives other answers than its chain, each lie in one consistent way.

`BoardNode` tells of a record that somebody made up; this one lies about single answers:
which chain it is, what time, what became of a transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from election.client.transport import Post
from election.crypto.transcript import hash_bytes
from node import rlp

CLOCK: Final = "0x425f5260205ff3"  # what a client asks for the time by


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, and what the chain behind the liar says to it."""

    method: str
    params: list[Any]
    ask: Callable[[str, list[Any]], dict[str, Any]]

    def truth(self) -> dict[str, Any]:
        """Ask the chain."""
        return self.ask(self.method, self.params)

    def is_view(self, signature: str) -> bool:
        """Tell whether this asks a view, such as `phase()`, of any contract."""
        if self.method != "eth_call" or "from" in self.params[0]:
            return False
        return str(self.params[0]["data"]).startswith(find_selector(signature))

    @property
    def is_trial(self) -> bool:
        """Tell whether this shows an act, to hear whether it would succeed."""
        return self.method == "eth_call" and "from" in self.params[0]


Lie = Callable[[Asked], dict[str, Any]]
"""Gives a result or an error, as JSON-RPC has it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction that a node was given."""

    chain_id: int
    price: int
    nonce: int
    to: str
    data: str

    @property
    def act(self) -> tuple[str, str]:
        """Give what of it is the same whoever numbers it."""
        return self.to, self.data


class AnswerNode:
    """Answers as a lie has it; keeps what it was sent."""

    def __init__(self, behind: Post, lie: Lie) -> None:
        self._behind = behind
        self._lie = lie
        self.sent: list[Sent] = []

    def post(self, body: bytes) -> bytes:
        """Answer every request of a body by the lie."""
        asked = json.loads(body)
        many = isinstance(asked, list)
        told = [self._answer(each) for each in (asked if many else [asked])]
        return json.dumps(told if many else told[0]).encode()

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        method, params = request["method"], request["params"]
        if method == "eth_sendRawTransaction":
            self.sent.append(read_sent(params[0]))
        answer = self._lie(Asked(method, params, self._ask))
        return {"jsonrpc": "2.0", "id": request["id"]} | answer

    def _ask(self, method: str, params: list[Any]) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "id": 0, "method": method, "params": params}
        told: dict[str, Any] = json.loads(self._behind(json.dumps(body).encode()))
        return {name: told[name] for name in ("result", "error") if name in told}


def find_selector(signature: str) -> str:
    """Give what calls of a function begin with."""
    return "0x" + hash_bytes(signature.encode())[:4].hex()


def read_sent(raw: str) -> Sent:
    """Read what a signed transaction does, and on which chain (EIP-155)."""
    fields = rlp.decode(bytes.fromhex(raw[2:]))
    nonce, price, _, to, _, data, v, _, _ = map(_require_bytes, fields)
    chain_id = (int.from_bytes(v, "big") - 35) // 2
    return Sent(
        chain_id,
        int.from_bytes(price, "big"),
        int.from_bytes(nonce, "big"),
        to.hex(),
        data.hex(),
    )


def _require_bytes(item: object) -> bytes:
    assert isinstance(item, bytes)
    return item


def tell_truth(asked: Asked) -> dict[str, Any]:
    """Pass everything on."""
    return asked.truth()
