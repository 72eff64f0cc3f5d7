"""Values in the words of the contract ABI, in their one encoding.

A type is written as the ABI names it, a structure as `Struct`, a list as `Array`. What
is decoded is encoded again: bytes that are not its one encoding are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from reference.errors import refute

_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Array:
    """Many of one type; size None if their number is written before them."""

    item: Type
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Struct:
    """Named values in order."""

    fields: tuple[tuple[str, Type], ...]


Type = str | Array | Struct


def struct(**fields: Type) -> Struct:
    """Name the fields of a structure."""
    return Struct(tuple(fields.items()))


def spell(kind: Type) -> str:
    """Spell a type as in the signature of an event or a function."""
    if isinstance(kind, Array):
        return f"{spell(kind.item)}[{'' if kind.size is None else kind.size}]"
    if isinstance(kind, Struct):
        return f"({','.join(spell(each) for _, each in kind.fields)})"
    return kind


def decode(kind: Struct, raw: bytes) -> dict[str, Any]:
    """Decode a structure; raises RefutedError for any encoding but the one."""
    value, _ = _decode(kind, raw, 0)
    if encode(kind, value) != raw:
        refute("is not in its one encoding")
    return dict(value)


def encode(kind: Type, value: Any) -> bytes:
    """Encode a value of a type, without an offset to it."""
    if isinstance(kind, Struct):
        return _encode_all([(each, value[name]) for name, each in kind.fields])
    if isinstance(kind, Array):
        body = _encode_all([(kind.item, each) for each in value])
        return body if kind.size is not None else _word(len(value)) + body
    if kind in {"string", "bytes"}:
        content: bytes = value.encode() if kind == "string" else value
        padding = bytes(-len(content) % _WORD)
        return _word(len(content)) + content + padding
    if kind == "bytes32":
        return bytes(value)
    return bytes(value).rjust(_WORD, b"\0") if kind == "address" else _word(int(value))


def decode_word(kind: Type, word: bytes) -> Any:
    """Decode a value of one word."""
    if kind == "bytes32":
        return word
    number = int.from_bytes(word, "big")
    if kind == "uint256":
        return number
    if kind == "address" and not any(word[:12]):
        return word[12:]
    if kind == "bool" and number < 2:
        return bool(number)
    return refute(f"is no {spell(kind)}")


def _word(number: int) -> bytes:
    return number.to_bytes(_WORD, "big")


def _is_dynamic(kind: Type) -> bool:
    if isinstance(kind, Struct):
        return any(_is_dynamic(each) for _, each in kind.fields)
    if isinstance(kind, Array):
        return kind.size is None or _is_dynamic(kind.item)
    return kind in {"string", "bytes"}


def _head_size(kind: Type) -> int:
    if _is_dynamic(kind):
        return _WORD
    if isinstance(kind, Struct):
        return sum(_head_size(each) for _, each in kind.fields)
    if isinstance(kind, Array):
        return (kind.size or 0) * _head_size(kind.item)
    return _WORD


def _encode_all(pairs: list[tuple[Type, Any]]) -> bytes:
    end = sum(_head_size(kind) for kind, _ in pairs)
    heads, tails = [], []
    for kind, value in pairs:
        if _is_dynamic(kind):
            heads.append(_word(end))
            tails.append(encode(kind, value))
            end += len(tails[-1])
        else:
            heads.append(encode(kind, value))
    return b"".join([*heads, *tails])


def _decode(kind: Type, raw: bytes, at: int) -> tuple[Any, int]:
    """Decode a value that stands here; give it and where it ends."""
    if isinstance(kind, Struct):
        kinds = [each for _, each in kind.fields]
        names = [name for name, _ in kind.fields]
        values, end = _decode_all(kinds, raw, at)
        return dict(zip(names, values, strict=True)), end
    if isinstance(kind, Array):
        items, end = _decode_list(kind, raw, at)
        return tuple(items), end
    if kind in {"string", "bytes"}:
        return _decode_bytes(kind, raw, at)
    return decode_word(kind, _slice(raw, at, _WORD)), at + _WORD


def _decode_bytes(kind: str, raw: bytes, at: int) -> tuple[bytes | str, int]:
    size = _read_number(raw, at)
    content = _slice(raw, at + _WORD, size)
    end = at + _WORD + size + -size % _WORD
    if kind == "bytes":
        return content, end
    try:
        return content.decode(), end
    except UnicodeDecodeError:
        return refute("is no string")


def _decode_list(kind: Array, raw: bytes, at: int) -> tuple[list[Any], int]:
    if kind.size is not None:
        return _decode_all([kind.item] * kind.size, raw, at)
    count = _read_number(raw, at)
    if count * _head_size(kind.item) > len(raw):
        refute("is cut off")
    return _decode_all([kind.item] * count, raw, at + _WORD)


def _decode_all(kinds: list[Type], raw: bytes, start: int) -> tuple[list[Any], int]:
    """Decode values in a row, whose tails stand in the same row behind them.

    Offsets lead nowhere else, or a file could have one text read a thousand times.
    """
    values, at = [], start
    end = start + sum(map(_head_size, kinds))
    for kind in kinds:
        if _is_dynamic(kind):
            if start + _read_number(raw, at) != end:
                refute("has a part out of its place")
            value, end = _decode(kind, raw, end)
        else:
            value, _ = _decode(kind, raw, at)
        values.append(value)
        at += _head_size(kind)
    return values, end


def _read_number(raw: bytes, at: int) -> int:
    return int.from_bytes(_slice(raw, at, _WORD), "big")


def _slice(raw: bytes, at: int, size: int) -> bytes:
    if at + size > len(raw):
        refute("is cut off")
    return raw[at : at + size]
