"""What a withdrawal is refused for, and what it changes then: nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.registrar.applications import describe_person
from services.registrar.desks import Desks
from services.registrar.transitions import Times
from services.shell.database import Database
from services.shell.problems import Problem
from tests.services.registrar.small import DAY, MAIN, START, TEST, open_small
from tests.services.registrar.test_applications import (
    accept,
    apply,
    state_of,
    take_back,
)

OVER = Times(START - 2 * DAY, START - DAY, START - DAY)


@pytest.fixture
def desks(tmp_path: Path, database: Database) -> Desks:
    return open_small(tmp_path, database)


def shown(database: Database, desks: Desks, what: str) -> list[Any]:
    told = database.run_now(describe_person, "a0", desks=desks)
    return [each[what] for each in told["elections"]]


def test_who_never_applied_withdraws_nothing(database: Database, desks: Desks) -> None:
    with pytest.raises(Problem, match="no_application"):
        take_back(database, desks)


def test_who_was_refused_withdraws_nothing(database: Database, desks: Desks) -> None:
    apply(database, desks)
    database.run_now(accept, desks, "not_eligible")
    with pytest.raises(Problem, match="no_application"):
        take_back(database, desks)
    assert state_of(database, desks) == "refused"


@pytest.mark.parametrize(
    ("elections", "code"),
    [
        (["0x" + "09" * 20], "unknown_election"),
        ([MAIN, "0x" + "09" * 20], "unknown_election"),
        ([], "not_open"),
    ],
)
def test_withdrawal_from_what_is_none_changes_nothing(
    database: Database, desks: Desks, elections: list[str], code: str
) -> None:
    apply(database, desks)
    with pytest.raises(Problem, match=code):
        take_back(database, desks, elections=elections)
    assert state_of(database, desks) == "filed"
    assert shown(database, desks, "wanted") == [True, True]


def test_election_is_withdrawn_from_once(database: Database, desks: Desks) -> None:
    apply(database, desks)
    take_back(database, desks, "W1", elections=[TEST])
    with pytest.raises(Problem, match="not_open"):
        take_back(database, desks, "W2", elections=[TEST])


def test_round_that_is_frozen_is_withdrawn_from_no_more(
    database: Database, desks: Desks
) -> None:
    apply(database, desks)
    desks[TEST].times = OVER
    take_back(database, desks)
    assert shown(database, desks, "wanted") == [True, False]
    assert state_of(database, desks) == "withdrawn"


def test_election_that_decides_and_is_frozen_keeps_the_application(
    database: Database, desks: Desks
) -> None:
    """And then no part of it is withdrawn, since what is refused changes nothing."""
    apply(database, desks)
    desks[MAIN].times = OVER
    with pytest.raises(Problem, match="not_open"):
        take_back(database, desks)
    assert shown(database, desks, "wanted") == [True, True]


def test_election_that_the_registrar_no_longer_serves_stays_as_it_was(
    database: Database, desks: Desks
) -> None:
    apply(database, desks)
    take_back(database, {MAIN: desks[MAIN]}, elections=[TEST, MAIN])
    assert shown(database, desks, "wanted") == [True, False]


def test_withdrawn_part_is_settled_once_its_leaf_is_offline(
    database: Database, desks: Desks
) -> None:
    apply(database, desks)
    assert shown(database, desks, "settled") == [False, False]
    take_back(database, desks)
    assert shown(database, desks, "settled") == [True, True]
