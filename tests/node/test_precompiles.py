from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from eth.exceptions import VMError
from eth.precompiles.bls12_381.bls12_381_g1 import (
    bls12_g1_add,
    bls12_g1_msm,
    bls12_map_fp_to_g1,
)
from eth.precompiles.bls12_381.bls12_381_g2 import (
    bls12_g2_add,
    bls12_g2_msm,
    bls12_map_fp2_to_g2,
)
from eth.precompiles.bls12_381.bls12_381_pairing import bls12_pairing_check
from hypothesis import given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from curve.arkworks import Arkworks
from curve.blst import Blst
from curve.combinations import WORTHWHILE
from node.errors import PrecompileError
from node.precompiles import BLS_PRECOMPILES, foresee, serve

_VECTORS = Path(__file__).parent / "vectors" / "eip-2537"
_ADDRESSES = {
    "add_G1": 0x0B,
    "mul_G1": 0x0C,
    "msm_G1": 0x0C,
    "add_G2": 0x0D,
    "mul_G2": 0x0E,
    "msm_G2": 0x0E,
    "pairing_check": 0x0F,
    "map_fp_to_G1": 0x10,
    "map_fp2_to_G2": 0x11,
}
_PURE_PYTHON = {
    0x0B: bls12_g1_add,
    0x0C: bls12_g1_msm,
    0x0D: bls12_g2_add,
    0x0E: bls12_g2_msm,
    0x0F: bls12_pairing_check,
    0x10: bls12_map_fp_to_g1,
    0x11: bls12_map_fp2_to_g2,
}
_LIBRARIES = [serve(Blst()), serve(Arkworks())]
_Q = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
_P = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
    "1eabfffeb153ffffb9feffffffffaaab",
    16,
)


def _official_input(file: str, name: str) -> bytes:
    cases = json.loads((_VECTORS / file).read_text())
    return next(bytes.fromhex(c["Input"]) for c in cases if c["Name"] == name)


# On the curve, outside the subgroup.
_OUTSIDE_G1 = _official_input(
    "fail-mul_G1_bls.json", "bls_g1mul_g1_not_in_correct_subgroup"
)[:128]
_OUTSIDE_G2 = _official_input(
    "fail-mul_G2_bls.json", "bls_g2mul_g2_not_in_correct_subgroup"
)[:256]
# Order 3: (0, 2) satisfies y^2 = x^3 + 4.
_ORDER_THREE = bytes(127) + b"\x02"


def _cases() -> Iterator[Any]:
    for path in sorted(_VECTORS.glob("*_bls.json")):
        name = path.name.removeprefix("fail-").removesuffix("_bls.json")
        for case in json.loads(path.read_text()):
            yield pytest.param(_ADDRESSES[name], case, id=case["Name"])
    for case in json.loads((_VECTORS / "state-tests.json").read_text()):
        yield pytest.param(case["Precompile"], case, id=case["Name"])


@pytest.mark.parametrize(("address", "case"), list(_cases()))
def test_official_vector(address: int, case: dict[str, Any]) -> None:
    payload = bytes.fromhex(case["Input"])
    for precompile in (library[address] for library in _LIBRARIES):
        if "ExpectedError" in case:
            with pytest.raises(PrecompileError):
                precompile.run(payload)
        else:
            assert precompile.run(payload).hex() == case["Expected"]
            assert precompile.gas(payload) == case.get("Gas", precompile.gas(payload))


def _pad(coordinates: bytes) -> bytes:
    return b"".join(
        bytes(16) + coordinates[i : i + 48] for i in range(0, len(coordinates), 48)
    )


def _g1(factor: int) -> bytes:
    return _pad((G1Point() * Scalar(factor)).to_xy_bytes_be())


def _g2(factor: int) -> bytes:
    return _pad((G2Point() * Scalar(factor)).to_xy_bytes_be())


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _ask_py_evm(address: int, payload: bytes) -> tuple[bytes | None, int]:
    """Run py-evm's own precompile; returns its output, None on failure, and gas."""
    charged: list[int] = []
    asked = SimpleNamespace(
        msg=SimpleNamespace(data=payload, data_as_bytes=payload),
        consume_gas=lambda gas, *_args, **_words: charged.append(gas),
        output=b"",
    )
    try:
        _PURE_PYTHON[address](asked)  # type: ignore[arg-type]  # all it touches
    except VMError:
        return None, sum(charged)
    return asked.output, sum(charged)


def _expect_py_evms(address: int, payload: bytes) -> None:
    """Ask both libraries for py-evm's output and gas, or for its failure."""
    expected, gas = _ask_py_evm(address, payload)
    for precompile in (library[address] for library in _LIBRARIES):
        if expected is None:
            with pytest.raises(PrecompileError):
                precompile.run(payload)
        else:
            assert precompile.run(payload) == expected
            assert precompile.gas(payload) == gas


_INFINITY_1, _INFINITY_2 = bytes(128), bytes(256)
_EDGES = {
    "g1 add, infinity twice": (0x0B, _INFINITY_1 * 2),
    "g1 add, infinity left": (0x0B, _INFINITY_1 + _g1(5)),
    "g1 add, opposite points": (0x0B, _g1(5) + _g1(_Q - 5)),
    "g1 add, doubling": (0x0B, _g1(5) * 2),
    "g1 add, outside the subgroup": (0x0B, _OUTSIDE_G1 + _g1(5)),
    "g1 add, order three": (0x0B, _ORDER_THREE * 2),
    "g1 add, padding": (0x0B, b"\x01" + _g1(5)[1:] + _g1(5)),
    "g1 add, x is p": (0x0B, _pad(_P.to_bytes(48, "big") + bytes(48)) + _g1(5)),
    "g1 add, off the curve": (0x0B, _g1(5)[:-1] + b"\x00" + _g1(5)),
    "g1 add, short": (0x0B, _g1(5) + _g1(5)[:-1]),
    "g1 msm, empty": (0x0C, b""),
    "g1 msm, infinity": (0x0C, _INFINITY_1 + _word(7)),
    "g1 msm, zero scalar": (0x0C, _g1(5) + _word(0)),
    "g1 msm, scalar of the order": (0x0C, _g1(5) + _word(_Q)),
    "g1 msm, largest scalar": (0x0C, _g1(5) + _word(2**256 - 1)),
    "g1 msm, zero times an outsider": (0x0C, _OUTSIDE_G1 + _word(0)),
    "g1 msm, zero times order three": (0x0C, _ORDER_THREE + _word(0)),
    "g1 msm, order three": (0x0C, _ORDER_THREE + _word(3)),
    "g1 msm, repeated points": (0x0C, (_g1(5) + _word(9)) * 3),
    "g1 msm, cancelling": (0x0C, _g1(5) + _word(9) + _g1(_Q - 5) + _word(9)),
    "g1 msm, outsider last": (0x0C, _g1(5) + _word(9) + _OUTSIDE_G1 + _word(1)),
    "g2 add, infinity twice": (0x0D, _INFINITY_2 * 2),
    "g2 add, opposite points": (0x0D, _g2(5) + _g2(_Q - 5)),
    "g2 add, doubling": (0x0D, _g2(5) * 2),
    "g2 add, padding": (0x0D, b"\x01" + _g2(5)[1:] + _g2(5)),
    "g2 add, outside the subgroup": (0x0D, _OUTSIDE_G2 + _g2(5)),
    "g2 msm, zero times an outsider": (0x0E, _OUTSIDE_G2 + _word(0)),
    "pairing, outsider right": (0x0F, _INFINITY_1 + _OUTSIDE_G2),
    "g2 msm, zero scalar": (0x0E, _g2(5) + _word(0)),
    "g2 msm, largest scalar": (0x0E, _g2(5) + _word(2**256 - 1)),
    "g2 msm, infinity": (0x0E, _INFINITY_2 + _word(7)),
    "pairing, infinities": (0x0F, _INFINITY_1 + _INFINITY_2),
    "pairing, one infinity": (0x0F, _g1(1) + _INFINITY_2),
    "pairing, not one": (0x0F, _g1(2) + _g2(3)),
    "pairing, cancelling": (0x0F, _g1(6) + _g2(1) + _g1(_Q - 2) + _g2(3)),
    "pairing, outsider": (0x0F, _OUTSIDE_G1 + _INFINITY_2),
    "pairing, order three": (0x0F, _ORDER_THREE + _INFINITY_2),
    "map to g1, zero": (0x10, bytes(64)),
    "map to g1, p": (0x10, _pad(_P.to_bytes(48, "big"))),
    "map to g1, padding": (0x10, b"\x01" + bytes(63)),
    "map to g2, zero": (0x11, bytes(128)),
    "map to g2, largest": (0x11, _pad((_P - 1).to_bytes(48, "big") * 2)),
    "map to g2, p": (0x11, _pad(bytes(48) + _P.to_bytes(48, "big"))),
}


@pytest.mark.parametrize("name", _EDGES)
def test_py_evms_own_precompile_agrees(name: str) -> None:
    address, payload = _EDGES[name]
    _expect_py_evms(address, payload)


@pytest.mark.parametrize(("address", "pair"), [(0x0C, 160), (0x0E, 288), (0x0F, 384)])
@pytest.mark.parametrize("cut", [1, 31, 32, 33])
def test_a_list_that_ends_early_is_rejected(address: int, pair: int, cut: int) -> None:
    whole = bytes(2 * pair)
    BLS_PRECOMPILES[address].run(whole)
    with pytest.raises(PrecompileError):
        BLS_PRECOMPILES[address].run(whole[:-cut])


@settings(max_examples=10)
@given(st.lists(st.tuples(st.integers(0, _Q), st.integers(0, 2**256 - 1)), max_size=3))
def test_py_evm_agrees_on_sums_of_random_multiples(
    pairs: list[tuple[int, int]],
) -> None:
    payload = b"".join(_g1(k % _Q) + _word(scalar) for k, scalar in pairs)
    _expect_py_evms(0x0C, payload)


@st.composite
def _terms(draw: st.DrawFn) -> bytes:
    """Draw terms of many sizes, near the borders between short and long, too."""
    near = st.sampled_from([0, 1, 2**127, 2**128, _Q // 2, _Q - 2**128, _Q, 2**256 - 9])
    scalar = st.tuples(near, st.integers(-2, 2)).map(lambda each: max(0, sum(each)))
    points, scalars = st.integers(0, _Q - 1), scalar | st.integers(0, 2**256 - 1)
    pairs = draw(st.lists(st.tuples(points, scalars), min_size=1, max_size=40))
    return b"".join(_g1(point) + _word(factor) for point, factor in pairs)


@settings(max_examples=20)
@given(_terms(), st.data())
def test_both_libraries_sum_alike(terms: bytes, data: st.DataObject) -> None:
    twice = terms + terms[: 160 * data.draw(st.integers(0, 3))]
    blst, arkworks = (library[0x0C].run(twice) for library in _LIBRARIES)
    assert blst == arkworks


@settings(max_examples=10)
@given(st.lists(st.integers(0, _P - 1), min_size=2, max_size=2))
def test_both_libraries_map_and_pair_alike(numbers: list[int]) -> None:
    elements = [_pad(each.to_bytes(48, "big")) for each in numbers]
    answers = [
        (one := library[0x10].run(elements[0]))
        + (other := library[0x11].run(b"".join(elements)))
        + library[0x0F].run(one + other)
        + library[0x0D].run(2 * other)
        + library[0x0E].run(other + _word(numbers[1] % 2**256))
        for library in _LIBRARIES
    ]
    assert answers[0] == answers[1]


@given(st.sampled_from(sorted(BLS_PRECOMPILES)), st.binary(max_size=600))
def test_any_bytes_are_answered_or_rejected(address: int, payload: bytes) -> None:
    assert BLS_PRECOMPILES[address].gas(payload) >= 0
    with suppress(PrecompileError):
        BLS_PRECOMPILES[address].run(payload)


@pytest.mark.parametrize(
    ("add", "msm", "point"), [(0x0B, 0x0C, _OUTSIDE_G1), (0x0D, 0x0E, _OUTSIDE_G2)]
)
def test_an_outsider_can_be_added_but_never_multiplied(
    add: int, msm: int, point: bytes
) -> None:
    """Points are remembered once checked; adding one must not count as a check."""
    for library in 2 * _LIBRARIES:
        assert len(library[add].run(point * 2)) == len(point)
        for scalar in (0, 1):
            with pytest.raises(PrecompileError):
                library[msm].run(point + _word(scalar))


@pytest.mark.parametrize("outsider_first", [True, False])
def test_a_sum_with_an_outsider_is_no_member(outsider_first: bool) -> None:
    """Sums of members are remembered as members; these are not such."""
    for library in _LIBRARIES:
        library[0x0C].run(_g1(5) + _word(1))  # a known member
        pair = [_OUTSIDE_G1, _g1(5)] if outsider_first else [_g1(5), _OUTSIDE_G1]
        total = library[0x0B].run(b"".join(pair))
        with pytest.raises(PrecompileError):
            library[0x0C].run(total + _word(1))


def _call_of(points: list[bytes]) -> bytes:
    """Return a call's input as ABI lays out points behind a length and an address."""
    return (
        b"\x01\x02\x03\x04"
        + bytes(31)
        + b"\x07"
        + bytes(12)
        + b"\xad" * 20
        + (b"".join(points))
    )


def _mapped(first: int) -> list[bytes]:
    """Map as many field elements as are looked at together."""
    run = _LIBRARIES[0][0x10].run  # whose members are not those of the node
    return [run(n.to_bytes(64, "big")) for n in range(first, first + WORTHWHILE)]


_G1_SUM = BLS_PRECOMPILES[0x0C].run
_TWO = (2).to_bytes(32, "big")


def test_points_of_a_call_are_known_before_each_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = _mapped(1_000)
    foresee(_call_of(points))
    monkeypatch.setattr(
        "curve.blst.group.Group.is_member", Mock(side_effect=AssertionError)
    )
    assert all(len(_G1_SUM(each + _TWO)) == 128 for each in points)


def test_a_stranger_among_points_of_a_call_is_refused_as_ever() -> None:
    points = _mapped(2_000)
    foresee(_call_of([*points, _ORDER_THREE]))
    with pytest.raises(PrecompileError, match="not in the subgroup"):
        _G1_SUM(_ORDER_THREE + _TWO)
    assert all(len(_G1_SUM(each + _TWO)) == 128 for each in points)


@pytest.mark.parametrize("length", [0, 3, 4, 35, 131, 132, 200])
def test_any_input_of_a_call_is_looked_at(length: int) -> None:
    foresee(bytes(length))
    foresee(b"\xff" * length)
