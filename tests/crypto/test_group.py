"""Points are accepted only in the one encoding, on the curve, in the subgroup."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.group import (
    G1_INFINITY,
    G2,
    G2_INFINITY,
    G,
    G1Point,
    K,
    decode_g1,
    decode_g2,
    encode_g1,
    encode_g2,
    hash_to_curve,
    msm,
    pairing_check,
)
from election.crypto.scalar import ORDER, Scalar, reduce_scalar
from election.errors import EncodingError
from tests.reference import curve, low_order
from tests.strategies import points, scalars
from tests.vector_files import VECHE1


@given(points)
def test_g1_point_survives_a_round_trip(point: G1Point) -> None:
    assert decode_g1(encode_g1(point)) == point


@given(scalars)
@settings(max_examples=20)
def test_g2_point_survives_a_round_trip(scalar: Scalar) -> None:
    point = G2 * scalar
    assert decode_g2(encode_g2(point), allow_infinity=True) == point


@given(scalars)
@settings(max_examples=10)
def test_multiples_agree_with_the_reference(scalar: Scalar) -> None:
    if scalar:
        assert encode_g1(G * scalar) == curve.encode_g1(curve.multiply(curve.G, scalar))
        assert encode_g2(G2 * scalar) == curve.encode_g2(
            curve.multiply(curve.G2, scalar)
        )


@given(scalars, scalars)
def test_addition_is_that_of_the_exponents(left: Scalar, right: Scalar) -> None:
    total = reduce_scalar(left + right)
    assert G * left + G * right == G * total
    assert G * left - G * right == G * reduce_scalar(left - right)
    assert -(G * left) == G * reduce_scalar(-left)


@given(scalars, scalars)
@settings(max_examples=10)
def test_g2_addition_is_that_of_the_exponents(left: Scalar, right: Scalar) -> None:
    assert G2 * left + G2 * right == G2 * reduce_scalar(left + right)
    assert G2 * left - G2 * right == G2 * reduce_scalar(left - right)
    assert -(G2 * left) == G2 * reduce_scalar(-left)


@given(st.lists(st.tuples(points, scalars), min_size=1, max_size=8))
@settings(max_examples=20)
def test_msm_is_the_sum_of_products(pairs: list[tuple[G1Point, Scalar]]) -> None:
    total = G1_INFINITY
    for point, factor in pairs:
        total += point * factor
    assert msm([p for p, _ in pairs], [s for _, s in pairs]) == total


def test_msm_works_in_g2() -> None:
    assert msm([G2, G2], [Scalar(2), Scalar(3)]) == G2 * Scalar(5)


def test_msm_refuses_lists_of_different_length() -> None:
    with pytest.raises(ValueError, match="2 points and 1 scalars"):
        msm([G, K], [Scalar(1)])


@given(scalars, scalars)
@settings(max_examples=5)
def test_pairing_is_bilinear(left: Scalar, right: Scalar) -> None:
    product = reduce_scalar(left * right)
    assert pairing_check([(G * left, G2 * right), (-(G * product), G2)])
    assert not pairing_check([(G * left, G2 * right), (G * product + G, -G2)])


@pytest.mark.parametrize("order", low_order.ORDERS)
@pytest.mark.parametrize(
    "make", [low_order.low_order_bytes, low_order.shifted_generator_bytes]
)
def test_g1_point_is_refused_when_it_is_outside_the_subgroup(
    make: Callable[[int], bytes], order: int
) -> None:
    with pytest.raises(EncodingError, match="not in the prime-order subgroup"):
        decode_g1(make(order))


def test_g2_point_is_refused_when_it_is_outside_the_subgroup() -> None:
    with pytest.raises(EncodingError, match="not in the prime-order subgroup"):
        decode_g2(low_order.twist_point_bytes())


def test_g1_point_is_refused_when_it_is_off_the_curve() -> None:
    raw = bytearray(encode_g1(G))
    raw[-1] ^= 1
    with pytest.raises(EncodingError, match="not on the curve"):
        decode_g1(bytes(raw))


def test_g2_point_is_refused_when_it_is_off_the_curve() -> None:
    raw = bytearray(encode_g2(G2))
    raw[-1] ^= 1
    with pytest.raises(EncodingError, match="not on the curve"):
        decode_g2(bytes(raw))


@pytest.mark.parametrize("coordinate", [0, 1])
def test_g1_point_is_refused_when_a_coordinate_is_not_reduced(coordinate: int) -> None:
    raw = bytearray(encode_g1(G))
    at = slice(64 * coordinate, 64 * coordinate + 64)
    raw[at] = (int.from_bytes(raw[at], "big") + curve.PRIME).to_bytes(64, "big")
    with pytest.raises(EncodingError, match="coordinate not below the field prime"):
        decode_g1(bytes(raw))


def test_g1_point_is_refused_when_a_coordinate_is_the_prime() -> None:
    """(p, y) reads as (0, y): y^2 = 4 has the root 2, so only this check stops it."""
    raw = curve.PRIME.to_bytes(64, "big") + (2).to_bytes(64, "big")
    with pytest.raises(EncodingError, match="coordinate not below the field prime"):
        decode_g1(raw)


@pytest.mark.parametrize("at", [0, 15, 64, 79])
def test_g1_point_is_refused_when_its_padding_is_not_zero(at: int) -> None:
    raw = bytearray(encode_g1(G))
    raw[at] = 1
    with pytest.raises(EncodingError, match="padding is not zero"):
        decode_g1(bytes(raw))


@pytest.mark.parametrize("length", [0, 48, 96, 127, 129, 256])
def test_g1_point_is_refused_when_its_length_is_wrong(length: int) -> None:
    with pytest.raises(EncodingError, match="bytes instead of 128"):
        decode_g1(bytes(length))


@pytest.mark.parametrize("length", [0, 128, 255, 257])
def test_g2_point_is_refused_when_its_length_is_wrong(length: int) -> None:
    with pytest.raises(EncodingError, match="bytes instead of 256"):
        decode_g2(bytes(length))


def test_infinity_is_refused_unless_it_is_allowed() -> None:
    with pytest.raises(EncodingError, match="g1 point: infinity"):
        decode_g1(bytes(128))
    with pytest.raises(EncodingError, match="g2 point: infinity"):
        decode_g2(bytes(256))
    assert decode_g1(bytes(128), allow_infinity=True).is_infinity
    assert decode_g2(bytes(256), allow_infinity=True).is_infinity


def test_infinity_is_all_zeros() -> None:
    assert encode_g1(G1_INFINITY) == bytes(128)
    assert encode_g2(G2_INFINITY) == bytes(256)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(EncodingError):
        decode_g1(raw)
    with pytest.raises(EncodingError):
        decode_g2(raw)


def test_order_annihilates_the_generators() -> None:
    last = Scalar(ORDER - 1)
    assert (G * last + G).is_infinity
    assert (G2 * last + G2).is_infinity


def test_hash_to_curve_reproduces_rfc_9380() -> None:
    """RFC 9380, J.9.1, message "abc"."""
    dst = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
    x = (
        "03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0"
        "a9a7943388a49a3aee664ba5379a7655d3c68900be2f6903"
    )
    y = (
        "0b9c15f3fe6e5cf4211f346271d7b01c8f3b28be689c8429"
        "c85b67af215533311f0b8dfaaa154fa6b88176c229f2885d"
    )
    padding = "00" * 16
    assert encode_g1(hash_to_curve(b"abc", dst=dst)).hex() == padding + x + padding + y


@given(st.binary(max_size=64), st.binary(min_size=1, max_size=64))
@settings(max_examples=5)
def test_hash_to_curve_agrees_with_the_reference(message: bytes, dst: bytes) -> None:
    expected = curve.encode_g1(curve.hash_to_curve(message, dst))
    assert encode_g1(hash_to_curve(message, dst=dst)) == expected


def test_second_generator_is_the_one_of_the_vectors() -> None:
    assert encode_g1(K).hex() == VECHE1["K"]
