"""Chance alone says who stands in a batch with whom."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.client.contracts.ballot_box import LARGEST_BATCH
from election.crypto.transcript import Address
from services.relay import casting
from services.relay.mixing import mix
from services.relay.timing import CROWD


@dataclass(frozen=True)
class Each:
    credential: Address


def make(number: int) -> list[Each]:
    return [Each(Address(at.to_bytes(20, "big"))) for at in range(number)]


@given(st.integers(0, 300), st.randoms())
def test_every_ballot_is_in_one_batch_by_credential(
    number: int, chance: random.Random
) -> None:
    ballots = make(number)
    batches = mix(ballots, chance.shuffle)
    found = [each.credential for batch in batches for each in batch]
    assert sorted(found) == [each.credential for each in ballots]
    for batch in batches:
        owners = [each.credential for each in batch]
        assert owners == sorted(owners)
        assert 0 < len(batch) <= LARGEST_BATCH


@pytest.mark.parametrize("number", [LARGEST_BATCH + 1, 3 * LARGEST_BATCH + 1])
def test_no_batch_is_left_with_a_few(number: int) -> None:
    assert all(len(batch) >= CROWD for batch in mix(make(number), random.shuffle))


def test_batches_are_drawn_and_do_not_follow_the_order() -> None:
    """A list that stays as it came would put neighbours together every time."""
    ballots = make(64)
    drawn = {
        tuple(each.credential for each in mix(ballots, casting._shuffle)[0])
        for _ in range(8)
    }
    assert len(drawn) > 1


def test_chance_is_the_systems() -> None:
    assert isinstance(getattr(casting._shuffle, "__self__", None), random.SystemRandom)
