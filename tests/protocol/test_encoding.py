"""A ballot record is its only encoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.elgamal import Ciphertext
from election.crypto.group import G1_INFINITY, G, K
from election.crypto.scalar import ORDER
from election.errors import EncodingError
from election.protocol.encoding import (
    decode_g1_list,
    decode_record,
    decode_totals,
    encode_points,
    encode_record,
    encode_totals,
)
from tests import honest
from tests.reference import low_order

SLOTS = len(honest.CANDIDATES)
WORD = 32
POINTS = [WORD + 128 * position for position in range(4 + 2 * SLOTS)]
SIGMA = WORD * (22 + 9 * SLOTS)
RESPONSES = [WORD * (17 + 8 * SLOTS + position) for position in range(SLOTS)]


def raw() -> bytes:
    return honest.ballot(1, 1)


def put(part: bytes, *, at: int) -> bytes:
    return raw()[:at] + part + raw()[at + len(part) :]


def test_record_survives_a_round_trip() -> None:
    assert encode_record(decode_record(raw(), slots=SLOTS)) == raw()


def test_record_has_26_words_and_9_for_each_slot() -> None:
    assert len(raw()) == WORD * (26 + 9 * SLOTS)


@given(st.integers(0, len(honest.CANDIDATES) * 288 + 831), st.integers(1, 255))
def test_changed_byte_is_refused_or_kept(at: int, mask: int) -> None:
    changed = put(bytes([raw()[at] ^ mask]), at=at)
    try:
        record = decode_record(changed, slots=SLOTS)
    except EncodingError:
        return
    assert encode_record(record) == changed


@pytest.mark.parametrize("size", [0, 1, 31, 832, len(raw()) - 1])
def test_record_is_refused_when_it_is_short(size: int) -> None:
    with pytest.raises(EncodingError, match=rf"ballot: {size} bytes instead of"):
        decode_record(raw()[:size], slots=SLOTS)


def test_record_is_refused_when_bytes_follow() -> None:
    with pytest.raises(EncodingError, match="bytes instead of"):
        decode_record(raw() + b"\0", slots=SLOTS)


@pytest.mark.parametrize("slots", [2, 4])
def test_record_is_refused_in_a_contest_with_other_slots(slots: int) -> None:
    with pytest.raises(EncodingError, match="bytes instead of"):
        decode_record(raw(), slots=slots)


@pytest.mark.parametrize("order", low_order.ORDERS[:3])
@pytest.mark.parametrize("at", [*POINTS, SIGMA])
def test_record_is_refused_when_a_point_is_outside_the_subgroup(
    at: int, order: int
) -> None:
    shifted = put(low_order.shifted_generator_bytes(order), at=at)
    with pytest.raises(EncodingError, match="not in the prime-order subgroup"):
        decode_record(shifted, slots=SLOTS)


@pytest.mark.parametrize("at", [POINTS[0], SIGMA])
def test_record_is_refused_when_a_or_sigma_is_infinity(at: int) -> None:
    with pytest.raises(EncodingError, match="infinity"):
        decode_record(put(bytes(128), at=at), slots=SLOTS)


@pytest.mark.parametrize("at", POINTS[1:])
def test_other_points_may_be_infinity(at: int) -> None:
    changed = put(bytes(128), at=at)
    assert encode_record(decode_record(changed, slots=SLOTS)) == changed


@pytest.mark.parametrize("at", RESPONSES)
def test_record_is_refused_when_a_response_is_not_reduced(at: int) -> None:
    value = int.from_bytes(raw()[at : at + WORD], "big")
    with pytest.raises(EncodingError, match="scalar: not below the group order"):
        decode_record(put((value + ORDER).to_bytes(WORD, "big"), at=at), slots=SLOTS)


def test_record_is_refused_when_its_credential_is_padded() -> None:
    with pytest.raises(EncodingError, match="credential: padding is not zero"):
        decode_record(put(b"\x01", at=11), slots=SLOTS)


def test_record_is_refused_when_its_credential_is_zero() -> None:
    with pytest.raises(EncodingError, match="address: zero"):
        decode_record(put(bytes(32), at=0), slots=SLOTS)


@given(st.binary(max_size=2000))
def test_arbitrary_bytes_are_refused(garbage: bytes) -> None:
    with pytest.raises(EncodingError):
        decode_record(garbage, slots=SLOTS)


def test_totals_survive_a_round_trip() -> None:
    totals = Ciphertext(G, (K, G1_INFINITY))
    assert decode_totals(encode_totals(totals), slots=2) == totals


@pytest.mark.parametrize("size", [0, 128, 256, 383, 385, 512])
def test_totals_are_refused_when_their_length_is_wrong(size: int) -> None:
    with pytest.raises(EncodingError, match="totals"):
        decode_totals(bytes(size), slots=2)


def test_points_survive_a_round_trip() -> None:
    assert decode_g1_list(encode_points((G, K))) == (G, K)


@pytest.mark.parametrize("size", [0, 127, 129])
def test_points_are_refused_when_their_length_is_wrong(size: int) -> None:
    with pytest.raises(EncodingError, match="g1 points"):
        decode_g1_list(bytes(size))
