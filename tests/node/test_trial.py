"""When a trial may become a block."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from node.trial import Trial


@pytest.mark.parametrize(
    ("tried", "fits"),
    [
        ([(10, 10, 10)], True),
        ([(11, 1, 10)], False),
        ([(10, 1, 11)], False),
        ([(6, 5, 5), (5, 5, 5)], True),
        ([(6, 6, 5), (5, 5, 5)], False),
        ([(6, 5, 6), (5, 5, 5)], False),
    ],
    ids=["just", "gas", "bytes", "two", "gas of two", "bytes of two"],
)
def test_a_trial_is_a_block_only_if_all_of_it_finds_room(
    tried: list[tuple[int, int, int]], *, fits: bool
) -> None:
    """Each is the gas that it asks for, the gas that it took, and its bytes."""
    trial: Any = SimpleNamespace(
        _rules=SimpleNamespace(block_gas=10, block_size=10),
        _tried={
            number: (
                SimpleNamespace(gas=asked, raw=bytes(size)),
                SimpleNamespace(gas_used=used),
            )
            for number, (asked, used, size) in enumerate(tried)
        },
    )
    assert Trial._fits(trial) is fits


@pytest.mark.parametrize(
    ("is_spent", "parent", "follows"),
    [(False, "head", True), (True, "head", False), (False, "another", False)],
)
def test_a_trial_goes_on_after_its_own_parent_until_it_is_spent(
    parent: str, *, is_spent: bool, follows: bool
) -> None:
    trial: Any = SimpleNamespace(
        _spent=is_spent, header=SimpleNamespace(parent_hash="head")
    )
    block: Any = SimpleNamespace(hash=parent)
    assert Trial.follows(trial, block) is follows
