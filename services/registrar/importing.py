"""Bring a list of voters into the register: what is new, changed and gone.

The rows go into a table of their own first, and the database compares. So a dry run
and an import see the same, and the same file again changes nothing. Who is not on the
list any more is marked, never deleted: an application may hang on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

from sqlalchemy import Connection, text

from election.protocol.voter_id import pair_look_alikes, spell_difference
from scripts.shared.errors import InputError
from services.registrar.voters_csv import RefusedRow, Row, Voter

_MANY: Final = 20_000  # rows handed to the database at once
_SHOWN: Final = 20
_COLUMNS: Final = Voter._fields
_KEPT: Final = _COLUMNS[1:]  # all but the line
_NAMES: Final = ", ".join(_KEPT)
_THEIRS: Final = ", ".join(f"i.{name}" for name in _KEPT)
_ASSIGNED: Final = ", ".join(f"{name} = i.{name}" for name in _KEPT[1:])
_DIFFERS: Final = " OR ".join(f"p.{name} <> i.{name}" for name in _KEPT[1:])
_CHANGED: Final = f"p.voter_id = i.voter_id AND (p.gone OR {_DIFFERS})"

_NEW: Final = "NOT EXISTS (SELECT 1 FROM people p WHERE p.voter_id = i.voter_id)"
_GONE: Final = (
    "NOT p.gone AND NOT EXISTS (SELECT 1 FROM incoming i WHERE i.voter_id = p.voter_id)"
)
# Nothing foreign is in any of these texts. What they are of, in `people` as `p`:
_FROM_NEW: Final = f"FROM incoming i WHERE {_NEW}"
_FROM_CHANGED: Final = f"FROM people p JOIN incoming i ON {_CHANGED}"
_FROM_GONE: Final = f"FROM people p WHERE {_GONE}"
# Two may have changed accounts with each other, and each is unique at every step: no
# account has a blank at its beginning, so that one that is let go has.
_LET_GO: Final = "UPDATE people SET account = ' ' || people.id FROM incoming i WHERE"
_MOVED: Final = "people.voter_id = i.voter_id AND people.account <> i.account"
_TAKEN: Final = (
    "people.gone AND i.account = people.account AND i.voter_id <> people.voter_id"
)
_OTHERS: Final = _CHANGED.replace("p.", "people.")
_APPLY: Final = (
    f"{_LET_GO} {_MOVED}",
    f"{_LET_GO} {_TAKEN}",
    f"UPDATE people SET {_ASSIGNED}, gone = false FROM incoming i WHERE {_OTHERS}",  # noqa: S608
    f"INSERT INTO people ({_NAMES}, gone) SELECT {_THEIRS}, false {_FROM_NEW}",
)
_MARK_GONE: Final = f"UPDATE people AS p SET gone = true WHERE {_GONE}"  # noqa: S608


class Refused(Protocol):
    """Takes a row that is no voter."""

    def __call__(self, row: RefusedRow) -> None:
        """Keep it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import changes, in people; and what a person should look at.

    alike: pairs of voter ids that a reader may take for one. twins: name and date of
    birth that several voters have. gone_live: who is gone, with a live application.
    """

    rows: int
    refused: int
    new: int
    changed: int
    gone: int
    alike: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()
    samples: tuple[str, ...] = field(default=())

    @property
    def any(self) -> bool:
        """Say whether anything changes."""
        return bool(self.new or self.changed or self.gone)


def import_voters(
    connection: Connection,
    rows: Iterable[Row],
    *,
    refuse: Refused,
    keep: bool,
    are_different: bool,
    tell: Callable[[tuple[str, ...]], None] = lambda _: None,
) -> Changes:
    """Compare rows with the register and, if `keep`, bring it up to them.

    Rows that are refused go to `refuse`; while there are any, nobody is marked gone,
    since the missing voter may be in a refused row. Raises InputError where voters
    look alike, unless `are_different`, and for what `rows` raises; nothing is changed
    then.
    """
    _make_table(connection)
    ids: list[str] = []
    lines: list[int] = []
    refused = 0

    def accepted() -> Iterator[Voter]:
        nonlocal refused
        for row in rows:
            if isinstance(row, RefusedRow):
                refused += 1
                refuse(row)
            else:
                ids.append(row.voter_id)
                lines.append(row.line)
                yield row

    _fill(connection, accepted())
    if not ids:
        raise InputError("list of voters", "has no voters")
    alike = _list_alike(ids, lines)
    tell(alike)
    changes = _compare(connection, len(ids), refused, alike)
    tell(changes.twins)
    if keep and alike and not are_different:
        fact = "has voters that look alike, as told above: leave out who stands there"
        raise InputError("list of voters", f"{fact} twice, or give --different")
    if keep and changes.any:
        _apply(connection, marks_gone=not refused)
    connection.execute(text("DROP TABLE incoming"))
    return changes


def _make_table(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE incoming (line INTEGER, voter_id TEXT PRIMARY KEY,"
            " account TEXT, name TEXT, birth_date TEXT, address TEXT, contest INTEGER,"
            " neighbourhood TEXT)"
        )
    )


def _fill(connection: Connection, voters: Iterator[Voter]) -> None:
    """Hand over rows as fast as the driver takes them."""
    names = ", ".join(_COLUMNS)
    driver = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with driver.copy(f"COPY incoming ({names}) FROM STDIN") as copy:
            for voter in voters:
                copy.write_row(voter)
        connection.execute(text("ANALYZE incoming"))
        return
    marks = ", ".join("?" * len(_COLUMNS))
    while many := list(islice(voters, _MANY)):
        driver.executemany(
            f"INSERT INTO incoming ({names}) VALUES ({marks})",  # noqa: S608  our names
            many,
        )


def _list_alike(ids: Sequence[str], lines: Sequence[int]) -> tuple[str, ...]:
    return tuple(
        f"lines {lines[one]} and {lines[other]}: {ids[one]} and {ids[other]} look "
        f"alike: {spell_difference(ids[one], ids[other])}"
        for one, other in pair_look_alikes(ids)
    )


def _compare(
    connection: Connection, rows: int, refused: int, alike: tuple[str, ...]
) -> Changes:
    def count(source: str) -> int:
        return int(connection.scalar(text(f"SELECT count(*) {source}")) or 0)

    return Changes(
        rows,
        refused,
        count(_FROM_NEW),
        count(_FROM_CHANGED),
        0 if refused else count(_FROM_GONE),
        alike,
        tuple(_list_twins(connection)),
        tuple(_sample(connection, marks_gone=not refused)),
    )


def _list_twins(connection: Connection) -> Iterator[str]:
    """Say which lines may be one person under two ids."""
    found = connection.execute(
        text(
            "SELECT a.line, a.voter_id, b.line, b.voter_id, t.many FROM (SELECT"
            " min(line) AS first, max(line) AS last, count(*) AS many FROM incoming"
            " GROUP BY name, birth_date HAVING count(*) > 1) t"
            " JOIN incoming a ON a.line = t.first JOIN incoming b ON b.line = t.last"
            " ORDER BY 1"
        )
    )
    for first, own, last, other, many in found:
        fact = f"same name and date of birth, {many} voters: one person twice?"
        yield f"lines {first} and {last}: {own} and {other}: {fact}"


def _sample(connection: Connection, *, marks_gone: bool) -> Iterator[str]:
    """Name some of those whom an import changes."""
    sources = {
        "new": f"i.voter_id {_FROM_NEW}",
        "changed": f"i.voter_id {_FROM_CHANGED}",
    }
    if marks_gone:
        sources["gone"] = f"p.voter_id {_FROM_GONE}"
    for what, source in sources.items():
        found = connection.scalars(text(f"SELECT {source} LIMIT {_SHOWN}"))
        yield from (f"{what}: {voter_id}" for voter_id in found)


def _apply(connection: Connection, *, marks_gone: bool) -> None:
    if marks_gone:
        connection.execute(text(_MARK_GONE))
    for statement in _APPLY:
        connection.execute(text(statement))
