"""What is reconciled, how many are asked, and that anybody draws the same."""

from __future__ import annotations

from math import comb

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from election.audit.evidence import Evidence
from election.audit.reconciliation import (
    RISK,
    Reconciliation,
    accept_seed,
    draw_sample,
    find_margin,
    reconcile,
    size_sample,
)
from election.errors import ElectionError
from election.protocol.board import Board
from election.protocol.counts import CandidateCount
from election.protocol.events import Issued
from tests.audit.story import CHOICES, Told

SEED = "3 1 6 2 5 5 4 1 2 6"


@pytest.mark.parametrize(
    ("counts", "elected", "margin"),
    [
        ((3, 9, 5), 1, 4),
        ((3, 9, 5), 2, 2),
        ((3, 9, 5), 3, None),
        ((4, 4, 1), 1, 0),
        ((), 1, None),
    ],
)
def test_margin_is_between_the_last_elected_and_the_first_who_is_not(
    counts: tuple[int, ...], elected: int, margin: int | None
) -> None:
    assert find_margin(counts, elected=elected) == margin


def make(issued: int, cast: int, margin: int | None) -> Reconciliation:
    counted = (CandidateCount(1, cast, "A"),) if margin is not None else ()
    return Reconciliation(
        1,
        "One",
        listed=9_000,
        online=9_000,
        paper=0,
        issued=issued,
        cast=cast,
        counts=counted,
        margin=margin,
    )


@pytest.mark.parametrize(
    ("cast", "margin", "is_decisive"),
    [(3_000, 84, True), (3_064, 84, True), (3_065, 84, False), (3_148, 0, True)],
)
def test_gap_that_is_not_below_the_margin_has_all_asked(
    cast: int, margin: int, is_decisive: bool
) -> None:
    """3,148 were issued; 148 never cast, where the margin was 84."""
    row = make(3_148, cast, margin)
    assert row.is_decisive is is_decisive
    assert (row.sample_size == row.issued) is is_decisive


def test_nobody_is_drawn_before_there_are_counts() -> None:
    assert make(3_148, 0, None).sample_size is None


@given(st.integers(0, 60), st.data())
def test_sample_is_the_least_that_misses_so_rarely(
    issued: int, data: st.DataObject
) -> None:
    wrong = data.draw(st.integers(1, max(1, issued)))
    size = size_sample(issued, wrong=wrong)
    left = issued - wrong

    def misses(drawn: int) -> bool:
        return comb(max(0, left), drawn) * RISK > comb(issued, drawn)

    assert size == next((each for each in range(issued) if not misses(each)), issued)


def test_sample_may_miss_as_often_as_it_may() -> None:
    """57 of 60 miss one leaf in exactly one of twenty draws."""
    assert size_sample(60, wrong=1) == 57


def test_numbers_are_those_of_the_record(board: Board) -> None:
    row = reconcile(Evidence(board), 1, elected=1)
    assert row.cast == len(CHOICES[1]) == sum(each.count or 0 for each in row.counts)
    assert row.issued == row.cast + row.gap
    assert row.online == row.issued + row.idle
    assert row.listed is not None
    assert row.listed >= row.online + row.paper
    assert row.margin == 1


def test_contest_that_is_not_on_the_record_is_refused(board: Board) -> None:
    with pytest.raises(ElectionError, match="contest 9"):
        reconcile(Evidence(board), 9, elected=1)


def test_anybody_draws_the_same_from_the_specification_alone(board: Board) -> None:
    evidence = Evidence(board)
    ctx = evidence.box(1).ctx
    prefix = b"VECHE1/sample".ljust(32, b"\0") + ctx + keccak(SEED.encode())
    leaves = [entry.event.leaf for entry in evidence.every(Issued, 1)]
    ranked = sorted(leaves, key=lambda leaf: keccak(prefix + leaf))
    drawn = draw_sample(evidence, 1, seed=SEED, size=len(leaves))
    assert [each.leaf for each in drawn] == ranked


def test_larger_sample_goes_on_where_a_smaller_one_ended(board: Board) -> None:
    evidence = Evidence(board)
    large = draw_sample(evidence, 1, seed=SEED, size=4)
    assert draw_sample(evidence, 1, seed=SEED, size=2) == large[:2]
    orders = {
        tuple(draw_sample(evidence, 1, seed=str(each), size=4)) for each in range(9)
    }
    assert len(orders) > 1


def test_place_is_that_of_the_list(board: Board) -> None:
    evidence = Evidence(board)
    places = {e.event.leaf: e.event.request.index for e in evidence.every(Issued, 1)}
    drawn = draw_sample(evidence, 1, seed=SEED, size=9)
    assert {each.leaf: each.index for each in drawn} == places


@pytest.mark.parametrize(
    "seed", ["", " 1", "1  2", "1\n2", "...", "x" * 129, "e\u0301"]
)
def test_seed_with_two_writings_is_refused(seed: str) -> None:
    with pytest.raises(ElectionError, match="seed"):
        accept_seed(seed)


def test_numbers_before_the_end_have_no_margin(told: Told) -> None:
    row = reconcile(Evidence(told.early["polls"]), 1, elected=1)
    assert (row.margin, row.sample_size, row.counts) == (None, None, ())
    early = reconcile(Evidence(told.early["boxes"]), 1, elected=1)
    assert (early.listed, early.issued, early.cast) == (None, 0, 0)
