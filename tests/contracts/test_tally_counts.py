"""Counts are published only if they are what k shares decrypt to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from typing import Final

import pytest

from election.crypto.scalar import ORDER
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import ResultPublished
from election.protocol.tally import TallyState
from tests.contracts.rehearsal import COUNTS, EMPTY, LARGE, SMALL
from tests.contracts.sums import Sums, open_sums

RIGHT: Final = COUNTS[LARGE]
WRONG: Final = "tally: counts are not what was cast"
QUORUM: Final = (1, 3, 4)


@pytest.fixture
def sums() -> Iterator[Sums]:
    """All trustees but the last have given their shares."""
    with open_sums() as opened:
        opened.give_shares((1, 2, 3, 4))
        yield opened


def test_counts_are_published_with_the_trustees_who_opened_them(sums: Sums) -> None:
    (log,) = sums.send(sums.finalize(QUORUM, RIGHT)).logs
    event = decode_event(log, ContractName.TALLY)
    assert event == ResultPublished(LARGE, QUORUM, RIGHT)
    assert sums.rehearsal.opened.tally.counts(LARGE) == RIGHT
    assert sums.rehearsal.opened.tally.state(LARGE) is TallyState.FINAL


def test_every_threshold_of_trustees_opens_the_same_counts(sums: Sums) -> None:
    sums.give_shares((5,))
    for trustees in combinations(range(1, 6), 3):
        assert sums.refusal(sums.finalize(trustees, RIGHT)) is None
        assert sums.refusal(sums.finalize(trustees, RIGHT[::-1])) == WRONG


# Wrong counts


@pytest.mark.parametrize(
    "counts", [each for each in permutations(RIGHT) if each != RIGHT]
)
def test_counts_are_refused_when_candidates_are_exchanged(
    sums: Sums, counts: tuple[int, ...]
) -> None:
    """With one equation for all candidates, a permutation could be found to hold."""
    assert sums.refusal(sums.finalize(QUORUM, counts)) == WRONG


@pytest.mark.parametrize("counts", [(3, 0, 3), (1, 2, 3), (2, 2, 2), (6, 0, 0)])
def test_counts_are_refused_when_only_their_sum_is_right(
    sums: Sums, counts: tuple[int, ...]
) -> None:
    assert sums.refusal(sums.finalize(QUORUM, counts)) == WRONG


@pytest.mark.parametrize(
    "counts", [(2, 1, 2), (2, 1, 4), (0, 0, 0), (0, 1, 3), (6, 6, 6)]
)
def test_counts_are_refused_when_their_sum_is_wrong(
    sums: Sums, counts: tuple[int, ...]
) -> None:
    reason = "tally: counts do not sum to the ballots cast"
    assert sums.refusal(sums.finalize(QUORUM, counts)) == reason


@pytest.mark.parametrize(
    "counts",
    [
        (7, 0, 0),
        (2, 1, 3 + ORDER),
        (ORDER - 1, 4, 3),
        (3, ORDER - 1, 4),
        (2**256 - 1, 1, 6),
    ],
)
def test_count_is_refused_above_the_ballots_cast(
    sums: Sums, counts: tuple[int, ...]
) -> None:
    """The second equals the right ones modulo q."""
    reason = "tally: count above the ballots cast"
    assert sums.refusal(sums.finalize(QUORUM, counts)) == reason


@pytest.mark.parametrize("counts", [(), (6,), (2, 4), (2, 1, 3, 0)])
def test_counts_are_refused_when_there_is_not_one_for_each_candidate(
    sums: Sums, counts: tuple[int, ...]
) -> None:
    reason = "tally: not one count for each candidate"
    assert sums.refusal(sums.finalize(QUORUM, counts)) == reason


# Trustees


@pytest.mark.parametrize("trustees", [(), (1,), (1, 2), (1, 2, 3, 4)])
def test_counts_are_refused_without_exactly_k_trustees(
    sums: Sums, trustees: tuple[int, ...]
) -> None:
    reason = "tally: not exactly k trustees"
    assert sums.refusal(sums.finalize(trustees, RIGHT)) == reason


@pytest.mark.parametrize("trustees", [(1, 4, 3), (3, 1, 4), (1, 1, 3), (0, 1, 3)])
def test_counts_are_refused_when_trustees_are_not_increasing(
    sums: Sums, trustees: tuple[int, ...]
) -> None:
    reason = "tally: trustees are not increasing"
    assert sums.refusal(sums.finalize(trustees, RIGHT)) == reason


@pytest.mark.parametrize("trustees", [(1, 2, 5), (1, 2, 6), (1, 2, 2**256 - 1)])
def test_counts_are_refused_with_a_trustee_who_gave_no_share(
    sums: Sums, trustees: tuple[int, ...]
) -> None:
    reason = "tally: trustee has no share here"
    assert sums.refusal(sums.finalize(trustees, RIGHT)) == reason


def test_shares_of_one_contest_open_no_other(sums: Sums) -> None:
    small = sums.of(SMALL)
    reason = "tally: trustee has no share here"
    assert sums.refusal(small.finalize(QUORUM, COUNTS[SMALL])) == reason


@pytest.mark.parametrize("contest", [EMPTY, 999])
def test_contest_that_is_not_open_takes_no_counts(sums: Sums, contest: int) -> None:
    reason = "tally: contest is not open for a result"
    assert sums.refusal(sums.of(contest).finalize(QUORUM, (0, 0, 0))) == reason


def test_contest_is_counted_once(sums: Sums) -> None:
    act = sums.finalize(QUORUM, RIGHT)
    sums.send(act)
    assert sums.refusal(act) == "tally: contest is not open for a result"
