"""Serve the EIP-2537 precompiles on a native library.

py-evm's own are pure Python: a pairing takes 0.9 s, far too slow for its gas. These
take bytes and return bytes with the gas and the errors of EIP-2537 as final in Prague.
The library checks field range and curve equation whenever it decodes a point; padding,
lengths and subgroups are checked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from curve.combinations import WORTHWHILE
from curve.libraries import choose_curve
from curve.operations import COORDINATE, Curve, Group
from node.errors import PrecompileError
from node.msm_discounts import discounted_gas
from node.remembered import Remembered

_FIELD = 64  # bytes of an encoded field element, the first 16 of them zero
_PADDING = bytes(16)
_G1 = 2 * _FIELD
_G2 = 4 * _FIELD
_SCALAR = 32
_WORD = 32
_SELECTOR = 4  # bytes, before the words of a call's arguments
_G1_PAIR = _G1 + _SCALAR
_G2_PAIR = _G2 + _SCALAR
_PAIRING_PAIR = _G1 + _G2
# A subgroup check costs twenty times what decoding does, and a point is often seen
# again: when gas is estimated, when the transaction runs, when sums are updated.
_CHECKED_POINTS = 16_384
# As many as one full block and the next one ask for.
_REMEMBERED = 16_384

_G1_ADD_GAS = 375
_G2_ADD_GAS = 600
_PAIRING_GAS = 37_700
_PAIRING_PAIR_GAS = 32_600
_MAP_G1_GAS = 5_500
_MAP_G2_GAS = 23_800


@dataclass(frozen=True, slots=True)
class Precompile:
    """Pair a gas rule with the function it pays for.

    gas: from the input; run: from input to output, raises PrecompileError.
    """

    gas: Callable[[bytes], int]
    run: Callable[[bytes], bytes]


def _coordinates(encoded: bytes) -> bytes:
    """Strip the padding of each field element."""
    coordinates = b""
    for start in range(0, len(encoded), _FIELD):
        if not encoded.startswith(_PADDING, start):
            raise PrecompileError("field element: padding is not zero")
        coordinates += encoded[start + 16 : start + _FIELD]
    return coordinates


def _padded(coordinates: bytes) -> bytes:
    padded = b""
    for start in range(0, len(coordinates), COORDINATE):
        padded += _PADDING + coordinates[start : start + COORDINATE]
    return padded


@dataclass(frozen=True, slots=True)
class _Points:
    """One of the groups, over encoded points, and which of these are members.

    A sum of members and what was mapped are members by construction, and are noted as
    such. What is noted is a fact about bytes, so no block can differ for it.
    """

    subject: str
    group: Group
    members: dict[bytes, Any] = field(default_factory=dict)

    def decode(self, encoded: bytes) -> Any:
        """Decode a point of the curve, member or not."""
        known = self.members.get(encoded)
        if known is not None:
            return known
        try:
            return self.group.decode(_coordinates(encoded))
        except ValueError as error:
            raise PrecompileError(f"{self.subject} point: not on the curve") from error

    def decode_member(self, encoded: bytes) -> Any:
        """Decode a member."""
        point = self.decode(encoded)
        if encoded not in self.members:
            if not self.group.is_member(point):
                raise PrecompileError(f"{self.subject} point: not in the subgroup")
            self._note(encoded, point)
        return point

    def note_members(self, words: bytes) -> None:
        """Look at all points of G1 among words; note them if all are members."""
        unknown: dict[bytes, Any] = {}
        decode, is_padded = self.group.decode, words.startswith
        at, last = 0, len(words) - _G1
        while at <= last:
            if not (is_padded(_PADDING, at) and is_padded(_PADDING, at + _FIELD)):
                at += _WORD
                continue
            encoded = words[at : at + _G1]
            if encoded not in self.members:
                try:
                    unknown[encoded] = decode(encoded[16:64] + encoded[80:])
                except ValueError:  # other words, and a point may begin at the next
                    at += _WORD
                    continue
            at += _G1
        if len(unknown) >= WORTHWHILE and self.group.are_members([*unknown.values()]):
            for encoded, point in unknown.items():
                self._note(encoded, point)

    def add(self, left: bytes, right: bytes) -> bytes:
        """Add two points of the curve."""
        known = self.members.get
        one, other = known(left), known(right)
        are_members = not (one is None or other is None)
        if not are_members:
            one, other = self.decode(left), self.decode(right)
        total = self.group.add(one, other)
        encoded = self._encode(total)
        if are_members:
            self._note(encoded, total)
        return encoded

    def sum_products(self, terms: bytes, size: int) -> bytes:
        """Sum members, each before its scalar; zero scalars excuse no check."""
        points, scalars = [], []
        for start in range(0, len(terms), size + _SCALAR):
            middle = start + size
            points.append(self.decode_member(terms[start:middle]))
            scalars.append(terms[middle : middle + _SCALAR])
        return self._encode(self.group.sum_products(points, scalars))

    def map(self, element: bytes) -> bytes:
        """Map a field element to a member."""
        try:
            point = self.group.map(_coordinates(element))
        except ValueError as error:
            raise PrecompileError("field element: out of range") from error
        encoded = self._encode(point)
        self._note(encoded, point)
        return encoded

    def _encode(self, point: Any) -> bytes:
        return _padded(self.group.encode(point))

    def _note(self, encoded: bytes, point: Any) -> None:
        if len(self.members) >= _CHECKED_POINTS:
            self.members.clear()  # in one step: several threads may note
        self.members[encoded] = point


@dataclass(frozen=True, slots=True)
class _Served:
    """The precompiles over one library's curve."""

    curve: Curve
    g1: _Points
    g2: _Points

    def g1_add(self, payload: bytes) -> bytes:
        _require_length(payload, 2 * _G1)
        return self.g1.add(payload[:_G1], payload[_G1:])

    def g2_add(self, payload: bytes) -> bytes:
        _require_length(payload, 2 * _G2)
        return self.g2.add(payload[:_G2], payload[_G2:])

    def g1_msm(self, payload: bytes) -> bytes:
        _require_multiple(payload, _G1_PAIR)
        return self.g1.sum_products(payload, _G1)

    def g2_msm(self, payload: bytes) -> bytes:
        _require_multiple(payload, _G2_PAIR)
        return self.g2.sum_products(payload, _G2)

    def pairing(self, payload: bytes) -> bytes:
        """Return 1 as 32 bytes if the product of the pairings is one, else 0."""
        _require_multiple(payload, _PAIRING_PAIR)
        left, right = [], []
        for start in range(0, len(payload), _PAIRING_PAIR):
            middle = start + _G1
            left.append(self.g1.decode_member(payload[start:middle]))
            right.append(self.g2.decode_member(payload[middle : middle + _G2]))
        return int(self.curve.is_product_one(left, right)).to_bytes(32, "big")

    def map_to_g1(self, payload: bytes) -> bytes:
        _require_length(payload, _FIELD)
        return self.g1.map(payload)

    def map_to_g2(self, payload: bytes) -> bytes:
        _require_length(payload, 2 * _FIELD)
        return self.g2.map(payload)


def _require_length(payload: bytes, length: int) -> None:
    if len(payload) != length:
        raise PrecompileError("input: wrong length")


def _require_multiple(payload: bytes, length: int) -> None:
    if not payload or len(payload) % length:
        raise PrecompileError("input: wrong length")


def serve(curve: Curve) -> dict[int, Precompile]:
    """Give the precompiles by their addresses."""
    return _by_address(_serve(curve))


def _serve(curve: Curve) -> _Served:
    return _Served(curve, _Points("g1", curve.g1), _Points("g2", curve.g2))


def _by_address(served: _Served) -> dict[int, Precompile]:
    return {
        0x0B: Precompile(_constant(_G1_ADD_GAS), served.g1_add),
        0x0C: Precompile(_discounted("g1", _G1_PAIR), remembered(served.g1_msm)),
        0x0D: Precompile(_constant(_G2_ADD_GAS), served.g2_add),
        0x0E: Precompile(_discounted("g2", _G2_PAIR), remembered(served.g2_msm)),
        0x0F: Precompile(_pairing_gas, remembered(served.pairing)),
        0x10: Precompile(_constant(_MAP_G1_GAS), remembered(served.map_to_g1)),
        0x11: Precompile(_constant(_MAP_G2_GAS), remembered(served.map_to_g2)),
    }


def remembered(run: Callable[[bytes], bytes]) -> Remembered:
    """Keep the last outputs of a function that costs more than to look them up."""
    return Remembered(run, most=_REMEMBERED)


def _constant(gas: int) -> Callable[[bytes], int]:
    return lambda _payload: gas


def _discounted(group: Literal["g1", "g2"], pair: int) -> Callable[[bytes], int]:
    return lambda payload: discounted_gas(group, len(payload) // pair)


def _pairing_gas(payload: bytes) -> int:
    return _PAIRING_GAS + _PAIRING_PAIR_GAS * (len(payload) // _PAIRING_PAIR)


_SERVED: Final = _serve(choose_curve())
BLS_PRECOMPILES: Final = _by_address(_SERVED)


def foresee(payload: bytes) -> None:
    """Note the members of G1 in a transaction's input, before a contract asks for each.

    Many are looked at together in less than each alone. What is found follows from the
    bytes, so it changes no result; where it does not hold, each is looked at when it is
    asked for.
    """
    _SERVED.g1.note_members(payload[_SELECTOR:])
