"""What each side of an election by services kept: databases, files, logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine, inspect, text

from election.client.open_election import OpenElection, read_box
from election.protocol.events import BallotCast
from services.live.layout import Layout

KNOW_PEOPLE: Final = ("registrar", "portal", "gateway")
ISSUERS: Final = ("issuer-1", "issuer-2", "issuer-3")
RELAYS: Final = ("relay-1", "relay-2")
_LONG: Final = 16  # characters from which on a value is nobody else's by chance


def read_values(layout: Layout, name: str) -> Iterator[str]:
    """Read every value of a service's database, lower case, bytes in hex."""
    home = layout.home(name)
    engine = create_engine(layout.databases.get(name, f"sqlite:///{home.database}"))
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                yield from map(_spell, row)
    engine.dispose()


def _spell(value: Any) -> str:
    is_raw = isinstance(value, bytes | memoryview)
    return bytes(value).hex() if is_raw else str(value).lower().removeprefix("0x")


def dump(layout: Layout, name: str) -> str:
    """Write out every value of a service's database."""
    return "\n".join(read_values(layout, name))


def read_long(layout: Layout, *names: str) -> set[str]:
    """Read the values that are too long to be two things: not times, not counters."""
    values = (each for name in names for each in read_values(layout, name))
    return {each for each in values if len(each) >= _LONG}


def read_files(layout: Layout, name: str) -> bytes:
    """Read all that lies in a part's folder, and its log: what was deleted, too."""
    folder = layout.folder / name
    files = [each for each in folder.rglob("*") if each.is_file()]
    return b"\n".join(_read(each) for each in (*files, layout.log(name)))


def _read(path: Path) -> bytes:
    with suppress(FileNotFoundError):  # a journal of the database
        return path.read_bytes()
    return b""


def read_ballots(opened: OpenElection) -> list[bytes]:
    """Read from the chain what a ballot alone has, and the transactions with them."""
    found: set[bytes] = set()
    for contest in opened.contests:
        for log, event in read_box(opened, contest).handle.contract.read_entries():
            if isinstance(event, BallotCast):
                found |= {log.transaction, event.credential, event.ballot_hash}
                found |= {event.ballot[:64], event.ballot[-64:]}
    return sorted(found)


def find(values: Iterable[bytes], kept: bytes) -> list[str]:
    """Find which values stand somewhere, as they are or in hex; gives them in hex."""
    low = kept.lower()
    return [each.hex() for each in values if each in kept or each.hex().encode() in low]
