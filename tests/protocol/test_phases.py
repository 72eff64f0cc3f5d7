"""Phases are half-open intervals of time."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from election.protocol.manifest import Times
from election.protocol.phases import Phase, derive_extension_hash, phase_at
from tests import honest
from tests.reference.unit_vector import tagged_hash

TIMES = Times(100, 200, 300, 400, 500, 600, 700)


@pytest.mark.parametrize("position", range(7))
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_phase_changes_exactly_at_its_time(position: int, offset: int) -> None:
    now = astuple(TIMES)[position] + offset
    expected = Phase(position + (offset >= 0))
    assert phase_at(TIMES, now, extension=0) is expected


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (500, Phase.VOTING),
        (600, Phase.VOTING),
        (649, Phase.VOTING),
        (650, Phase.GRACE),
        (749, Phase.GRACE),
        (750, Phase.CLOSED),
    ],
)
def test_extension_shifts_both_closings_and_nothing_else(
    now: int, phase: Phase
) -> None:
    assert phase_at(TIMES, now, extension=50) is phase
    assert phase_at(TIMES, 499, extension=50) is Phase.FREEZE


def test_extension_hash_is_of_its_fields_in_order() -> None:
    derived = derive_extension_hash(
        honest.ELECTION_ID,
        chain_id=9,
        election=honest.account(7),
        counter=1,
        delta=600,
    )
    expected = tagged_hash(
        "extend",
        (9).to_bytes(32, "big"),
        honest.account(7).rjust(32, b"\0"),
        honest.ELECTION_ID,
        (1).to_bytes(32, "big"),
        (600).to_bytes(32, "big"),
    )
    assert derived == expected
