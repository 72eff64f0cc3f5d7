"""Which words of memory hold which values, while a path is written.

After `MSTORE 64 made1` the word at 64 is known to be made1: MLOAD 64 needs no code, and
MSTORE 96 made1 copies the 32 bytes that are there instead of making them of an integer.

Whoever writes to memory has to forget first what that may overlap. Who only reads has
not: known words may overlap each other. Only places that are literals are noted here.
"""

from __future__ import annotations

from typing import Final

_WORD: Final = 32
_MAX_WORDS: Final = 256
"""Each write looks at all of them: 130,000 looks in a path of 512 opcodes."""


class KnownMemory:
    """Words that were read or written at places that are known."""

    def __init__(self) -> None:
        self._words: dict[int, str] = {}

    def read(self, place: int) -> str | None:
        """Return the value of the word at a place, if it is known."""
        return self._words.get(place)

    def find(self, value: str) -> int | None:
        """Return a place of a word that has this value, if one is known."""
        return next((at for at, word in self._words.items() if word == value), None)

    def write(self, place: int, value: str) -> None:
        """Note the value of a word that was written, or read."""
        if len(self._words) >= _MAX_WORDS:
            self._words.clear()
        self._words[place] = value

    def write_words(self, place: int, content: bytes) -> None:
        """Note the whole words of what is written somewhere."""
        for at in range(0, len(content) - _WORD + 1, _WORD):
            value = int.from_bytes(content[at : at + _WORD], "big")
            self.write(place + at, str(value))

    def forget(self, start: int, end: int) -> None:
        """Forget the words that have a byte in a span."""
        words = self._words
        for place in [at for at in words if at < end and at + _WORD > start]:
            del words[place]

    def forget_all(self) -> None:
        """Forget all of them."""
        self._words.clear()

    def words_after_copy(self, target: int, source: int, size: int) -> dict[int, str]:
        """Return the words inside a span, by the places that a copy puts them at."""
        end = source + size
        return {
            at - source + target: value
            for at, value in self._words.items()
            if source <= at and at + _WORD <= end
        }
