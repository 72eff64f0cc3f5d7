"""Scalars are parsed strictly."""

from __future__ import annotations

import pytest
from hypothesis import given

from election.crypto.scalar import (
    ORDER,
    Scalar,
    decode_scalar,
    encode_scalar,
    invert_scalar,
    reduce_scalar,
)
from election.errors import EncodingError
from tests.strategies import nonzero_scalars, scalars


@given(scalars)
def test_scalar_survives_a_round_trip(scalar: Scalar) -> None:
    assert decode_scalar(encode_scalar(scalar)) == scalar


@pytest.mark.parametrize("value", [ORDER, ORDER + 1, 2**256 - 1])
def test_scalar_is_refused_when_it_is_not_below_the_order(value: int) -> None:
    with pytest.raises(EncodingError, match="scalar: not below the group order"):
        decode_scalar(value.to_bytes(32, "big"))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_scalar_is_refused_when_its_length_is_wrong(length: int) -> None:
    with pytest.raises(EncodingError, match="bytes instead of 32"):
        decode_scalar(bytes(length))


@given(nonzero_scalars)
def test_scalar_times_its_inverse_is_one(scalar: Scalar) -> None:
    assert reduce_scalar(scalar * invert_scalar(scalar)) == 1
