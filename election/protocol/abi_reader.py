"""ABI-encoded values, read strictly: each from the one encoding that it has.

Every tail begins where the one before ended, so that no two offsets lead to one value;
nothing stands above a number, behind a text or behind all of it that is not zero. What
was read therefore need not be encoded again to be compared. A reader is made once for
each list of types.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any, Final, get_args, get_type_hints

from election.errors import EncodingError

_WORD: Final = 32
_ADDRESS: Final = 20
_POINTS: Final = {"bytes32[4]": 128, "bytes32[8]": 256}
"""Of G1 and G2: their bytes of EIP-2537, and lists of them one after another."""

Parameter = Mapping[str, Any]
"""A value's type as the ABI's JSON describes it."""
Read = Callable[[bytes], tuple[Any, ...]]
"""Reads values that fill their bytes; raises EncodingError."""


@dataclass(frozen=True, slots=True)
class _Fixed:
    """A value of so many bytes; read: at a place that is not behind their end."""

    size: int
    read: Callable[[bytes, int], Any]


@dataclass(frozen=True, slots=True)
class _Tail:
    """A value that an offset leads to; read: it, and where it ends."""

    read: Callable[[bytes, int], tuple[Any, int]]


def make_reader(parameters: Sequence[Parameter], hints: Sequence[Any] = ()) -> Read:
    """Make what reads values of these types.

    hints: types of the protocol, a dataclass for a tuple, whose fields stand in the
    order of the ABI; without them a tuple is one. An address is its bytes, a point and
    a list of points are bytes, another list is a tuple.
    """
    row = _read_row(_make_all(parameters, hints))

    def read(raw: bytes) -> tuple[Any, ...]:
        values, end = row(raw, 0)
        if end != len(raw):
            raise EncodingError("abi", "values do not fill their bytes")
        return values

    return read


def _make_all(
    parameters: Sequence[Parameter], hints: Sequence[Any]
) -> list[_Fixed | _Tail]:
    given = hints or [None] * len(parameters)
    return [_make(each, hint) for each, hint in zip(parameters, given, strict=True)]


def _make(parameter: Parameter, hint: Any) -> _Fixed | _Tail:
    name: str = parameter["type"]
    if name in _POINTS:
        return _Fixed(_POINTS[name], _cut(_POINTS[name]))
    if name.endswith("]"):
        return _make_array(parameter, hint)
    if name == "tuple":
        return _make_tuple(parameter["components"], hint)
    if name in {"bytes", "string"}:
        return _Tail(_read_bytes if name == "bytes" else _read_text)
    return _Fixed(_WORD, _make_word(name))


def _make_word(name: str) -> Callable[[bytes, int], Any]:
    if name == "address":
        return _read_address
    if name == "bool":
        return _read_bool
    if name.startswith("uint"):
        return _read_number(int(name.removeprefix("uint")))
    return _read_fixed_bytes(int(name.removeprefix("bytes")))


def _make_tuple(components: Sequence[Parameter], hint: Any) -> _Fixed | _Tail:
    build: Any = hint if is_dataclass(hint) else None
    items = _make_all(components, () if build is None else list_field_types(build))
    fixed = [each for each in items if isinstance(each, _Fixed)]
    if len(fixed) == len(items):
        size, read = sum(each.size for each in fixed), _read_fixed(fixed)
        if build is None:
            return _Fixed(size, read)
        return _Fixed(size, lambda raw, at: build(*read(raw, at)))
    row = _read_row(items)
    if build is None:
        return _Tail(row)

    def read_tail(raw: bytes, at: int) -> tuple[Any, int]:
        values, end = row(raw, at)
        return build(*values), end

    return _Tail(read_tail)


@cache
def list_field_types(into: Hashable) -> tuple[Any, ...]:
    """List the types of a dataclass's fields, in their order."""
    hints = get_type_hints(into)
    return tuple(hints[name] for name in hints)


def _make_array(parameter: Parameter, hint: Any) -> _Fixed | _Tail:
    name: str = parameter["type"]
    start = name.rindex("[")
    length, inner = name[start + 1 : -1], {**parameter, "type": name[:start]}
    item = _make(inner, next(iter(get_args(hint)), None))
    if not length:
        return _Tail(_read_list(item, is_joined=inner["type"] in _POINTS))
    items = [item] * int(length)
    fixed = [each for each in items if isinstance(each, _Fixed)]
    if len(fixed) < len(items):
        return _Tail(_read_row(items))
    size = sum(each.size for each in fixed)
    is_joined = inner["type"] in _POINTS
    return _Fixed(size, _cut(size) if is_joined else _read_fixed(fixed))


def _read_fixed(items: Sequence[_Fixed]) -> Callable[[bytes, int], tuple[Any, ...]]:
    columns, at = [], 0
    for each in items:
        columns.append((each.read, at))
        at += each.size
    if all(each.read is _read_uint256 for each in items):  # as a signature
        places, number = range(0, at, _WORD), int.from_bytes
        return lambda raw, start: tuple(
            [number(raw[start + at : start + at + _WORD], "big") for at in places]
        )
    return lambda raw, start: tuple([read(raw, start + at) for read, at in columns])


def _read_row(
    items: Sequence[_Fixed | _Tail],
) -> Callable[[bytes, int], tuple[tuple[Any, ...], int]]:
    """Read values in a row, whose tails follow one another behind it."""
    columns, head = list[tuple[Any, int, bool]](), 0
    for item in items:
        columns.append((item.read, head, isinstance(item, _Tail)))
        head += item.size if isinstance(item, _Fixed) else _WORD

    def read_row(raw: bytes, start: int) -> tuple[tuple[Any, ...], int]:
        end = start + head
        if end > len(raw):
            raise EncodingError("abi", "is cut off")
        values = []
        for read, place, is_tail in columns:
            at = start + place
            if is_tail:
                if start + int.from_bytes(raw[at : at + _WORD], "big") != end:
                    raise EncodingError("abi", "a tail is not in its place")
                value, end = read(raw, end)
            else:
                value = read(raw, at)
            values.append(value)
        return tuple(values), end

    return read_row


def _read_list(
    item: _Fixed | _Tail, *, is_joined: bool
) -> Callable[[bytes, int], tuple[Any, int]]:
    """Read a list, whose length stands before it. is_joined: as bytes in a row."""
    size = item.size if isinstance(item, _Fixed) else _WORD

    def read_list(raw: bytes, at: int) -> tuple[Any, int]:
        count, start = _read_length(raw, at), at + _WORD
        end = start + count * size
        if end > len(raw):  # before anything is made of so many
            raise EncodingError("abi", "is cut off")
        if isinstance(item, _Tail):
            return _read_row([item] * count)(raw, start)
        if is_joined:
            return raw[start:end], end
        places, read = range(start, end, size), item.read
        if read is _read_word:  # without a call for each: a voter's path has many
            return tuple([raw[place : place + _WORD] for place in places]), end
        return tuple([read(raw, place) for place in places]), end

    return read_list


def _read_length(raw: bytes, at: int) -> int:
    if at + _WORD > len(raw):
        raise EncodingError("abi", "is cut off")
    return int.from_bytes(raw[at : at + _WORD], "big")


def _read_bytes(raw: bytes, at: int) -> tuple[bytes, int]:
    size, start = _read_length(raw, at), at + _WORD
    end = start + size
    filled = end + -size % _WORD
    if filled > len(raw):
        raise EncodingError("abi", "is cut off")
    if any(raw[end:filled]):
        raise EncodingError("abi", "bytes are not filled up with zeros")
    return raw[start:end], filled


def _read_text(raw: bytes, at: int) -> tuple[str, int]:
    text, end = _read_bytes(raw, at)
    try:
        return text.decode(), end
    except UnicodeDecodeError as error:
        raise EncodingError("abi", "a text is not in utf-8") from error


def _cut(size: int) -> Callable[[bytes, int], bytes]:
    return lambda raw, at: raw[at : at + size]


def _read_word(raw: bytes, at: int) -> bytes:
    return raw[at : at + _WORD]


def _read_number(bits: int) -> Callable[[bytes, int], int]:
    def read_number(raw: bytes, at: int) -> int:
        number = int.from_bytes(raw[at : at + _WORD], "big")
        if number >> bits:
            raise EncodingError("abi", f"a number has more than {bits} bits")
        return number

    return _read_uint256 if bits == _WORD * 8 else read_number


def _read_uint256(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + _WORD], "big")


def _read_fixed_bytes(size: int) -> Callable[[bytes, int], bytes]:
    def read_fixed_bytes(raw: bytes, at: int) -> bytes:
        if any(raw[at + size : at + _WORD]):
            raise EncodingError("abi", "bytes are not filled up with zeros")
        return raw[at : at + size]

    return _read_word if size == _WORD else read_fixed_bytes


def _read_address(raw: bytes, at: int) -> bytes:
    if any(raw[at : at + _WORD - _ADDRESS]):
        raise EncodingError("abi", "an address is too long")
    return raw[at + _WORD - _ADDRESS : at + _WORD]


def _read_bool(raw: bytes, at: int) -> bool:
    number = int.from_bytes(raw[at : at + _WORD], "big")
    if number > 1:
        raise EncodingError("abi", "is neither true nor false")
    return number == 1
