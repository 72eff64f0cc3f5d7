"""Lies about single answers, each told the same whenever it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_abi.abi import encode

from election.client.wire import hexed
from election.crypto.transcript import hash_bytes, uint_word
from tests.client.answer_node import CLOCK, Asked, Lie, find_selector

Answer = dict[str, Any]
Change = Callable[[Any], Any]
HUGE: Final = "0x" + "f" * 64
OTHER_WORD: Final = "0x" + "07" * 32
AN_HOUR_OFF: Final = 3_600
ACCUSATION: Final = "key_ceremony: trustee 2 deals garbage"


def of_method(method: str, change: Change) -> Lie:
    """Change what a method answers, if it answers anything."""

    def lie(asked: Asked) -> Answer:
        told = asked.truth()
        if asked.method != method or told.get("result") is None:
            return told
        return {"result": change(told["result"])}

    return lie


def of_view(signature: str, change: Change) -> Lie:
    """Change what a view of any contract answers."""

    def lie(asked: Asked) -> Answer:
        told = asked.truth()
        if not asked.is_view(signature) or "result" not in told:
            return told
        return {"result": change(told["result"])}

    return lie


def of_time(shift: int) -> Lie:
    """Move the clock, and the times of all blocks, but for their logs'."""

    def move(text: str) -> str:
        return hex(int(text, 16) + shift)

    def lie(asked: Asked) -> Answer:
        told = asked.truth()
        if asked.method == "eth_call" and asked.params[0].get("data") == CLOCK:
            now = int(told["result"], 16) + shift
            return {"result": hexed(uint_word(now))}
        if asked.method == "eth_getBlockByNumber" and told["result"]:
            block = told["result"]
            return {"result": block | {"timestamp": move(block["timestamp"])}}
        return told

    return lie


def swallow(asked: Asked) -> Answer:
    """Keep transactions, and say that they succeeded."""
    if asked.method == "eth_sendRawTransaction":
        return {"result": hexed(hash_bytes(bytes.fromhex(asked.params[0][2:])))}
    if asked.method == "eth_getTransactionReceipt":
        return {"result": make_up_receipt(asked.params[0])}
    return asked.truth()


def make_up_receipt(transaction: str) -> Answer:
    """Say that a transaction succeeded in block 1, and did nothing."""
    return {
        "transactionHash": transaction,
        "blockNumber": "0x1",
        "gasUsed": "0x5208",
        "status": "0x1",
        "contractAddress": None,
        "logs": [],
    }


_REASON: Final = hexed(bytes.fromhex("08c379a0") + encode(["string"], [ACCUSATION]))


def accuse(asked: Asked) -> Answer:
    """Refuse every act, with a reason that accuses somebody."""
    if not asked.is_trial:
        return asked.truth()
    return {"error": {"code": 3, "message": "execution reverted", "data": _REASON}}


def take_another(asked: Asked) -> Answer:
    """Answer about a transaction with the receipt of another."""
    if asked.method != "eth_getTransactionReceipt":
        return asked.truth()
    return {"result": _find_other(asked)}


def relabel_another(asked: Asked) -> Answer:
    """Do so, with the hash that was asked for on the receipt."""
    if asked.method != "eth_getTransactionReceipt":
        return asked.truth()
    return {"result": _find_other(asked) | {"transactionHash": asked.params[0]}}


def _find_other(asked: Asked) -> Answer:
    """Find the receipt of an older transaction that logged something."""
    for number in range(1, 100):
        block = asked.ask("eth_getBlockByNumber", [hex(number), False])["result"]
        for each in block["transactions"]:
            receipt: Answer = asked.ask("eth_getTransactionReceipt", [each])["result"]
            if receipt["logs"] and each != asked.params[0]:
                return receipt
    raise LookupError


def change_mind() -> Lie:
    """Answer every second time about a view with a word of its own."""
    heard: dict[str, int] = {}

    def lie(asked: Asked) -> Answer:
        told, question = asked.truth(), str(asked.params)
        is_view = asked.method == "eth_call" and not asked.is_trial
        if not is_view or asked.params[0].get("data") == CLOCK:
            return told
        heard[question] = heard.get(question, 0) + 1
        return {"result": OTHER_WORD} if heard[question] % 2 == 0 else told

    return lie


def answer_word(number: int) -> Change:
    return lambda _: hexed(uint_word(number))


def _inflate(value: Any) -> Any:
    """Make every short number of an answer as large as a word can be."""
    if isinstance(value, dict):
        return {name: _inflate(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_inflate(each) for each in value]
    is_number = isinstance(value, str) and value.startswith("0x") and len(value) < 20
    return HUGE if is_number else value


def _move(log: Answer) -> Answer:
    return log | {"blockNumber": hex(int(log["blockNumber"], 16) + 1)}


@dataclass(frozen=True, slots=True)
class Told:
    """A lie, made anew for each who is told it, and what it is about.

    about: methods, views by signature, `clock` or `trial`, as `find_topic` names them.
    """

    about: frozenset[str]
    make: Callable[[], Lie]


def _tell(lie: Lie, *about: str) -> Told:
    return Told(frozenset(about), lambda: lie)


def _told_by(method: str, change: Change) -> Told:
    return _tell(of_method(method, change), method)


def _shown_by(signature: str, change: Change) -> Told:
    return _tell(of_view(signature, change), signature)


def _shown_in_logs(change: Callable[[list[Any]], list[Any]]) -> Told:
    return _told_by("eth_getLogs", change)


def _shown_in_receipt(change: Change) -> Told:
    return _told_by("eth_getTransactionReceipt", change)


_NONCE: Final = "eth_getTransactionCount"
_RECEIPT: Final = "eth_getTransactionReceipt"
_TIMES: Final = ("clock", "eth_getBlockByNumber")

LIES: Final[Mapping[str, Told]] = {
    "another chain": _told_by("eth_chainId", lambda _: "0x1"),
    "huge chain": _told_by("eth_chainId", lambda _: HUGE),
    "nonce ahead": _told_by(_NONCE, lambda n: hex(int(n, 16) + 5)),
    "nonce behind": _told_by(_NONCE, lambda n: hex(max(0, int(n, 16) - 1))),
    "huge nonce": _told_by(_NONCE, lambda _: HUGE),
    "price": _told_by("eth_gasPrice", lambda _: hex(2**62)),
    "clock ahead": _tell(of_time(AN_HOUR_OFF), *_TIMES),
    "clock behind": _tell(of_time(-AN_HOUR_OFF), *_TIMES),
    "phase early": _shown_by("phase()", answer_word(0)),
    "phase late": _shown_by("phase()", answer_word(9)),
    "no phase": _shown_by("phase()", lambda _: HUGE),
    "no lists": _shown_by("root(uint256)", answer_word(0)),
    "no boxes": _shown_by("box(uint256)", answer_word(0)),
    "another box": _shown_by("box(uint256)", answer_word(7)),
    "another context": _shown_by("ctx()", answer_word(7)),
    "another state": _shown_by("state(uint256)", answer_word(1)),
    "another leaf state": _shown_by("state(bytes32)", answer_word(1)),
    "another counter": _shown_by("nonce(bytes32)", answer_word(7)),
    "another extension": _shown_by("extension_counter()", answer_word(1)),
    "another key": _shown_by("key(uint256)", lambda raw: raw[:-2] + "00"),
    "swallowed": _tell(swallow, "eth_sendRawTransaction"),
    "another's receipt": _tell(take_another, _RECEIPT),
    "relabelled receipt": _tell(relabel_another, _RECEIPT),
    "no success": _shown_in_receipt(lambda own: own | {"status": "0x0"}),
    "no logs of a receipt": _shown_in_receipt(lambda own: own | {"logs": []}),
    "huge numbers": _shown_in_receipt(_inflate),
    "logs lost": _shown_in_logs(lambda logs: logs[:-1]),
    "logs repeated": _shown_in_logs(lambda logs: [*logs, *logs[-1:]]),
    "logs moved": _shown_in_logs(lambda logs: [*logs[:-1], *map(_move, logs[-1:])]),
    "logs exchanged": _shown_in_logs(lambda logs: logs[::-1]),
    "accusation": _tell(accuse, "trial"),
    "two answers": Told(frozenset(["view"]), change_mind),
}

_VIEWS: Final = {
    find_selector(each): each
    for told in LIES.values()
    for each in told.about
    if each.endswith(")")
}


def find_topics(asked: Asked) -> set[str]:
    """Name what a request is about, as far as a lie is about it."""
    if asked.method != "eth_call":
        return {asked.method}
    if asked.is_trial:
        return {"trial"}
    data = str(asked.params[0].get("data"))
    if data == CLOCK:
        return {"clock"}
    return {"view", _VIEWS.get(data[:10], "view")}
