"""Applications move as the table says, whoever else moves them at the same time."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from services.registrar.applications import (
    decide,
    describe_person,
    file_application,
    find_application,
    find_person,
    withdraw,
)
from services.registrar.desks import Desks
from services.registrar.importing import import_voters
from services.registrar.tables import applications, history, parts
from services.registrar.transitions import (
    LIVE,
    TRANSITIONS,
    Moment,
    State,
    Times,
    Who,
    allows,
    may_apply_again,
    next_day,
)
from services.shell.database import Database
from services.shell.problems import Problem
from tests.services.registrar.small import (
    DAY,
    MAIN,
    NO_LOCK,
    START,
    TEST,
    TIMES,
    open_small,
    people,
)

BOTH = {TEST: NO_LOCK, MAIN: NO_LOCK}


@pytest.fixture
def desks(tmp_path: Path, database: Database) -> Desks:
    return open_small(tmp_path, database)


def apply(
    database: Database,
    desks: Desks,
    consent: str = "C",
    *,
    now: int = START,
    who: int = 0,
) -> None:
    database.run_now(
        file_application, f"a{who}", consent=consent, locks=BOTH, desks=desks, now=now
    )


def take_back(
    database: Database,
    desks: Desks,
    consent: str = "W",
    *,
    elections: list[str] | None = None,
    now: int = START,
) -> None:
    database.run_now(
        withdraw, "a0", consent=consent, elections=elections, desks=desks, now=now
    )


def accept(connection: Connection, desks: Desks, refusal: str | None = None) -> bool:
    person = find_person(connection, "a0")
    found = find_application(connection, person.id)
    assert found is not None
    return decide(connection, found, desks=desks, now=START, refusal=refusal)


def state_of(database: Database, desks: Desks, who: int = 0) -> Any:
    told = database.run_now(describe_person, f"a{who}", desks=desks)
    return told["application"] and told["application"]["state"]


def test_table_allows_no_move_but_its_own() -> None:
    own = {(move.who, move.source, move.target) for move in TRANSITIONS}
    moments = [
        Moment(TIMES, now)
        for now in (START - 1, START, TIMES.closing, TIMES.freeze, TIMES.freeze + DAY)
    ]
    for who, source, target in product(Who, (None, *State), State):
        is_allowed = any(allows(who, source, target, moment) for moment in moments)
        assert is_allowed == ((who, source, target) in own)


@pytest.mark.parametrize(
    ("source", "target", "who", "times"),
    [
        (None, State.FILED, Who.VOTER, (False, True, False, False)),
        (State.ACCEPTED, State.WITHDRAWN, Who.VOTER, (False, True, False, False)),
        (State.CHECKING, State.ACCEPTED, Who.REGISTRAR, (True, True, True, False)),
        (State.ACCEPTED, State.FROZEN, Who.CHAIN, (False, False, False, True)),
    ],
)
def test_move_has_its_time(
    source: State | None, target: State, who: Who, times: tuple[bool, ...]
) -> None:
    moments = (START - 1, START, TIMES.closing, TIMES.freeze)
    found = tuple(allows(who, source, target, Moment(TIMES, now)) for now in moments)
    assert found == times


def test_next_day_begins_at_midnight_in_moscow() -> None:
    midnight = START + DAY
    assert next_day(midnight - 1) == midnight
    assert next_day(midnight) == midnight + 86_400
    assert not may_apply_again(START, midnight - 1)
    assert may_apply_again(midnight - 1, midnight)


def test_one_application_serves_all_elections(database: Database, desks: Desks) -> None:
    apply(database, desks)
    told = database.run_now(describe_person, "a0", desks=desks)
    assert [each["wanted"] for each in told["elections"]] == [True, True]
    assert (
        len({each["salt"] for each in told["elections"]}) == 1
    )  # one election id here
    assert told["application"]["state"] == "filed"


@pytest.mark.parametrize("state", list(State))
def test_database_holds_one_live_application_a_person(
    database: Database, desks: Desks, state: State
) -> None:
    apply(database, desks)
    values = {"person": 1, "reason": "", "consent": "other", "since": START}

    def add(connection: Connection) -> None:
        connection.execute(insert(applications).values(state=str(state), **values))

    if state in LIVE:
        with pytest.raises(IntegrityError):
            database.run_now(add)
    else:
        database.run_now(add)


@pytest.mark.parametrize(
    ("now", "code"), [(START - 1, "not_open"), (TIMES.closing, "not_open")]
)
def test_nothing_is_filed_or_withdrawn_out_of_time(
    database: Database, desks: Desks, now: int, code: str
) -> None:
    with pytest.raises(Problem, match=code):
        apply(database, desks, now=now)
    apply(database, desks)
    with pytest.raises(Problem, match=code):
        take_back(database, desks, now=now)
    assert state_of(database, desks) == "filed"


def test_round_whose_freeze_is_over_keeps_nobody_from_the_others(
    database: Database, desks: Desks
) -> None:
    desks[TEST].times = Times(START - 2 * DAY, START - DAY, START - DAY)
    apply(database, desks)
    told = database.run_now(describe_person, "a0", desks=desks)
    assert [each["wanted"] for each in told["elections"]] == [False, True]
    take_back(database, desks, elections=[TEST, MAIN])
    assert state_of(database, desks) == "withdrawn"


def test_withdrawing_one_election_leaves_the_other(
    database: Database, desks: Desks
) -> None:
    apply(database, desks)
    take_back(database, desks, "W1", elections=[TEST])
    assert state_of(database, desks) == "filed"
    take_back(database, desks, "W2", elections=[MAIN])
    assert state_of(database, desks) == "withdrawn"


def test_applying_again_waits_for_the_next_day(
    database: Database, desks: Desks
) -> None:
    apply(database, desks)
    take_back(database, desks)
    take_back(database, desks)  # the same again
    with pytest.raises(Problem, match="tomorrow"):
        apply(database, desks, "C2", now=START + DAY - 1)
    apply(database, desks, "C2", now=START + DAY)
    assert state_of(database, desks) == "filed"


def test_consent_of_one_person_is_none_of_another(
    database: Database, desks: Desks
) -> None:
    apply(database, desks)
    with pytest.raises(Problem, match="consent_used"):
        apply(database, desks, who=1)
    with pytest.raises(Problem, match="consent_used"):
        take_back(database, desks, "C")


def test_who_is_gone_or_unknown_cannot_apply(database: Database, desks: Desks) -> None:
    database.run_now(
        import_voters,
        people(1),
        refuse=lambda _: None,
        keep=True,
        are_different=False,
    )
    with pytest.raises(Problem, match="not_on_list"):
        apply(database, desks, who=1)
    for account in ("nobody", "a0' OR '1'='1", "%", "a0\\"):
        with pytest.raises(Problem, match="unknown_person"):
            database.run_now(describe_person, account, desks=desks)


def test_refusal_keeps_its_reason(database: Database, desks: Desks) -> None:
    apply(database, desks)
    assert database.run_now(accept, desks, "not_eligible")
    told = database.run_now(describe_person, "a0", desks=desks)["application"]
    assert (told["state"], told["reason"]) == ("refused", "not_eligible")
    steps = [step["state"] for step in told["history"]]
    assert steps == ["filed", "checking", "refused"]


def in_parallel(acts: list[Any]) -> list[str]:
    """Run acts at once; gives the word of each problem, or an empty one."""
    barrier = Barrier(len(acts))

    def run(act: Any) -> str:
        barrier.wait()
        try:
            act()
        except Problem as problem:
            return problem.code
        except IntegrityError:
            return "met"
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_many_applications_at_once_one_is_filed(
    database: Database, desks: Desks
) -> None:
    acts = [lambda n=n: apply(database, desks, f"C{n}") for n in range(6)]
    found = Counter(in_parallel(acts))
    assert found[""] == 1
    assert set(found) <= {"", "already_applied", "met"}

    def count(connection: Connection) -> tuple[int, int]:
        filed = connection.execute(select(applications)).all()
        return len(filed), len(connection.execute(select(parts)).all())

    assert database.run_now(count) == (1, 2)


def test_withdrawal_and_decision_at_once_leave_it_withdrawn(
    database: Database, desks: Desks
) -> None:
    apply(database, desks)
    acts = [lambda: database.run_now(accept, desks), lambda: take_back(database, desks)]
    assert set(in_parallel(acts)) == {""}
    assert state_of(database, desks) == "withdrawn"

    def last(connection: Connection) -> str:
        query = select(history.c.state).order_by(history.c.id.desc()).limit(1)
        return str(connection.scalar(query))

    assert database.run_now(last) == "withdrawn"


def test_one_consent_at_once_for_two_people_serves_one(
    database: Database, desks: Desks
) -> None:
    acts = [lambda n=n: apply(database, desks, "C", who=n) for n in range(2)]
    found = in_parallel(acts)
    assert "" in found
    assert set(found) <= {"", "consent_used", "met"}
    states = [state_of(database, desks, who) for who in range(2)]
    assert states.count("filed") == 1


def test_times_that_no_node_told_open_nothing(database: Database, desks: Desks) -> None:
    for desk in desks.values():
        desk.times = Times(0, 0, 0)
    with pytest.raises(Problem, match="chain_away"):
        apply(database, desks)


def test_voter_who_came_after_the_list_has_a_contest_and_no_leaf(
    database: Database, desks: Desks
) -> None:
    database.run_now(
        import_voters,
        people(5),
        refuse=lambda _: None,
        keep=True,
        are_different=False,
    )
    told = database.run_now(describe_person, "a4", desks=desks)
    assert [(each["contest"], each["leaf"]) for each in told["elections"]] == [
        (1, None),
        (1, None),
    ]
    with pytest.raises(Problem, match="not_on_list"):
        apply(database, desks, who=4)
