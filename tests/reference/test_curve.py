"""Points are decoded as py_ecc has them, and harmful ones are refused."""

from __future__ import annotations

import pytest

from reference import curve
from reference.errors import RefutedError
from tests.reference import curve as other
from tests.reference.low_order import (
    ORDERS,
    low_order_bytes,
    shifted_generator_bytes,
    twist_point_bytes,
)


def doubled(factor: int) -> bytes:
    return other.encode_g1(other.multiply(other.G, factor))


@pytest.mark.parametrize("factor", [1, 2, 3, 12345, other.ORDER - 1])
def test_multiples_of_the_generator_agree(factor: int) -> None:
    raw = doubled(factor)
    assert curve.decode_g1(raw) == curve.multiply(curve.G, factor)
    assert curve.encode_g1(curve.multiply(curve.G, factor)) == raw


@pytest.mark.parametrize("factor", [1, 2, 7, other.ORDER - 1])
def test_multiples_of_the_second_generator_agree(factor: int) -> None:
    raw = other.encode_g2(other.multiply(other.G2, factor))
    assert curve.decode_g2(raw) == curve.multiply(curve.G2, factor)


def test_generator_k_agrees() -> None:
    suite = b"VECHE1-GEN-BLS12381G1_XMD:SHA-256_SSWU_RO_"
    raw = other.encode_g1(other.hash_to_curve(b"VECHE1/generator/K", suite))
    assert curve.encode_g1(curve.generator_k()) == raw


def test_infinity_is_refused_unless_it_may_be() -> None:
    assert curve.decode_g1(bytes(128), may_be_infinity=True) == curve.INFINITY
    assert curve.decode_g2(bytes(256), may_be_infinity=True) == curve.INFINITY_2
    assert curve.encode_g1(curve.INFINITY) == bytes(128)
    with pytest.raises(RefutedError, match="infinity"):
        curve.decode_g1(bytes(128))
    with pytest.raises(RefutedError, match="infinity"):
        curve.decode_g2(bytes(256))


@pytest.mark.parametrize("order", ORDERS)
def test_point_outside_the_subgroup_is_refused(order: int) -> None:
    for raw in (low_order_bytes(order), shifted_generator_bytes(order)):
        with pytest.raises(RefutedError, match="outside the subgroup"):
            curve.decode_g1(raw, may_be_infinity=True)


def test_point_of_the_twist_outside_the_subgroup_is_refused() -> None:
    with pytest.raises(RefutedError, match="outside the subgroup"):
        curve.decode_g2(twist_point_bytes())


@pytest.mark.parametrize(
    ("raw", "fact"),
    [
        (doubled(5)[:127], "length"),
        (doubled(5) + b"\0", "length"),
        (b"\1" + doubled(5)[1:], "not reduced"),
        (b"\xff" * 128, "not reduced"),
        (doubled(5)[:127] + bytes([doubled(5)[127] ^ 1]), "not on the curve"),
        (doubled(5)[:64] + bytes(64), "not on the curve"),
    ],
)
def test_malformed_point_is_refused(raw: bytes, fact: str) -> None:
    with pytest.raises(RefutedError, match=fact):
        curve.decode_g1(raw)


@pytest.mark.parametrize("at", [63, 127, 191, 255])
def test_malformed_point_of_the_twist_is_refused(at: int) -> None:
    raw = bytearray(other.encode_g2(other.G2))
    raw[at] ^= 1
    with pytest.raises(RefutedError, match="not on the curve"):
        curve.decode_g2(bytes(raw))


@pytest.mark.parametrize("size", [0, 255, 257, 320])
def test_point_of_the_twist_of_another_length_is_refused(size: int) -> None:
    raw = other.encode_g2(other.G2) + bytes(64)
    with pytest.raises(RefutedError, match="length"):
        curve.decode_g2(raw[:size])


def test_pairings_are_equal_exactly_for_the_same_product() -> None:
    def pair(left: int, right: int) -> object:
        first, second = curve.multiply(curve.G, left), curve.multiply(curve.G2, right)
        return curve.begin_pairing(first, second)

    assert curve.are_equal(pair(6, 1), pair(2, 3))
    assert not curve.are_equal(pair(6, 1), pair(2, 4))
