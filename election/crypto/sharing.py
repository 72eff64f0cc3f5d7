"""Shares of a secret modulo q that any k of n holders can use together.

Shamir 1979, with Feldman's commitments, in G1 and G2. Secrets are combined only in
the exponent: nothing here puts a shared key together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from election.crypto.group import Point, msm
from election.crypto.scalar import Scalar, invert_scalar, reduce_scalar


def evaluate_polynomial(polynomial: Sequence[Scalar], at: int) -> Scalar:
    """Evaluate a polynomial, lowest coefficient first, at a holder's index."""
    value = 0
    for coefficient in reversed(polynomial):
        value = value * at + coefficient
    return reduce_scalar(value)


def commit_polynomial(polynomial: Sequence[Scalar], base: Point) -> tuple[Point, ...]:
    """Commit to every coefficient: F_c = a_c B."""
    return tuple(base * coefficient for coefficient in polynomial)


def evaluate_commitments(commitments: Sequence[Point], at: int) -> Point:
    """Compute what the share at this index must be in the exponent."""
    powers = [reduce_scalar(at**degree) for degree in range(len(commitments))]
    return msm(commitments, powers)


def lagrange_coefficients(indices: Sequence[int]) -> dict[int, Scalar]:
    """List lambda_m = prod j/(j - m) modulo q for distinct indices from 1."""
    coefficients = {}
    for m in indices:
        above, below = 1, 1
        for j in indices:
            if j != m:
                above, below = above * j, below * (j - m)
        coefficients[m] = reduce_scalar(above * invert_scalar(reduce_scalar(below)))
    return coefficients


def combine_shares(shares: Mapping[int, Point]) -> Point:
    """Interpolate at zero the shares of at least k holders, by index."""
    coefficients = lagrange_coefficients(tuple(shares))
    return msm(list(shares.values()), [coefficients[m] for m in shares])
