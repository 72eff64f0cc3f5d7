"""Where an ABI-encoded value lies: every tail begins where the one before ended.

The ABI lets a thousand offsets point at one string, to be read a thousand times.
This measures a value before any of it is read, in one pass over its bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from election.errors import EncodingError

_WORD: Final = 32

Parameter = Mapping[str, Any]
"""A value's type as the ABI's JSON describes it."""


def check_layout(parameters: Sequence[Parameter], raw: bytes) -> None:
    """Raise EncodingError unless the values fill the bytes, each in its own place."""
    if _measure_all(parameters, raw, 0) != len(raw):
        raise EncodingError("abi", "values do not fill their bytes")


def _measure_all(parameters: Sequence[Parameter], raw: bytes, start: int) -> int:
    """Tell where values in a row end, the tails of the dynamic ones included."""
    at, end = start, start + sum(map(_head_size, parameters))
    for parameter in parameters:
        if _is_dynamic(parameter):
            if start + _read_number(raw, at) != end:
                raise EncodingError("abi", "a tail is not in its place")
            end = _measure(parameter, raw, end)
        at += _head_size(parameter)
    return end


def _measure(parameter: Parameter, raw: bytes, start: int) -> int:
    """Tell where the tail of a dynamic value ends."""
    name: str = parameter["type"]
    if name in {"bytes", "string"}:
        size = _read_number(raw, start)
        return start + _WORD + size + -size % _WORD
    if name.endswith("[]"):
        item, count = _item(parameter), _read_number(raw, start)
        if count * _head_size(item) > len(raw):
            raise EncodingError("abi", "is cut off")
        return _measure_many(item, count, raw, start + _WORD)
    if name.endswith("]"):
        return _measure_many(_item(parameter), _length(name), raw, start)
    return _measure_all(parameter["components"], raw, start)


def _measure_many(item: Parameter, count: int, raw: bytes, start: int) -> int:
    if not _is_dynamic(item):
        return start + count * _head_size(item)
    return _measure_all([item] * count, raw, start)


def _is_dynamic(parameter: Parameter) -> bool:
    name: str = parameter["type"]
    if name.endswith("[]") or name in {"bytes", "string"}:
        return True
    if name.endswith("]"):
        return _is_dynamic(_item(parameter))
    return any(map(_is_dynamic, parameter.get("components", ())))


def _head_size(parameter: Parameter) -> int:
    """Count the bytes of a value, or of the offset to a dynamic one."""
    name: str = parameter["type"]
    if _is_dynamic(parameter):
        return _WORD
    if name.endswith("]"):
        return _length(name) * _head_size(_item(parameter))
    if name == "tuple":
        return sum(map(_head_size, parameter["components"]))
    return _WORD


def _item(parameter: Parameter) -> Parameter:
    name: str = parameter["type"]
    return {**parameter, "type": name[: name.rindex("[")]}


def _length(name: str) -> int:
    return int(name[name.rindex("[") + 1 : -1])


def _read_number(raw: bytes, at: int) -> int:
    if at + _WORD > len(raw):
        raise EncodingError("abi", "is cut off")
    return int.from_bytes(raw[at : at + _WORD], "big")
