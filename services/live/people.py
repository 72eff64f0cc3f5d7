"""Made-up voters: a name, a login, a number on a phone that there is not."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SEED: Final = 20190908
_PLACES: Final = ((1, "Крюково"), (10, "Бибирево"), (30, "Чертаново Южное"))
_GIVEN: Final = ("Анна", "Вера", "Дарья", "Елена", "Ирина", "Мария", "Нина", "Ольга")
_FAMILY: Final = ("Белова", "Волкова", "Зимина", "Котова", "Лисина", "Орлова", "Рыбина")
PASSWORD: Final = "password"  # noqa: S105  of people who are made up


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up voter; login, account: at the provider, as typed and as it tells."""

    voter_id: str
    account: str
    login: str
    name: str
    phone: str
    contest: int
    neighbourhood: str


def draw_people(count: int) -> tuple[Person, ...]:
    """Draw voters, shared out among the three districts; the same each time."""
    chance = random.Random(_SEED)  # noqa: S311  a story, not a secret
    return tuple(
        Person(
            f"LV {number + 1:05}",
            str(number + 1),  # Django's subject is the number of a user
            f"voter{number + 1}",
            f"{chance.choice(_FAMILY)} {chance.choice(_GIVEN)}",
            f"+7916{5_550_000 + number:07}",
            *_PLACES[number % len(_PLACES)],
        )
        for number in range(count)
    )


def write_people(people: Sequence[Person], *, voters: Path, phones: Path) -> None:
    """Write the commission's list of voters, and the gateway's own file of phones."""
    with voters.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        columns = ("voter_id", "name", "birth_date", "neighbourhood", "account")
        writer.writerow(columns)
        for number, each in enumerate(people):
            born = f"{1940 + number % 60}-{1 + number % 12:02}-{1 + number % 28:02}"
            row = (each.voter_id, each.name, born, each.neighbourhood, each.account)
            writer.writerow(row)
    with phones.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("voter_id", "phone"))
        writer.writerows((each.voter_id, each.phone) for each in people)
