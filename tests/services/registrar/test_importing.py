"""A list of voters changes the register by what is new, changed and gone, no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, select

from scripts.shared.errors import InputError
from services.registrar.importing import Changes, import_voters
from services.registrar.tables import METADATA, people
from services.registrar.voters_csv import RefusedRow, Row, Voter
from services.shell.database import Database
from services.shell.schema import compare_schema

ODD = "Робин'); DROP TABLE people;-- \\ \t \"%s :x {y} $1"


def voter(number: int, **changed: Any) -> Voter:
    made = Voter(
        number + 2,
        f"V{number:03}",
        f"account-{number}",
        f"Иванов {number}",
        "1970-01-31",
        "Москва, Бибирево",
        10,
        "Бибирево",
    )
    return made._replace(**changed)


def bring(database: Database, rows: Sequence[Row], **options: Any) -> Changes:
    chosen: dict[str, Any] = {
        "keep": True,
        "are_different": False,
        "refuse": lambda _: None,
    } | options
    return database.run_now(import_voters, rows, **chosen)


def listed(database: Database) -> list[tuple[Any, ...]]:
    columns = [people.c[name] for name in (*Voter._fields[1:], "gone")]

    def read(connection: Connection) -> list[tuple[Any, ...]]:
        query = select(*columns).order_by(people.c.voter_id)
        return [tuple(row) for row in connection.execute(query)]

    return database.run_now(read)


def test_tables_of_the_migrations_are_those_of_the_code(database: Database) -> None:
    assert database.run_now(compare_schema, METADATA) == []


def test_same_list_again_changes_nothing(database: Database) -> None:
    rows = [voter(n) for n in range(50)]
    assert bring(database, rows).new == 50
    before = listed(database)
    again = bring(database, rows)
    assert (again.new, again.changed, again.gone, again.any) == (0, 0, 0, False)
    assert listed(database) == before


def test_odd_text_is_text(database: Database) -> None:
    bring(database, [voter(1, address=ODD, account=ODD)])
    assert listed(database) == [(*voter(1, address=ODD, account=ODD)[1:], False)]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Петров"},
        {"birth_date": "1971-01-31"},
        {"address": "Москва, Лианозово"},
        {"account": "another"},
        {"contest": 30},
        {"neighbourhood": "Лианозово"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_change_of_any_column_is_brought(
    database: Database, changed: dict[str, Any]
) -> None:
    bring(database, [voter(1), voter(2)])
    made = bring(database, [voter(1, **changed), voter(2)])
    assert (made.new, made.changed, made.gone) == (0, 1, 0)
    assert listed(database)[0] == (*voter(1, **changed)[1:], False)


def test_who_is_off_the_list_is_marked_and_returns(database: Database) -> None:
    bring(database, [voter(1), voter(2)])
    made = bring(database, [voter(2)])
    assert (made.changed, made.gone) == (0, 1)
    assert [row[-1] for row in listed(database)] == [True, False]
    assert bring(database, [voter(2)]).any is False
    assert bring(database, [voter(1), voter(2)]).changed == 1
    assert [row[-1] for row in listed(database)] == [False, False]


def test_dry_run_counts_the_same_and_changes_nothing(database: Database) -> None:
    bring(database, [voter(1), voter(2)])
    before = listed(database)
    rows = [voter(2, name="Петров"), voter(3)]
    dry = bring(database, rows, keep=False)
    assert listed(database) == before
    assert dry == bring(database, rows)
    assert (dry.new, dry.changed, dry.gone) == (1, 1, 1)
    assert dry.samples == ("new: V003", "changed: V002", "gone: V001")


def test_two_may_change_their_accounts_with_each_other(database: Database) -> None:
    one, two = voter(1), voter(2)
    bring(database, [one, two])
    swapped = [
        one._replace(account=two.account),
        two._replace(account=one.account),
    ]
    assert bring(database, swapped).changed == 2
    assert [row[1] for row in listed(database)] == [two.account, one.account]


def test_account_of_who_is_gone_may_be_given_to_another(database: Database) -> None:
    bring(database, [voter(1)])
    made = bring(database, [voter(2, account=voter(1).account)])
    assert (made.new, made.gone) == (1, 1)
    assert listed(database)[1][1] == voter(1).account


def test_nobody_is_marked_gone_while_a_row_is_refused(database: Database) -> None:
    bring(database, [voter(1), voter(2)])
    refused: list[RefusedRow] = []
    rows: list[Row] = [RefusedRow(2, "no", ("V001",)), voter(2, name="Петров")]
    made = bring(database, rows, refuse=refused.append)
    assert (made.refused, made.changed, made.gone) == (1, 1, 0)
    assert [each.line for each in refused] == [2]
    assert not any(row[-1] for row in listed(database))


def test_voters_that_look_alike_need_somebody_to_look(database: Database) -> None:
    rows = [voter(1, voter_id="A1"), voter(2, voter_id="А1")]  # of two alphabets
    with pytest.raises(InputError, match="look alike"):
        bring(database, rows)
    assert len(bring(database, rows, keep=False).alike) == 1
    assert listed(database) == []
    made = bring(database, rows, are_different=True)
    assert (made.new, len(made.alike)) == (2, 1)


def test_one_person_under_two_ids_is_told(database: Database) -> None:
    made = bring(database, [voter(1), voter(2, name=voter(1).name)])
    (told,) = made.twins
    assert told.startswith("lines 3 and 4: V001 and V002: same name and date of birth")


def test_list_that_breaks_off_changes_nothing(database: Database) -> None:
    bring(database, [voter(1)])

    def rows() -> Any:
        yield voter(2)
        raise InputError("voters.csv", "is not csv")

    with pytest.raises(InputError):
        bring(database, rows())
    assert [row[0] for row in listed(database)] == ["V001"]
