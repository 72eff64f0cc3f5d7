"""Remember who signed twice at one height, as the network's blocks have it.

The engine tells of it once, with the block that holds the proof. A node that executes
its blocks anew is told again, and keeps one note of each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from node.engine.comet.home import keep
from node.errors import HomeError, StoreError
from node.json_depth import parse_json


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """Name a validator that signed twice. address: 40 hex digits."""

    height: int
    address: str
    organisation: str


class Misbehaviours:
    """Keep notes in a file, a line of JSON each; each is two votes of a key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = dict.fromkeys(_read(path))

    @property
    def known(self) -> tuple[Misbehaviour, ...]:
        """Return all notes, the oldest first."""
        return tuple(self._known)

    def note(self, found: Misbehaviour) -> None:
        """Keep a note, once. Raises: StoreError."""
        if any(
            (each.height, each.address) == (found.height, found.address)
            for each in self._known
        ):
            return
        known = {**self._known, found: None}
        lines = [json.dumps(asdict(each)).encode() + b"\n" for each in known]
        try:
            keep(self._path, b"".join(lines))
        except HomeError as error:
            raise StoreError(error.fact) from error
        self._known = known


def _read(path: Path) -> Iterator[Misbehaviour]:
    """Yield the notes in a file. Raises: HomeError for one that is none of ours."""
    try:
        for line in path.read_bytes().splitlines():
            yield Misbehaviour(**parse_json(line))
    except FileNotFoundError:
        return
    except (OSError, ValueError, TypeError) as error:
        raise HomeError(path, "does not tell who signed twice") from error
