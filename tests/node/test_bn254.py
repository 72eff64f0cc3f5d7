"""Native BN254 against py-evm's own, which is py_ecc."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from eth.precompiles.ecadd import _ecadd
from eth.precompiles.ecmul import _ecmull
from eth.precompiles.ecpairing import _ecpairing
from eth_utils.exceptions import ValidationError

from node import bn254
from node.errors import PrecompileError

_P = 21888242871839275222246405745257275088696311157297823662689037894645226208583
_Q = 21888242871839275222246405745257275088548364400416034343698204186575808495617


def _words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in numbers)


_G = _words(1, 2)
_MINUS_G = _words(1, _P - 2)
_TWO_G = bn254.multiply(_G + _words(2))
_INFINITY = bytes(64)
_OFF_CURVE = _words(1, 3)
_UNREDUCED = _words(1 + _P, 2)
_G2 = bytes.fromhex(
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
)
# On the twist, of another order than G2's.
_OUTSIDER = bytes.fromhex(
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000001"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000001"
)
_POINTS = [
    _INFINITY,
    _G,
    _MINUS_G,
    _TWO_G,
    _OFF_CURVE,
    _UNREDUCED,
    _words(0, 1),  # off the curve
    _words(1, 2 + _P),
]


def _result(run: Callable[[bytes], bytes], payload: bytes) -> bytes | str:
    try:
        return run(payload)
    except (PrecompileError, ValidationError):
        return "refused"


def _joined(x: object, y: object) -> bytes:
    return _words(int(getattr(x, "n")), int(getattr(y, "n")))  # noqa: B009  # no types


@pytest.mark.parametrize("second", _POINTS, ids=range(8))
@pytest.mark.parametrize("first", _POINTS, ids=range(8))
def test_addition_agrees(first: bytes, second: bytes) -> None:
    for payload in (first + second, first + second + b"\1", (first + second)[:-1]):
        theirs = _result(lambda p: _joined(*_ecadd(p)), payload)
        assert _result(bn254.add, payload) == theirs
    assert _result(bn254.add, first) == _result(lambda p: _joined(*_ecadd(p)), first)


@pytest.mark.parametrize("scalar", [0, 1, 2, _Q - 1, _Q, _Q + 1, 2**256 - 1])
@pytest.mark.parametrize("point", _POINTS, ids=range(8))
def test_multiplication_agrees(point: bytes, scalar: int) -> None:
    payload = point + _words(scalar)
    theirs = _result(lambda p: _joined(*_ecmull(p)), payload)
    assert _result(bn254.multiply, payload) == theirs


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        _G + _G2,
        _G + _G2 + _MINUS_G + _G2,
        _INFINITY + _G2,
        _G + bytes(128),
        _OFF_CURVE + _G2,
        _UNREDUCED + _G2,
        _G + _OUTSIDER,
        (_G + _G2)[:-1],
        _G + _G2 + b"\0",
    ],
    ids=range(10),
)
def test_pairing_agrees(payload: bytes) -> None:
    def theirs(given: bytes) -> bytes:
        if len(given) % 192:
            raise ValidationError
        return _words(int(_ecpairing(given)))

    assert _result(bn254.pairing, payload) == _result(theirs, payload)


def test_a_pairing_costs_what_eip_1108_says() -> None:
    assert [bn254.pairing_gas(bytes(192 * n)) for n in (0, 1, 2)] == [
        45_000,
        79_000,
        113_000,
    ]
