"""Who votes online, for each polling station to strike out of its own list.

Who stands here is who is ONLINE on the chain at the freeze, by the record of every node
that config.toml names; what the register believes of applications decides nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from election.client.rpc import FINAL
from election.crypto.transcript import Hash
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import Issued, Registered, Withdrawn
from election.protocol.terms import ElectionTerms
from election.protocol.text import spell_time
from election.protocol.voter_list import hash_voter
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.files.json_file import replace_lines
from services.registrar.desks import Desk
from services.registrar.tables import people
from services.shell.cells import neutralise
from services.shell.elections import reach

_MARK: Final = b"\xef\xbb\xbf"  # by which spreadsheets know UTF-8
_COLUMNS: Final = {
    "en": ("number", "voter_id", "name", "birth_date", "address", "district", "place"),
    "ru": (
        *("№", "Идентификатор", "ФИО", "Дата рождения", "Адрес", "Округ"),
        "Место в списке",
    ),
}
_RUSSIAN: Final = re.compile("[А-Яа-яЁё]")
_MANY: Final = 20_000
_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Struck:
    """A voter who is given no paper ballot. index: place on the contest's list."""

    voter_id: str
    name: str
    birth_date: str
    address: str
    contest: int
    neighbourhood: str
    index: int


def read_online(desk: Desk) -> dict[Hash, tuple[int, int]]:
    """Read which leaves vote online, each with contest and place, as all nodes say.

    Raises NotYetError before the freeze, InputError where nodes disagree, ClientError.
    """
    found = [_read_from(desk, url) for url in desk.nodes]
    if any(each != found[0] for each in found):
        raise InputError(
            "nodes", "do not agree on who votes online", hint="ask each who runs them"
        )
    return found[0]


def _read_from(desk: Desk, url: str) -> dict[Hash, tuple[int, int]]:
    connection = reach(desk.terms, url)
    desk.learn_times(connection)
    if connection.read_clock() < desk.times.freeze:
        fact = f"is final from {spell_time(desk.times.freeze)} on"
        raise NotYetError("strike list", fact)
    last = connection.read_head(FINAL).number
    handle = desk.voter_list(connection)
    online: dict[Hash, tuple[int, int]] = {}
    for log in connection.iter_logs([handle.contract.address], first=0, last=last):
        event = decode_event(log, ContractName.VOTER_LIST)
        if isinstance(event, Registered | Issued):
            online[event.leaf] = (event.contest, event.request.index)
        elif isinstance(event, Withdrawn):
            online.pop(event.leaf, None)
    for contest in desk.terms.contests:
        own = sum(place[0] == contest for place in online.values())
        if own != handle.online(contest):
            fact = f"tells of {own} who vote online in contest {contest}"
            raise InputError(url, f"{fact}, its contract of another number")
    return online


def name_struck(
    connection: Connection, desk: Desk, online: Mapping[Hash, tuple[int, int]]
) -> list[Struck]:
    """Name whose leaves these are; raises InputError for one that is nobody's."""
    places = {place: leaf for leaf, place in online.items()}
    voters = {
        desk.lists.files[contest].voter(index): (contest, index)
        for contest, index in places
        if contest in desk.lists.files and index < desk.lists.files[contest].size
    }
    struck: list[Struck] = []
    if desk.lists.salts is None:
        hint = "make them again by `veche terms`, and name them in config.toml"
        raise InputError("terms", "are from before the voter lists", hint=hint)
    found = connection.execution_options(yield_per=_MANY).execute(select(people))
    for person in found:
        salt = desk.lists.salts.of(desk.lists.election_id, person.voter_id)
        place = voters.pop(hash_voter(person.voter_id, salt), None)
        if place is not None:
            struck.append(
                Struck(
                    person.voter_id,
                    person.name,
                    person.birth_date,
                    person.address,
                    place[0],
                    person.neighbourhood,
                    place[1],
                )
            )
    if len(struck) != len(online):
        fact = f"has {len(online) - len(struck)} leaves online that are nobody's"
        raise InputError(
            "register", fact, hint="restore register and seed of when it was published"
        )
    return struck


def choose_language(terms: ElectionTerms) -> str:
    """Choose the language of polling stations: that of the election's title."""
    return "ru" if _RUSSIAN.search(terms.title) else "en"


def write_strike_list(
    folder: Path, struck: Sequence[Struck], *, language: str
) -> dict[str, int]:
    """Write a file for each neighbourhood, whole; gives how many stand in each."""
    groups: dict[tuple[int, str], list[Struck]] = {}
    for each in struck:
        groups.setdefault((each.contest, each.neighbourhood), []).append(each)
    counts = {}
    for (contest, neighbourhood), group in sorted(groups.items()):
        name = f"strike-{contest}-{_file_name(neighbourhood)}.csv"
        replace_lines(folder / name, _lines(group, language), mode=_PRIVATE)
        counts[name] = len(group)
    return counts


def _lines(group: Sequence[Struck], language: str) -> Iterator[bytes]:
    yield _MARK + _row(_COLUMNS[language])
    ordered = sorted(group, key=lambda each: (each.name, each.voter_id))
    for number, each in enumerate(ordered, 1):
        cells = (each.voter_id, each.name, each.birth_date, each.address)
        safe = map(neutralise, cells)
        yield _row((str(number), *safe, str(each.contest), str(each.index + 1)))


def _row(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def _file_name(neighbourhood: str) -> str:
    """Name a file by a neighbourhood, with nothing that a path could be made of."""
    return "".join(c if c.isalnum() else "-" for c in neighbourhood) or "unknown"
