"""The gateway's own file of phones: CSV with the columns voter_id and phone.

It comes from whoever keeps the numbers, in a spreadsheet's CSV as often as not. A row
that cannot be used is refused with its reason, and the others are taken.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from election.errors import ElectionError
from election.protocol.text import spell_number
from election.protocol.voter_id import normalize_voter_id
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import read_text
from services.gateway.numbers import normalize_number
from services.gateway.tables import phones
from services.shell.cells import neutralise

_COLUMNS: Final = ("voter_id", "phone")
_AT_ONCE: Final = 5_000  # rows of one statement
Shared = tuple[int, int, int]
"""How many voters have one number, and the first two lines."""


@dataclass(frozen=True, slots=True)
class PhoneFile:
    """Numbers by voter id, and what was refused: line and reason, never a number.

    rows: as they stand in the file, of what was refused, by line. shared: numbers of
    several voters.
    """

    numbers: dict[str, str] = field(repr=False)
    refused: tuple[tuple[int, str], ...]
    rows: dict[int, list[str]] = field(default_factory=dict, repr=False)
    shared: tuple[Shared, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import changes; absent: known here, and not in the file, so kept."""

    added: dict[str, str] = field(repr=False)
    changed: dict[str, str] = field(repr=False)
    same: int
    absent: int


def read_phone_file(path: Path) -> PhoneFile:
    """Read a file of phones; raises InputError if it is none at all.

    A voter who stands there twice, with two numbers, has none of them taken.
    """
    rows = _split(path)
    header = tuple(name.strip().lower().replace(" ", "_") for name in next(rows)[1])
    if header != _COLUMNS:
        raise InputError(str(path), "does not begin with voter_id,phone")
    found: dict[str, tuple[int, str]] = {}
    refused: set[tuple[int, str]] = set()
    doubtful: set[str] = set()
    read: dict[int, list[str]] = {}
    for line, row in rows:
        read[line] = row
        try:
            voter_id, number = _read_row(row)
        except ElectionError as error:
            refused.add((line, str(error)))
            continue
        known, first = found.setdefault(voter_id, (line, number))
        if first != number:
            refused.add((line, f"the voter of line {known} with another phone"))
            refused.add((known, f"the voter of line {line} with another phone"))
            doubtful.add(voter_id)
    numbers = {v: n for v, (_, n) in found.items() if v not in doubtful}
    kept = {line: read[line] for line, _ in refused}
    taken = {voter_id: found[voter_id] for voter_id in numbers}
    return PhoneFile(numbers, tuple(sorted(refused)), kept, _list_shared(taken))


def _list_shared(taken: Mapping[str, tuple[int, str]]) -> tuple[Shared, ...]:
    """List numbers of several voters: how many, and the first two lines."""
    lines: dict[str, list[int]] = {}
    for line, number in taken.values():
        lines.setdefault(number, []).append(line)
    several = (sorted(each) for each in lines.values() if len(each) > 1)
    return tuple((len(each), each[0], each[1]) for each in several)


def compare_phones(connection: Connection, file: PhoneFile) -> Changes:
    """Say what an import would change."""
    known: dict[str, str] = {
        row.voter_id: row.phone
        for row in connection.execute(select(phones.c.voter_id, phones.c.phone))
    }
    added = {v: n for v, n in file.numbers.items() if v not in known}
    changed = {v: n for v, n in file.numbers.items() if known.get(v, n) != n}
    same = len(file.numbers) - len(added) - len(changed)
    return Changes(added, changed, same, len(known) - same - len(changed))


def keep_phones(connection: Connection, changes: Changes, *, now: int) -> None:
    """Do what `compare_phones` found, in the transaction that it found it in."""
    rows = [
        {"voter_id": voter_id, "phone": number, "changed_at": now}
        for voter_id, number in changes.added.items()
    ]
    for at in range(0, len(rows), _AT_ONCE):
        connection.execute(insert(phones), rows[at : at + _AT_ONCE])
    for voter_id, number in changes.changed.items():
        own = update(phones).where(phones.c.voter_id == voter_id)
        connection.execute(own.values(phone=number, changed_at=now))


def render_refused(file: PhoneFile) -> str:
    """Write the refused rows, for whoever mends the file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("line", "reason", "row"))
    for line, reason in file.refused:
        cells = map(neutralise, (reason, *file.rows.get(line, ())))
        writer.writerow((line, *cells))
    return out.getvalue()


def _split(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = read_text(path)
    header = text.partition("\n")[0]
    comma = ";" if ";" in header and "," not in header else ","
    rows: Any = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=comma)
    line = 1
    try:
        yield 1, next(rows, [])
        line = rows.line_num + 1
        for row in rows:
            if any(row):
                yield line, row
            line = rows.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path} line {line}", f"is not csv: {error}") from None


def _read_row(row: list[str]) -> tuple[str, str]:
    if len(row) != len(_COLUMNS):
        found = spell_number(len(row), "column")
        raise InputError("row", f"{found} instead of {len(_COLUMNS)}")
    return normalize_voter_id(row[0].strip(" ")), normalize_number(row[1])
