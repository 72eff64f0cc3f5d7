"""Counts come out of the exponent, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.discrete_log import build_table, find_count
from election.crypto.group import G
from election.crypto.scalar import ORDER, Scalar
from election.errors import CountError

TABLE = build_table()
BOUND = 500_000


@given(st.integers(0, BOUND))
@settings(max_examples=30)
def test_count_is_found(count: int) -> None:
    assert find_count(G * Scalar(count), TABLE, bound=BOUND) == count


@pytest.mark.parametrize("count", [0, 1, 4095, 4096, 8191, BOUND])
def test_count_is_found_at_the_seams_of_the_table(count: int) -> None:
    assert find_count(G * Scalar(count), TABLE, bound=BOUND) == count


@pytest.mark.parametrize("count", [0, 3, 10])
def test_count_at_the_bound_is_found(count: int) -> None:
    assert find_count(G * Scalar(count), TABLE, bound=count) == count


@pytest.mark.parametrize("count", [11, 4095, 4097, ORDER - 1])
def test_count_is_refused_when_it_is_above_the_bound(count: int) -> None:
    with pytest.raises(CountError, match=r"count: not in 0\.\.10"):
        find_count(G * Scalar(count), TABLE, bound=10)
