"""The sum of a box holds every ballot once."""

from __future__ import annotations

import pytest

from election.crypto.group import encode_g1
from election.errors import CountError
from election.protocol.ballot import accept_batch
from election.protocol.tally import aggregate_ballots, derive_override_hash
from tests import honest
from tests.reference.unit_vector import tagged_hash


def test_tally_is_independent_of_the_order_of_ballots() -> None:
    raws = [honest.ballot(1, number) for number in (1, 2, 3)]
    ballots = accept_batch(raws, honest.box())
    forward = aggregate_ballots(ballots, honest.box())
    assert aggregate_ballots(ballots[::-1], honest.box()) == forward
    assert forward.cast_count == 3


def test_empty_box_adds_up_to_infinity() -> None:
    tally = aggregate_ballots((), honest.box())
    assert tally.cast_count == 0
    assert tally.totals.ephemeral.is_infinity
    assert len(tally.totals.slots) == len(honest.CANDIDATES)


def test_ballot_is_not_counted_twice() -> None:
    ballots = accept_batch([honest.ballot(1, 1)] * 2, honest.box())
    with pytest.raises(CountError, match="one credential appears twice"):
        aggregate_ballots(ballots, honest.box())


def test_override_names_contest_count_and_sum() -> None:
    ballots = accept_batch([honest.ballot(1, 1)], honest.box())
    tally = aggregate_ballots(ballots, honest.box())
    expected = tagged_hash(
        "override",
        honest.box().ctx,
        (1).to_bytes(32, "big"),
        encode_g1(tally.totals.ephemeral),
    )
    assert derive_override_hash(tally) == expected
