"""A manifest in one or two files: what is fixed for all, and who acts this time."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from election.errors import ManifestError
from election.protocol.manifest import Manifest, parse_manifest
from election.protocol.text import spell_number
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import read_text
from scripts.shared.files.toml_lines import find_line, find_lines
from scripts.shared.terminal import hint_for, say

Fault = tuple[tuple[int | str, ...], str]
_MEANT: Final = re.compile(r"did you mean (\w+)\?")
_AT_LINE: Final = re.compile(r"\(at line (\d+), ")
_SWAPPED: Final = "the file given with --accounts is a manifest: are both swapped?"


@dataclass(frozen=True, slots=True)
class _Source:
    """Both files as one text, and where the second begins in it."""

    path: Path
    accounts: Path | None
    text: str
    first: int  # lines of the first file

    def place(self, line: int | None) -> str:
        """Name the file and the line in it of a line of the text."""
        if line is None:
            return str(self.path)
        if self.accounts is None or line <= self.first:
            return f"{self.path} line {line}"
        return f"{self.accounts} line {line - self.first}"


class RefusedManifestError(InputError, ManifestError):
    """Report a manifest by its first fault; lines: all, each with file and line."""

    def __init__(self, faults: Sequence[tuple[str, str]], *, hint: str | None) -> None:
        """Keep the place and the fact of every fault."""
        (place, fact), *more = faults
        others = f"; and {spell_number(len(more), 'fault')} more" if more else ""
        super().__init__(place, fact + others, hint=hint)
        self.lines = tuple(": ".join(each) for each in faults)


def read_manifest(path: Path, accounts: Path | None = None) -> Manifest:
    """Read a manifest; the accounts' file, if any, continues its text.

    Raises InputError, and RefusedManifestError; of several faults it says all before.
    """
    texts = [read_text(each) for each in (path, accounts) if each is not None]
    text = "\n".join(texts)
    try:
        return parse_manifest(text)
    except ManifestError as error:
        source = _Source(path, accounts, text, texts[0].count("\n") + 1)
        hint = _SWAPPED if _are_swapped(texts) else hint_for(error)
        refused = RefusedManifestError(_spell_all(error, source), hint=hint)
        if len(refused.lines) > 1:
            say(*refused.lines)
        raise refused from error


def _are_swapped(texts: Sequence[str]) -> bool:
    """Tell whether the second text, which names who acts, has the contests."""
    with suppress(ValueError, RecursionError):
        return len(texts) > 1 and "contests" in tomllib.loads(texts[1])
    return False


def _spell_all(error: ManifestError, source: _Source) -> Sequence[tuple[str, str]]:
    if not error.faults:
        found = _AT_LINE.search(error.fact)
        place = source.place(int(found[1]) if found else None)
        return [(place, _AT_LINE.sub("(", str(error)))]
    raw: dict[str, Any] = {}
    with suppress(ValueError, RecursionError):
        raw = tomllib.loads(source.text)
    lines = find_lines(source.text)
    return [
        (source.place(find_line(lines, where)), f"{name_key(where, raw)}: {fact}")
        for where, fact in drop_echoes(error.faults)
    ]


def drop_echoes(faults: Sequence[Fault]) -> list[Fault]:
    """Leave out what only follows from another fault.

    A list is short for want of an entry that is at fault itself, and a key is missing
    since it is misspelt.
    """
    meant = {
        (*where[:-1], found[1])
        for where, fact in faults
        if (found := _MEANT.search(fact))
    }

    def is_echo(where: tuple[int | str, ...], fact: str) -> bool:
        deeper = any(
            other[: len(where)] == where and len(other) > len(where)
            for other, _ in faults
        )
        is_short = fact.startswith("has fewer entries than") and deeper
        return is_short or (fact == "is missing" and where in meant)

    return [(where, fact) for where, fact in faults if not is_echo(where, fact)]


def name_key(where: Sequence[int | str], raw: dict[str, Any]) -> str:
    """Name a key as people do: a contest by its id, what is listed from 1."""
    match where:
        case ["contests", int(at), *rest]:
            return _join(f"contest {_id_of(raw, at)}", rest)
        case [("trustees" | "issuers") as roster, "members", int(at), *rest]:
            return _join(f"{str(roster).removesuffix('s')} {at + 1}", rest)
    return ".".join(map(str, where)) or "manifest"


def _id_of(raw: dict[str, Any], at: int) -> str:
    """Give the id of a contest, or its place from 1 if it has none."""
    with suppress(KeyError, IndexError, TypeError):
        found = raw["contests"][at]["id"]
        if type(found) is int and found >= 0:
            return str(found)
    return f"number {at + 1}"


def _join(name: str, rest: Sequence[int | str]) -> str:
    match rest:
        case ["candidates", int(at), *_]:
            return f"{name}, candidate {at + 1}"
        case ["particulars", int(at), *_]:
            return f"{name}, particulars of candidate {at + 1}"
        case []:
            return name
    return f"{name}, {'.'.join(map(str, rest))}"
