"""Read the first few of the values in bytes that follow the contract ABI.

Anybody may have sent the bytes. An array is read no further than it is shown, so that
pointers that go round, or lengths that lie, cost no more than honest ones. Source: the
contract ABI specification, "Formal specification of the encoding".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_WORD = 32
_SHOWN_ITEMS = 4  # of an array
_SHOWN_BYTES = 8
_SHOWN_TEXT = 120  # bytes of a string
_MOST = 64  # values in one call or event
_ARRAY = re.compile(r"(.*)\[(\d*)\]")
_SHORT = 2**64  # a number from here on is a hash or a point to its reader

Entry = Mapping[str, Any]
Name = Callable[[bytes], str]


class UnreadableError(Exception):
    """Report bytes that do not follow the types."""


class Reader:
    """Spell values as text; name: says what an address is called."""

    def __init__(self, name: Name) -> None:
        self._name = name
        self._left = _MOST

    def spell_all(self, inputs: Sequence[Entry], body: bytes, start: int = 0) -> str:
        """Return `name=value, ...` of a tuple whose values begin at `start`.

        Raises: UnreadableError.
        """
        spelt, at = [], start
        for entry in inputs:
            if self._left <= 0:
                spelt.append("...")
                break
            value = self.spell(entry, body, at, start)
            label = entry.get("name") or ""
            spelt.append(f"{label}={value}" if label else value)
            at += size_of(entry)
        return ", ".join(spelt)

    def spell(self, entry: Entry, body: bytes, at: int, start: int) -> str:
        """Return one value whose head is at `at`, of a tuple that begins at `start`."""
        self._left -= 1
        kind = str(entry["type"])
        if is_dynamic(entry):
            at = start + _integer(body, at)
        if array := _ARRAY.fullmatch(kind):
            return self._spell_array({**entry, "type": array[1]}, array[2], body, at)
        if kind == "tuple":
            return f"({self.spell_all(entry['components'], body, at)})"
        if kind in ("bytes", "string"):
            length = _integer(body, at)
            if at + _WORD + length > len(body):
                raise UnreadableError
            shown = body[at + _WORD : at + _WORD + min(length, _SHOWN_TEXT)]
            return _text(shown, length) if kind == "string" else _octets(shown, length)
        return self._spell_word(kind, _word(body, at))

    def spell_topic(self, entry: Entry, topic: bytes) -> str:
        """Return an indexed value; of one that does not fit a topic, its hash."""
        kind = str(entry["type"])
        if kind in ("bytes", "string", "tuple") or "[" in kind:
            return _octets(topic, _WORD)
        return self._spell_word(kind, topic)

    def _spell_array(self, item: Entry, count: str, body: bytes, at: int) -> str:
        length = int(count) if count else _integer(body, at)
        first = at if count else at + _WORD
        spelt: list[str] = []
        while len(spelt) < min(length, _SHOWN_ITEMS) and self._left > 0:
            place = first + len(spelt) * size_of(item)
            spelt.append(self.spell(item, body, place, first))
        if length > len(spelt):
            spelt.append(f"{length} in all")
        return f"[{', '.join(spelt)}]"

    def _spell_word(self, kind: str, word: bytes) -> str:
        if kind == "address":
            return self._name(word[-20:])
        if kind == "bool":
            return "true" if any(word) else "false"
        if kind.startswith("bytes"):
            size = int(kind.removeprefix("bytes") or _WORD)
            return _octets(word[:size], size)
        number = int.from_bytes(word, "big", signed=kind.startswith("int"))
        return str(number) if abs(number) < _SHORT else _octets(word, _WORD)


def is_dynamic(entry: Entry) -> bool:
    """Say whether a value stands behind a pointer."""
    kind = str(entry["type"])
    if array := _ARRAY.fullmatch(kind):
        return not array[2] or is_dynamic({**entry, "type": array[1]})
    if kind == "tuple":
        return any(map(is_dynamic, entry["components"]))
    return kind in ("bytes", "string")


def size_of(entry: Entry) -> int:
    """Return the bytes that a value takes in its place."""
    kind = str(entry["type"])
    if is_dynamic(entry):
        return _WORD
    if array := _ARRAY.fullmatch(kind):
        return int(array[2]) * size_of({**entry, "type": array[1]})
    if kind == "tuple":
        return sum(map(size_of, entry["components"]))
    return _WORD


def _word(body: bytes, at: int) -> bytes:
    word = body[at : at + _WORD]
    if len(word) < _WORD:
        raise UnreadableError
    return word


def _integer(body: bytes, at: int) -> int:
    """Return a length or a pointer, which nothing honest makes larger than the body."""
    number = int.from_bytes(_word(body, at), "big")
    if number > len(body):
        raise UnreadableError
    return number


def _octets(shown: bytes, length: int) -> str:
    cut = "" if length <= _SHOWN_BYTES else "..."
    size = f" ({length} bytes)" if length > _WORD else ""
    return f"0x{shown[:_SHOWN_BYTES].hex()}{cut}{size}"


def _text(shown: bytes, length: int) -> str:
    cut = "" if length <= len(shown) else "..."
    return f'"{shown.decode("utf-8", "replace")}{cut}"'
