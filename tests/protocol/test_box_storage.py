"""The mark of a credential is looked for where the compiler puts it."""

from __future__ import annotations

import re

import pytest

from election.artifacts import ROOT, SMALL_BOX, compile_storage
from election.protocol.box_storage import MOST_SMALL, USED_LARGE, USED_SMALL


@pytest.mark.parametrize(
    ("name", "slot"), [("BallotBox", USED_LARGE), (SMALL_BOX, USED_SMALL)]
)
def test_marks_are_where_the_compiler_puts_them(name: str, slot: int) -> None:
    layout = compile_storage(name)
    assert layout["_used"] == {
        "type": "HashMap[address, bool]",
        "n_slots": 1,
        "slot": slot,
    }
    assert layout["record"]["record_hash"]["slot"] == 0


def test_small_boxes_are_of_as_many_candidates_as_the_contract_says() -> None:
    source = (ROOT / "contracts/Election.vy").read_text()
    found = re.search(r"_MAX_SMALL: constant\(uint256\) = (\d+)", source)
    assert found is not None
    assert int(found[1]) == MOST_SMALL
