"""Change one thing of a board, and see which checks notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, fields, is_dataclass, replace
from typing import Any, TypeVar

from eth_abi.abi import encode

from election.audit.audit import audit_board
from election.audit.report import Finding, Report, Verdict
from election.crypto.transcript import Hash, hash_bytes
from election.protocol.abi import ContractName, read_abi
from election.protocol.board import Board, Log
from election.protocol.events import Event
from election.protocol.record_hash import run_hashes
from election.protocol.replay import Entry, Part, replay_board
from election.protocol.views import RECORD_HASH, View, list_views

Kind = TypeVar("Kind")


def audit(board: Board) -> Report:
    """Audit a board in silence."""
    return audit_board(board, progress=lambda *_: None)


def examine(board: Board) -> dict[str, tuple[Finding, ...]]:
    """Audit a board; give the findings of the checks that fail."""
    return {
        check.name: check.outcome.findings
        for check in audit(board).checks
        if check.verdict is Verdict.FAILED
    }


def find(
    board: Board,
    kind: type[Kind],
    where: Callable[[Entry[Kind]], bool] = lambda _: True,
) -> Entry[Kind]:
    """Find the first event of a kind of which something is true."""
    for entry in replay_board(board).entries:
        event = entry.event
        if isinstance(event, kind):
            found = Entry(entry.log, entry.contract, event)
            if where(found):
                return found
    raise LookupError(kind.__name__)


def put(board: Board, old: Log, *new: Log) -> Board:
    """Put other logs, or none, where a log is."""
    logs = tuple(board.logs)
    at = logs.index(old)
    logs = (*logs[:at], *new, *logs[at + 1 :])
    return answer_for(replace(board, logs=logs))


def answer_for(board: Board) -> Board:
    """Let every contract answer for its logs, as a node would that changed them.

    Else the running hashes find whatever was changed, and no other check is tried.
    """
    hashes, contracts = run_hashes(board.logs), replay_board(board).contracts.values()
    views = [View(contract, RECORD_HASH) for contract in contracts]
    answers = {
        view.call: hashes[view.contract.address]
        for view in views
        if view.call in board.answers
    }
    return replace(board, answers={**board.answers, **answers})


def drop(board: Board, entry: Entry[Any]) -> Board:
    """Leave out an event."""
    return put(board, entry.log)


def change(board: Board, entry: Entry[Any], **fields_: Any) -> Board:
    """Say something else in an event, in its right encoding."""
    event = replace(entry.event, **fields_)
    name = entry.contract.part.contract_name
    topics, words = encode_event(event, name)
    return put(board, entry.log, replace(entry.log, topics=topics, data=words))


def delay_block(board: Board, number: int, timestamp: int) -> Board:
    """Give a block another time."""
    logs = tuple(
        replace(log, timestamp=timestamp) if log.block_number == number else log
        for log in board.logs
    )
    return answer_for(replace(board, logs=logs))


def lie(board: Board, part: Part, function: str, *arguments: int, answer: Any) -> Board:
    """Let a contract answer a question otherwise."""
    contracts = replay_board(board).contracts.values()
    view = next(
        view
        for view in list_views(contracts, arguments[:1], trustees=3)
        if (view.contract.part, view.function) == (part, function)
        and view.arguments == arguments
    )
    raw = encode_answer(part, function, answer)
    return replace(board, answers={**board.answers, view.call: raw})


def encode_answer(part: Part, function: str, answer: Any) -> bytes:
    """Encode what a contract answers to a question."""
    outputs = next(
        each["outputs"]
        for each in read_abi(part.contract_name)
        if each["type"] == "function" and each["name"] == function
    )
    return _encode([(outputs[0], answer)])


def encode_event(event: Event, name: ContractName) -> tuple[tuple[Hash, ...], bytes]:
    """Encode an event as its contract would log it."""
    kind = type(event).__name__
    entry = next(
        each
        for each in read_abi(name)
        if each["type"] == "event" and each["name"] == kind
    )
    values = [getattr(event, field.name) for field in fields(event)]
    pairs = list(zip(entry["inputs"], values, strict=True))
    indexed = [_encode([pair]) for pair in pairs if pair[0]["indexed"]]
    others = _encode([pair for pair in pairs if not pair[0]["indexed"]])
    return (_topic(entry), *map(Hash, indexed)), others


def _topic(entry: Mapping[str, Any]) -> Hash:
    types = ",".join(_spell(each) for each in entry["inputs"])
    return hash_bytes(f"{entry['name']}({types})".encode())


def _encode(pairs: Sequence[tuple[Mapping[str, Any], Any]]) -> bytes:
    types = [_spell(each) for each, _ in pairs]
    values = [_to_abi(_cut_points(value, each["type"])) for each, value in pairs]
    return encode(types, values)


def _spell(parameter: Mapping[str, Any]) -> str:
    name: str = parameter["type"]
    if not name.startswith("tuple"):
        return name
    inner = ",".join(map(_spell, parameter["components"]))
    return f"({inner}){name.removeprefix('tuple')}"


def _cut_points(value: Any, name: str) -> Any:
    """Cut points into the words that the ABI takes."""
    if not name.startswith("bytes32["):
        return value
    if name == "bytes32[]":
        return list(value)
    words = [value[at : at + 32] for at in range(0, len(value), 32)]
    if not name.endswith("[]"):
        return words
    return [words[at : at + 4] for at in range(0, len(words), 4)]


def _to_abi(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return tuple(map(_to_abi, astuple(value)))
    if isinstance(value, list | tuple):
        return [_to_abi(each) for each in value]
    if isinstance(value, bytes) and len(value) == 20:
        return f"0x{value.hex()}"
    return value
