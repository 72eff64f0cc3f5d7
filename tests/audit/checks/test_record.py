from __future__ import annotations

from dataclasses import replace

import pytest

from election.protocol.board import Board, Log
from election.protocol.events import BoxCreated, ContestListed, Registered
from tests.audit.tampering import answer_for, change, examine, find, put


def after_all(board: Board, log: Log, **fields: object) -> Board:
    last = board.logs[-1]
    added = replace(log, block_number=last.block_number, index=last.index + 1)
    added = replace(added, timestamp=last.timestamp)
    logs = (*board.logs, replace(added, **fields))  # type: ignore[arg-type]
    return answer_for(replace(board, logs=logs))


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"address": bytes(19) + b"\1"}, "outside the election"),
        ({"topics": (bytes(32),)}, "no event of Election"),
        ({"topics": ()}, "no event of Election"),
        ({"data": b""}, "is not in its one encoding"),
    ],
)
def test_foreign_log_is_found(
    board: Board, fields: dict[str, object], fact: str
) -> None:
    created = find(board, BoxCreated).log
    tampered = after_all(board, created, **fields)
    faults = examine(tampered)
    assert faults.keys() == {"record"}
    (finding,) = faults["record"]
    assert fact in finding.fact
    assert finding.blames == "node"


def test_second_encoding_of_an_event_is_found(board: Board) -> None:
    log = find(board, ContestListed).log
    tampered = put(board, log, replace(log, data=log.data + bytes(32)))
    faults = examine(tampered)
    assert "not in its one encoding" in faults["record"][0].fact


def test_log_out_of_order_is_found(board: Board) -> None:
    first, second = board.logs[:2]
    assert first.block_number == second.block_number
    tampered = put(board, second, replace(second, index=first.index))
    assert examine(tampered).keys() == {"record"}


def test_log_after_the_head_is_found(board: Board) -> None:
    tampered = replace(board, head=replace(board.head, number=board.head.number - 1))
    assert examine(tampered).keys() == {"record"}


def test_event_of_an_unlisted_contest_is_found(board: Board) -> None:
    registered = find(board, Registered)
    assert "record" in examine(change(board, registered, contest=99))
