"""On which line of a TOML file a key stands, for whoever has to mend it.

The library that reads TOML tells no lines. This looks for the way to a key as people
write it: a header, then the key at the beginning of a line. What is written otherwise
is told by the nearest line that was found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

Way = tuple[int | str, ...]

_HEADER: Final = re.compile(
    r"\s*+(\[{1,2})\s*+([A-Za-z0-9_.\-\" ]++)\]{1,2}\s*+(?:#.*)?$"
)
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_\-]+|\"[^\"]*\")\s*=\s*(.*)$")


def find_lines(text: str) -> Mapping[Way, int]:
    """Find the line of each table, key, and entry of a list that has its own line."""
    found: dict[Way, int] = {}
    tables: Counter[Way] = Counter()
    at: Way = ()
    lines = enumerate(text.split("\n"), 1)
    for number, line in lines:
        header, key = _HEADER.fullmatch(line), _KEY.match(line)
        if header is not None:
            at = tuple(part.strip(' "') for part in header[2].split("."))
            if header[1] == "[[":
                tables[at] += 1
                at = (*at, tables[at] - 1)
            found.setdefault(at, number)
        elif key is not None:
            way = (*at, key[1].strip('"'))
            found.setdefault(way, number)
            if key[2].split("#")[0].strip() == "[":
                found |= _find_entries(way, lines)
    return found


def _find_entries(way: Way, lines: Iterator[tuple[int, str]]) -> Mapping[Way, int]:
    """Find the entries of a list over several lines, one on each."""
    found: dict[Way, int] = {}
    for number, line in lines:
        bare = line.strip()
        if bare.startswith("]"):
            break
        if bare and not bare.startswith("#"):
            found[*way, len(found)] = number
    return found


def find_line(lines: Mapping[Way, int], where: Sequence[int | str]) -> int | None:
    """Find the line of a key, or of the nearest table that it is in."""
    for length in range(len(where), 0, -1):
        line = lines.get(tuple(where[:length]))
        if line is not None:
            return line
    return None
