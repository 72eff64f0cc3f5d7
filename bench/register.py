"""How long a register takes: import, leaves, roots, lists, a proof; and its memory.

    python -m bench.register --voters 503890

Made-up people in the proportions of the three districts of 2019.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bench.stopping import run_stoppable
from election.artifacts import ROOT
from election.crypto.transcript import Hash
from scripts.shared.files.voter_files import build_lists
from services.registrar.districts import read_districts
from services.registrar.importing import Changes, import_voters
from services.registrar.publishing import (
    keep_lists,
    note_publication,
    open_lists,
    read_publications,
    read_voters,
)
from services.registrar.salts import Salts
from services.registrar.service import SERVICE
from services.registrar.voters_csv import COLUMNS, RefusedRow, open_voters
from services.shell.database import Database, sqlite_url
from services.shell.schema import upgrade_schema

VOTERS_2019: Final = {1: 171_550, 10: 177_285, 30: 155_055}
_NAMES: Final = (
    "Иванов",
    "Петров",
    "Сидоров",
    "Кузнецов",
    "Смирнов",
    "Попов",
    "Чёрный",
)
_FIRST: Final = ("Иван", "Пётр", "Анна", "Мария", "Олег", "Нина", "Ёлка", "Лев")
_ELECTION_ID: Final = Hash(b"\x01" * 32)
_ELECTION: Final = "0x" + "01" * 20


def write_people(path: Path, voters: int) -> None:
    """Write a list of made-up voters as CSV, the districts as in 2019."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_people(voters))


def _people(voters: int) -> Iterator[tuple[str, ...]]:
    homes = _homes()
    total = sum(VOTERS_2019.values())
    ends: list[tuple[int, int]] = []
    for contest, share in VOTERS_2019.items():
        ends.append(((ends[-1][0] if ends else 0) + share, contest))
    for number in range(voters):
        place = number * total // voters
        contest = next(contest for end, contest in ends if place < end)
        names = homes[contest]
        neighbourhood = names[number % len(names)]
        name = f"{_NAMES[number % 7]} {_FIRST[number // 7 % 8]} {_word(number)}"
        day = f"{1930 + number % 70}-{1 + number % 12:02}-{1 + number % 28:02}"
        address = (
            f"Москва, район {neighbourhood}, улица {number % 97}, д. {number % 150}"
        )
        yield (
            f"77-{number:09}",
            name,
            day,
            address,
            str(contest),
            "",
            f"sub-{number}",
        )


def _word(number: int) -> str:
    """Spell a number in letters, so that made-up names differ."""
    letters = "абвгдежзик"
    return "".join(letters[int(digit)] for digit in str(number)).capitalize()


def _homes() -> dict[int, list[str]]:
    known = read_districts(ROOT / "elections/mgd-2019-districts.toml")
    homes: dict[int, list[str]] = {}
    for home in known.homes.values():
        homes.setdefault(home.contest, []).append(home.neighbourhood)
    return homes


def _timed(name: str, act: Callable[[], Any]) -> Any:
    begun, used = time.perf_counter(), time.process_time()
    result = act()
    taken = time.perf_counter() - begun
    cpu = time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:<28}{taken:9.1f} s{cpu:9.1f} s cpu{peak:7} MiB at most", flush=True)
    return result


def measure(voters: int, url: str | None) -> None:
    """Print how long each step takes for so many voters."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "voters.csv"
        write_people(path, voters)
        print(f"{voters} voters, {path.stat().st_size // 1_000_000} MB of CSV")
        database = Database(url or sqlite_url(folder / "registrar.sqlite"))
        database.run_now(upgrade_schema, SERVICE.migrations, SERVICE.tables)
        for what in ("import", "import, the same again"):
            made = _timed(what, lambda: _import(database, path))
            print(f"    new {made.new}, changed {made.changed}, gone {made.gone}")
        salts = Salts(b"\x02" * 32)
        people = _timed(
            "salts", lambda: database.run_now(read_voters, salts, _ELECTION_ID)
        )
        lists = _timed(
            "leaves and roots", lambda: build_lists(people, election_id=_ELECTION_ID)
        )
        _timed("lists on the disk", lambda: keep_lists(folder, _ELECTION, lists))
        published = {each: made.published for each, made in lists.items()}
        database.run_now(
            note_publication, _ELECTION, published, election_id=_ELECTION_ID, at=1
        )
        people = lists = None
        claim = _timed("a proof for one voter", lambda: _prove(database, folder, salts))
        print(json.dumps({"contest": claim.contest, "nodes": len(claim.path)}))
        database.close()


def _import(database: Database, path: Path) -> Changes:
    known = read_districts(ROOT / "elections/mgd-2019-districts.toml")
    with open_voters(path, known) as rows:
        return database.run_now(
            import_voters,
            rows,
            refuse=_refuse,
            keep=True,
            are_different=True,
        )


def _refuse(row: RefusedRow) -> None:
    print(row)


def _prove(database: Database, folder: Path, salts: Salts) -> Any:
    published = database.run_now(read_publications, _ELECTION)
    lists = open_lists(
        folder, _ELECTION, published, election_id=_ELECTION_ID, salts=salts
    )
    place = lists.find("77-000000001")
    assert place is not None  # noqa: S101  made above
    return lists.files[place.contest].claim(place.index)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voters", type=int, default=sum(VOTERS_2019.values()))
    parser.add_argument("--database", help="postgresql+psycopg://..., an empty one")
    given = parser.parse_args(arguments)
    measure(given.voters, given.database)


if __name__ == "__main__":
    run_stoppable(main)
