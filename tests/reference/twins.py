"""Boards that say something else in one of their events, or leave one out.

It is the first event of its kind, or the first of a contest if one is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from election.protocol.board import Board
from election.protocol.replay import Entry, Part
from tests.audit.checks.test_ceremonies import in_part
from tests.audit.tampering import change, drop, find, put

Twin = Callable[[Board], Board]


def of_contest(board: Board, kind: type[Any], contest: int | None) -> Entry[Any]:
    """Find the first event of a kind, of a contest if one is given."""
    return find(
        board,
        kind,
        lambda e: (
            contest is None
            or contest in (e.contract.contest, getattr(e.event, "contest", None))
        ),
    )


def say(kind: type[Any], contest: int | None = None, **fields: Any) -> Twin:
    """Say something else in an event."""
    return lambda board: change(board, of_contest(board, kind, contest), **fields)


def move(kind: type[Any], contest: int) -> Twin:
    """Say that the first event of a kind is of another contest."""
    return lambda board: change(board, find(board, kind), contest=contest)


def repeat(kind: type[Any], contest: int | None = None) -> Twin:
    """Tell an event twice."""

    def tamper(board: Board) -> Board:
        log = of_contest(board, kind, contest).log
        return put(board, log, log, replace(log, index=log.index + 1))

    return tamper


def leave_out(kind: type[Any], contest: int | None = None) -> Twin:
    """Leave out an event."""
    return lambda board: drop(board, of_contest(board, kind, contest))


def leave_out_of_attempt(kind: type[Any]) -> Twin:
    """Leave out an event of the trustees' final attempt."""
    return lambda board: drop(board, in_part(board, kind, Part.TRUSTEES, attempt=2))
