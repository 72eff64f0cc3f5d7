"""What finds room in a block."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from node.packing import Entry, _Room


@pytest.mark.parametrize(
    ("gas", "size", "fits"),
    [(10, 5, True), (11, 5, False), (10, 6, False)],
    ids=["just", "gas", "bytes"],
)
def test_a_block_takes_what_finds_room_and_nothing_else(
    gas: int, size: int, *, fits: bool
) -> None:
    room = _Room(gas=10, size=5)
    tx: Any = SimpleNamespace(gas=gas, raw=bytes(size))
    assert room.add(Entry(tx, is_stranger=True, gas_used=gas)) is fits
    assert room.chosen == [tx] * fits
