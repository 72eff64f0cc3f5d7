"""The register of voters: the table that a commission brings, and its salts.

docs/protocol.md §6. It comes from a spreadsheet as often as not, so a semicolon and a
byte order mark are as good as none; whatever else is wrong is told of every line.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from election.crypto.transcript import Hash, decode_hash
from election.errors import ElectionError, EncodingError
from election.protocol.text import spell_number
from election.protocol.voter_id import (
    normalize_voter_id,
    pair_look_alikes,
    spell_difference,
)
from scripts.shared.errors import InputError, RefusedLinesError
from scripts.shared.files.json_file import is_utf16, read_raw

_COLUMNS: Final = ("contest", "voter_id", "salt")
_SALT_BYTES: Final = 32
_WAY_OUT: Final = "save it as CSV in utf-8"


@dataclass(frozen=True, slots=True)
class RegisteredVoter:
    """One line of the register: a person, a contest, and the salt of the leaf.

    voter_id: in its one writing.
    """

    contest: int
    voter_id: str
    salt: Hash = field(repr=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Register:
    """All voters, in order. is_salted: their salts were drawn before."""

    voters: tuple[RegisteredVoter, ...]
    is_salted: bool


def read_register(path: Path) -> Register:
    """Read CSV with the columns contest, voter_id and, if already drawn, salt.

    Where there is no salt, it is drawn. Raises InputError, and RefusedLinesError for
    lines that are no voter and for a person who stands there twice.
    """
    rows = _split(path, _decode(path))
    header = tuple(name.strip().lower().replace(" ", "_") for name in next(rows)[1])
    if header not in (_COLUMNS, _COLUMNS[:2]):
        fact = "does not begin with contest,voter_id (and salt, if any)"
        raise InputError(str(path), fact)
    refused: list[str] = []
    voters = tuple(_read_voters(rows, len(header), refused=refused))
    if refused:
        raise RefusedLinesError(str(path), tuple(refused))
    if not voters:
        raise InputError(str(path), "has no voters")
    return Register(voters, is_salted=len(header) == len(_COLUMNS))


def read_slip(path: Path) -> RegisteredVoter:
    """Read one voter's line of salts.csv, with its first line or without.

    Raises InputError for any other number of voters than one.
    """
    text = _decode(path)
    comma = "," if "," in text else ";"
    if text.partition("\n")[0].strip().lower() != comma.join(_COLUMNS):
        text = comma.join(_COLUMNS) + "\n" + text
    refused: list[str] = []
    rows = _split(path, text)
    next(rows)
    voters = tuple(_read_voters(rows, len(_COLUMNS), refused=refused))
    if refused or len(voters) != 1:
        fact = "is not one line of salts.csv: contest, voter id and salt"
        raise InputError(str(path), fact, hint="the registrar gives each voter one")
    return voters[0]


def list_look_alikes(register: Register) -> tuple[str, ...]:
    """Say which lines have identifiers that a reader may take for one."""
    voters = register.voters
    return tuple(
        f"lines {voters[one].line} and {voters[other].line}: "
        f"{voters[one].voter_id} and {voters[other].voter_id} look alike: "
        f"{spell_difference(voters[one].voter_id, voters[other].voter_id)}"
        for one, other in pair_look_alikes(voter.voter_id for voter in voters)
    )


def render_salts(voters: tuple[RegisteredVoter, ...]) -> str:
    """Write a register with its salts, as `read_register` reads it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((v.contest, v.voter_id, v.salt.hex()) for v in voters)
    return out.getvalue()


def _decode(path: Path) -> str:
    """Read text in utf-8, and name what it may be in instead."""
    raw = read_raw(path)
    if is_utf16(raw):
        raise InputError(str(path), f"is text in utf-16: {_WAY_OUT}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fact = f"is not text in utf-8, from line {line} on"
        fact += f"; if it is in windows-1251, {_WAY_OUT}, or use iconv -f cp1251"
        raise InputError(str(path), fact) from None


def _split(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Split into numbered rows; the header says by what they are separated."""
    header = io.StringIO(text, newline=None).readline()
    comma = ";" if ";" in header and "," not in header else ","
    rows = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=comma)
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


def _read_voters(
    rows: Iterator[tuple[int, list[str]]], columns: int, *, refused: list[str]
) -> Iterator[RegisteredVoter]:
    seen: dict[str, int] = {}
    for line, row in rows:
        try:
            voter = _read_row(row, columns, line=line)
        except ElectionError as error:
            refused.append(f"line {line}: {error}")
            continue
        first = seen.setdefault(voter.voter_id, line)
        if first != line:
            again = f"line {line}: the voter of line {first} once more"
            refused.append(f"{again}; a voter has one contest of an election")
        else:
            yield voter


def _read_row(row: list[str], columns: int, *, line: int) -> RegisteredVoter:
    if len(row) != columns:
        raise InputError(
            "row", f"{spell_number(len(row), 'column')} instead of {columns}"
        )
    contest, voter_id, *salts = (each.strip(" ") for each in row)
    if not (contest.isascii() and contest.isdigit() and len(contest) < 78):
        raise InputError("contest", "is not a number")
    normalized = normalize_voter_id(voter_id)
    try:
        salt = decode_hash(
            bytes.fromhex(salts[0]) if salts else secrets.token_bytes(_SALT_BYTES)
        )
    except (ValueError, EncodingError):
        raise InputError("salt", "is not 32 bytes in hex") from None
    return RegisteredVoter(int(contest), normalized, salt, line)
