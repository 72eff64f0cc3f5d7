"""Any k shares agree on the secret in the exponent, k - 1 do not."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.group import G2, G
from election.crypto.scalar import ORDER, Scalar
from election.crypto.sharing import (
    combine_shares,
    commit_polynomial,
    evaluate_commitments,
    evaluate_polynomial,
    lagrange_coefficients,
)
from tests import vector_files
from tests.strategies import scalars

polynomials = st.lists(scalars, min_size=2, max_size=4)


def test_coefficients_are_those_of_the_vectors() -> None:
    expected = vector_files.VECHE1["credential"]["lambda_"]
    coefficients = lagrange_coefficients([int(index) for index in expected])
    assert {str(index): hex(value) for index, value in coefficients.items()} == expected


@given(polynomials)
@settings(max_examples=10)
def test_every_subset_of_threshold_size_gives_the_same_point(
    polynomial: list[Scalar],
) -> None:
    shares = {m: G * evaluate_polynomial(polynomial, m) for m in range(1, 6)}
    for subset in combinations(shares, len(polynomial)):
        assert combine_shares({m: shares[m] for m in subset}) == G * polynomial[0]


def test_one_share_less_gives_another_point() -> None:
    polynomial = (Scalar(5), Scalar(6), Scalar(7))
    shares = {m: G * evaluate_polynomial(polynomial, m) for m in (1, 2)}
    assert combine_shares(shares) != G * polynomial[0]


@given(polynomials, st.integers(1, 10))
@settings(max_examples=10)
def test_share_fits_the_commitments(polynomial: list[Scalar], index: int) -> None:
    share = evaluate_polynomial(polynomial, index)
    assert evaluate_commitments(commit_polynomial(polynomial, G), index) == G * share
    assert evaluate_commitments(commit_polynomial(polynomial, G2), index) == G2 * share


def test_wrong_share_does_not_fit_the_commitments() -> None:
    polynomial = (Scalar(5), Scalar(6))
    wrong = Scalar(evaluate_polynomial(polynomial, 3) + 1)
    assert evaluate_commitments(commit_polynomial(polynomial, G), 3) != G * wrong


@pytest.mark.parametrize(("at", "value"), [(1, 18), (2, 45), (10, 765)])
def test_polynomial_is_evaluated_lowest_coefficient_first(at: int, value: int) -> None:
    assert evaluate_polynomial((Scalar(5), Scalar(6), Scalar(7)), at) == value


def test_evaluation_is_reduced() -> None:
    assert evaluate_polynomial((Scalar(ORDER - 1), Scalar(ORDER - 1)), 3) == ORDER - 4
