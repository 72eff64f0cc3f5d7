"""The lines of a function that is being written, and its constants.

A line that does nothing but set a variable is left out at the end if nobody uses it:
what an opcode computes is often popped again, or only asked for where the path was
left.
"""

from __future__ import annotations

import re
from typing import Final

_VARIABLES: Final = re.compile(r"\b(?:given|made)\d+\b")


class Line:
    """Some lines of the function; name: the variable that they do nothing but set.

    Its text may be written later than its place is taken. An empty one is left out.
    """

    __slots__ = ("name", "text")

    def __init__(self, text: str, name: str | None = None) -> None:
        self.text = text
        self.name = name


class Lines:
    """All of them, in order."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._constants: dict[bytes, str] = {}

    def emit(self, text: str, name: str | None = None) -> Line:
        """Write lines; name: the variable that they set, if they do nothing else."""
        line = Line(text, name)
        self._lines.append(line)
        return line

    def constant(self, content: bytes) -> str:
        """Return the name of bytes that are known, in the type that memory takes best.

        Anything but a bytearray would be copied into one for each write.
        """
        return self._constants.setdefault(content, f"bytes{len(self._constants) + 1}")

    def constants(self) -> list[str]:
        """Return the lines that make the constants, once, before the function."""
        return [
            f"{name} = bytearray({repr(content) if any(content) else len(content)})"
            for content, name in self._constants.items()
        ]

    def used(self) -> list[str]:
        """Return the lines without what nobody uses.

        From the last to the first: whoever uses a variable stands below what sets it.
        """
        used: set[str] = set()
        kept: list[str] = []
        for line in reversed(self._lines):
            if line.text and (line.name is None or line.name in used):
                used.update(_VARIABLES.findall(line.text))
                kept += reversed(line.text.split("\n"))
        return kept[::-1]
