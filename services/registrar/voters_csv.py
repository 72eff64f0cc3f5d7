"""The list of voters as a table of CSV, line by line: people, and refused rows.

Read as a stream, so that half a million lines need no more memory than one. What is
wrong with the file as a whole is an error; what is wrong with a row is told of it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Final, NamedTuple

from election.errors import ElectionError
from election.protocol.text import spell_number
from election.protocol.voter_id import normalize_voter_id
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unreadable
from scripts.shared.files.json_file import is_utf16
from services.registrar.districts import Districts

COLUMNS: Final = (
    *("voter_id", "name", "birth_date", "address"),
    *("district", "neighbourhood", "account"),
)
_REQUIRED: Final = frozenset(COLUMNS[:3])
IN_RUSSIAN: Final = {
    "voter_id": "идентификатор",
    "name": "фио",
    "birth_date": "дата_рождения",
    "address": "адрес",
    "district": "округ",
    "neighbourhood": "район",
    "account": "учётная_запись",
}
_FROM_RUSSIAN: Final = {
    **{russian: name for name, russian in IN_RUSSIAN.items()},
    "учетная_запись": "account",
}
_BLANKS: Final = re.compile("[ \t\u00a0]+")
_NAME: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,'’()\-\u0300-\u036f])*")
_ISO: Final = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DOTTED: Final = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_LONGEST: Final = {"name": 200, "address": 500, "account": 255}
_EARLIEST: Final = 1890  # year of birth


class Voter(NamedTuple):
    """A row that was accepted; voter_id in its one writing, birth_date as ISO 8601."""

    line: int
    voter_id: str
    account: str
    name: str
    birth_date: str
    address: str
    contest: int
    neighbourhood: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is no voter: its line in the file, as it stands there, and why."""

    line: int
    reason: str
    cells: tuple[str, ...]


Row = Voter | RefusedRow


@contextmanager
def open_voters(path: Path, districts: Districts) -> Iterator[Iterator[Row]]:
    """Open a list of voters; what it yields is read while the block lasts.

    Raises InputError, also later, for what is wrong with the file as a whole.
    """
    with name_unreadable(path):
        file = path.open("rb")
    with file:
        start = file.peek(4)[:4]
        if is_utf16(start):
            raise InputError(str(path), "is text in utf-16: save it as CSV in utf-8")
        with name_unreadable(path):
            text = path.open(encoding="utf-8-sig", newline="")
        with text:
            yield _read(path, text, districts)


def _read(path: Path, text: IO[str], districts: Districts) -> Iterator[Row]:
    rows = _split(path, text)
    header = _accept_header(path, next(rows, (1, []))[1])
    seen: dict[str, int] = {}
    accounts: dict[str, int] = {}
    for line, cells in rows:
        try:
            voter = _read_row(header, cells, line, districts)
            _require_first("voter", seen, voter.voter_id, line)
            _require_first("account", accounts, voter.account, line)
        except ElectionError as error:
            yield RefusedRow(line, str(error), tuple(cells))
        else:
            yield voter


def _require_first(what: str, seen: dict[str, int], key: str, line: int) -> None:
    first = seen.setdefault(key, line)
    if first != line:
        raise InputError(what, f"is that of line {first} once more")


def _split(path: Path, text: IO[str]) -> Iterator[tuple[int, list[str]]]:
    """Split into numbered rows; the header says by what they are separated."""
    line = 1
    try:
        first = text.readline(10_000)
        comma = ";" if ";" in first and "," not in first else ","
        yield 1, next(csv.reader([first], strict=True, delimiter=comma), [])
        rows = csv.reader(text, strict=True, delimiter=comma)
        line = 2
        for row in rows:
            if any(row):
                yield line, row
            line = rows.line_num + 2
    except csv.Error as error:
        raise InputError(f"{path} line {line}", f"is not csv: {error}") from None
    except UnicodeDecodeError:
        fact = f"is not text in utf-8, after line {line} or soon"
        hint = "if it is in windows-1251, save it as CSV in utf-8, or iconv -f cp1251"
        raise InputError(str(path), fact, hint=hint) from None


def _accept_header(path: Path, cells: Sequence[str]) -> tuple[str, ...]:
    names = [_BLANKS.sub("_", cell.strip().lower()) for cell in cells]
    header = tuple(_FROM_RUSSIAN.get(name, name) for name in names)
    known = len({*header}) == len(header) and {*header} <= {*COLUMNS}
    placed = "address" in header or "neighbourhood" in header
    if not (known and placed and {*header} >= _REQUIRED):
        fact = "does not begin with voter_id, name, birth_date and address or"
        fact += " neighbourhood (and district, account, if any)"
        hint = f"in Russian: {', '.join(IN_RUSSIAN.values())}"
        raise InputError(str(path), fact, hint=hint)
    return header


def _read_row(
    header: tuple[str, ...], cells: Sequence[str], line: int, districts: Districts
) -> Voter:
    if len(cells) != len(header):
        fact = f"{spell_number(len(cells), 'column')} instead of {len(header)}"
        raise InputError("row", fact)
    row = dict(zip(header, map(_tidy, cells), strict=True))
    voter_id = normalize_voter_id(row["voter_id"])
    name, address = row["name"], row.get("address", "")
    if _NAME.fullmatch(name) is None or len(name) > _LONGEST["name"]:
        raise InputError("name", "is not 1 to 200 letters, blanks and - . ' ( )")
    if not address.isprintable() or len(address) > _LONGEST["address"]:
        raise InputError("address", "has characters that show nothing, or above 500")
    account = row.get("account", "") or voter_id
    if not account.isprintable() or len(account) > _LONGEST["account"]:
        raise InputError("account", "has characters that show nothing, or above 255")
    home = districts.find(
        row.get("district", ""), row.get("neighbourhood", ""), address
    )
    birth_date = _accept_date(row["birth_date"])
    return Voter(
        line,
        voter_id,
        account,
        name,
        birth_date,
        address,
        home.contest,
        home.neighbourhood,
    )


def _tidy(cell: str) -> str:
    """Write each run of blanks as one; most cells have none, which is faster seen."""
    if "  " in cell or "\t" in cell or "\u00a0" in cell:
        cell = _BLANKS.sub(" ", cell)
    return cell.strip(" ")


def _accept_date(text: str) -> str:
    """Accept 1970-01-31 or 31.01.1970; give the former."""
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    parts = iso.groups() if iso else dotted.groups()[::-1] if dotted else None
    try:
        if parts and int(parts[0]) >= _EARLIEST:
            return date(*map(int, parts)).isoformat()
    except ValueError:
        pass
    raise InputError("birth_date", "is not a day, as 1970-01-31 or 31.01.1970")
