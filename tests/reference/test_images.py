"""A secret that shows in both groups is found wherever it shows, by both audits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from election.crypto.group import G2, G, encode_g1, encode_g2
from election.crypto.scalar import Scalar
from election.protocol import events
from election.protocol.board import Board
from election.protocol.replay import Part, replay_board
from reference.build import Build
from tests.audit.tampering import change
from tests.reference.both import find_faults, holds_in_the_first
from tests.reference.twins import Twin

SECRET = Scalar(0x1A4E)
SHOWN = {"g1": encode_g1(G * SECRET), "g2": encode_g2(G2 * SECRET)}


def show_last(group: str, part: Part, kind: type[Any], field: str) -> Twin:
    """Put a point at the end of the last event of a kind, whatever else fails then."""

    def tamper(board: Board) -> Board:
        entry = next(
            each
            for each in reversed(replay_board(board).entries)
            if isinstance(each.event, kind) and each.contract.part is part
        )
        raw, point = getattr(entry.event, field), SHOWN[group]
        return change(board, entry, **{field: raw[: -len(point)] + point})

    return tamper


IN_G1: tuple[Twin, ...] = (
    show_last("g1", Part.TRUSTEES, events.Enrolled, "key"),
    show_last("g1", Part.ISSUERS, events.Enrolled, "key"),
    show_last("g1", Part.TRUSTEES, events.Dealt, "r"),
    show_last("g1", Part.ISSUERS, events.Dealt, "r"),
    show_last("g1", Part.TRUSTEES, events.Revealed, "coefficients"),
    show_last("g1", Part.TRUSTEES, events.SlotDerived, "key"),
    show_last("g1", Part.TRUSTEES, events.SlotDerived, "verification_keys"),
)
IN_G2: tuple[Twin, ...] = (
    show_last("g2", Part.ISSUERS, events.Revealed, "coefficients"),
    show_last("g2", Part.ISSUERS, events.Revealed, "t"),
    show_last("g2", Part.ISSUERS, events.Confirmed, "t"),
    show_last("g2", Part.ISSUERS, events.SlotDerived, "key"),
    show_last("g2", Part.ISSUERS, events.SlotDerived, "verification_keys"),
)


@pytest.mark.parametrize(
    ("in_g1", "in_g2"),
    [*((each, IN_G2[0]) for each in IN_G1), *((IN_G1[0], each) for each in IN_G2[1:])],
)
def test_secret_that_shows_in_both_groups_is_found_by_both(
    board: Board,
    builds: Mapping[str, Build],
    in_g1: Callable[[Board], Board],
    in_g2: Callable[[Board], Board],
) -> None:
    for tampered in (in_g1(board), in_g2(board)):
        assert find_faults(tampered, builds, "images") == ""
        assert holds_in_the_first(tampered, "images")
    shown = in_g1(in_g2(board))
    assert find_faults(shown, builds, "images")
    assert not holds_in_the_first(shown, "images")
