"""Applications: filed, decided, withdrawn; each step is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, insert, select, update

from election.crypto.transcript import Address
from election.protocol.voter_list import LeafState
from services.registrar import problems
from services.registrar.desks import Desk, Desks, deciding
from services.registrar.publishing import Place
from services.registrar.tables import (
    NO_LEAF,
    NO_PLACE,
    PENDING,
    applications,
    history,
    leaves,
    parts,
    people,
    sends,
)
from services.registrar.transitions import (
    LIVE,
    Moment,
    State,
    Times,
    When,
    Who,
    allows,
    may_apply_again,
    next_day,
)

_LIVE: Final = [str(each) for each in LIVE]


def find_person(connection: Connection, account: str) -> Row[Any]:
    """Find who logs in by an account; raises Problem."""
    found = connection.execute(
        select(people).where(people.c.account == account)
    ).one_or_none()
    if found is None:
        raise problems.UNKNOWN_PERSON
    return found


def find_application(connection: Connection, person: int) -> Row[Any] | None:
    """Find the latest application of a person."""
    return connection.execute(
        select(applications)
        .where(applications.c.person == person)
        .order_by(applications.c.id.desc())
        .limit(1)
    ).one_or_none()


def move(
    connection: Connection,
    application: Row[Any],
    target: State,
    *,
    who: Who,
    moment: Moment,
    reason: str = "",
) -> bool:
    """Move an application as the table allows; False if it may not, or moved since."""
    source = State(application.state)
    if not allows(who, source, target, moment):
        return False
    moved = connection.execute(
        update(applications)
        .where(applications.c.id == application.id, applications.c.state == source)
        .values(state=str(target), reason=reason, since=moment.now)
    )
    if moved.rowcount != 1:
        return False
    _note(connection, application.id, target, who=who, at=moment.now, reason=reason)
    return True


def file_application(
    connection: Connection,
    account: str,
    *,
    consent: str,
    locks: Mapping[str, Address],
    desks: Desks,
    now: int,
) -> None:
    """File one application for these elections; the same consent again changes nothing.

    It covers those of them that take applications now. Raises Problem if none does.
    """
    person = find_person(connection, account)
    last = find_application(connection, person.id)
    if last is not None and last.consent == consent:
        return
    chosen = _open_desks(desks, list(locks), now)
    _require_new(connection, consent)
    _require_may_apply(last, now)
    placed = [(desk, _place(connection, desk, person)) for desk in chosen]
    made = connection.execute(
        insert(applications).values(
            person=person.id,
            state=str(State.FILED),
            reason="",
            consent=consent,
            since=now,
        )
    )
    (number,) = made.inserted_primary_key or (0,)
    _note(connection, number, State.FILED, who=Who.VOTER, at=now)
    for desk, place in placed:
        connection.execute(
            insert(parts).values(
                application=number,
                election=desk.name,
                contest=place.contest,
                place=place.index,
                leaf=place.leaf,
                lock=locks[desk.name],
                wanted=True,
                consent=consent,
                lock_signature=b"",
                tries=0,
                due=now,
                trouble="",
            )
        )


def withdraw(
    connection: Connection,
    account: str,
    *,
    consent: str,
    elections: Sequence[str] | None,
    desks: Desks,
    now: int,
) -> None:
    """Withdraw from these elections, from all if none is named. Raises Problem.

    The same consent again changes nothing.
    """
    person = find_person(connection, account)
    last = find_application(connection, person.id)
    if last is None:
        raise problems.NO_APPLICATION
    own = connection.execute(select(parts).where(parts.c.application == last.id)).all()
    if any(not part.wanted and part.consent == consent for part in own):
        return
    if State(last.state) not in (State.FILED, State.CHECKING, State.ACCEPTED):
        raise problems.NO_APPLICATION
    _require_new(connection, consent)
    wanted = [part for part in own if part.wanted and _is_open(desks, part, now)]
    chosen = _choose(wanted, elections, {*desks, *(part.election for part in own)})
    for part in chosen:
        connection.execute(
            update(parts)
            .where(parts.c.id == part.id)
            .values(wanted=False, consent=consent, tries=0, due=now, trouble="")
        )
    if len(chosen) == len(wanted):
        moment = Moment(times_of(desks, own), now)
        if not move(connection, last, State.WITHDRAWN, who=Who.VOTER, moment=moment):
            raise problems.NOT_OPEN


def decide(
    connection: Connection,
    application: Row[Any],
    *,
    desks: Desks,
    now: int,
    refusal: str | None = None,
) -> bool:
    """Decide on an application as the registrar; refusal: the reason of a no."""
    own = connection.execute(
        select(parts).where(parts.c.application == application.id)
    ).all()
    moment = Moment(times_of(desks, own), now)
    if State(application.state) is State.FILED:
        if not move(
            connection, application, State.CHECKING, who=Who.REGISTRAR, moment=moment
        ):
            return False
        application = connection.execute(
            select(applications).where(applications.c.id == application.id)
        ).one()
    return move(
        connection,
        application,
        State.ACCEPTED if refusal is None else State.REFUSED,
        who=Who.REGISTRAR,
        moment=moment,
        reason=refusal or "",
    )


def times_of(desks: Desks, own: Sequence[Row[Any]]) -> Times:
    """Give the times of the election that decides on an application."""
    known = [desks[part.election] for part in own if part.election in desks]
    return deciding(known).times if known else Times(0, 0, 0)


def describe_person(
    connection: Connection, account: str, *, desks: Desks
) -> dict[str, Any]:
    """Say of a person what their account shows. Salts are in it. Raises Problem."""
    person = find_person(connection, account)
    last = find_application(connection, person.id)
    return {
        "voter_id": person.voter_id,
        "name": person.name,
        "district": person.contest,
        "neighbourhood": person.neighbourhood,
        "application": None if last is None else _describe(connection, last),
        "elections": [
            _describe_election(connection, desk, person, last)
            for desk in desks.values()
        ],
    }


def _describe(connection: Connection, application: Row[Any]) -> dict[str, Any]:
    steps = connection.execute(
        select(history)
        .where(history.c.application == application.id)
        .order_by(history.c.id)
    )
    return {
        "state": application.state,
        "since": application.since,
        "reason": application.reason,
        "again_from": None
        if application.state in LIVE
        else next_day(application.since),
        "history": [
            {"state": step.state, "at": step.at, "who": step.who, "reason": step.reason}
            for step in steps
        ],
    }


def _describe_election(
    connection: Connection, desk: Desk, person: Row[Any], application: Row[Any] | None
) -> dict[str, Any]:
    common = desk.terms.common
    told: dict[str, Any] = {
        "election": desk.name,
        "title": desk.terms.title,
        "test": desk.terms.test,
        "phases": {
            "applications_open": desk.times.start,
            "registration": desk.registration,
            "applications_close": desk.times.closing,
            "freeze": desk.times.freeze,
            "opening": common.opening,
            "issue_closing": max(common.issue_closing, desk.closing),
            "cast_closing": max(common.cast_closing, desk.cast_closing),
        },
    }
    part = None
    if application is not None:
        part = connection.execute(
            select(parts).where(
                parts.c.application == application.id, parts.c.election == desk.name
            )
        ).one_or_none()
    told |= {
        "wanted": part is not None and bool(part.wanted),
        "trouble": "" if part is None else part.trouble,
    }
    place = desk.lists.find(person.voter_id)
    if place is None:
        missing = ("index", "leaf", "salt", "leaf_state", "nonce", "place")
        told |= {"contest": person.contest, "locked": False}
        return told | {"settled": not told["wanted"]} | dict.fromkeys(missing)
    leaf = _read_leaf(connection, desk.name, place.leaf)
    state = LeafState.NONE if leaf is None else LeafState(leaf.state)
    return told | {
        "contest": place.contest,
        "index": place.index,
        "leaf": f"0x{place.leaf.hex()}",
        "salt": f"0x{place.salt.hex()}",
        "leaf_state": state.name.lower(),
        "nonce": 0 if leaf is None else leaf.nonce,
        "place": place.index + 1,
        "settled": _is_settled(part, state),
        "locked": leaf is not None and any(leaf.lock),
    }


def _is_settled(part: Row[Any] | None, state: LeafState) -> bool:
    """Say whether the chain has what the application wants."""
    is_online = state in (LeafState.ONLINE, LeafState.ISSUED)
    return is_online == (part is not None and bool(part.wanted))


def _read_leaf(connection: Connection, election: str, leaf: bytes) -> Row[Any] | None:
    return connection.execute(
        select(leaves).where(leaves.c.election == election, leaves.c.leaf == leaf)
    ).one_or_none()


def _choose(
    wanted: list[Row[Any]], elections: Sequence[str] | None, known: set[str]
) -> list[Row[Any]]:
    """Choose what is withdrawn from; raises Problem if that is nothing."""
    if elections is not None and {*elections} - known:
        raise problems.UNKNOWN_ELECTION
    chosen = [p for p in wanted if elections is None or p.election in elections]
    if not chosen:
        raise problems.NOT_OPEN
    return chosen


def _open_desks(desks: Desks, names: Sequence[str], now: int) -> list[Desk]:
    """Choose the elections that take applications now; raises Problem if none does."""
    if {*names} - {*desks}:
        raise problems.UNKNOWN_ELECTION
    named = [desks[name] for name in names]
    if not all(desk.times.freeze for desk in named):
        raise problems.AWAY
    found = [desk for desk in named if desk.times.holds(When.OPEN, now)]
    if not found:
        raise problems.NOT_OPEN
    return found


def _require_may_apply(last: Row[Any] | None, now: int) -> None:
    if last is not None and last.state in LIVE:
        raise problems.ALREADY
    if last is not None and not may_apply_again(last.since, now):
        raise problems.TOMORROW


def _place(connection: Connection, desk: Desk, person: Row[Any]) -> Place:
    """Find where a person stands; raises Problem if nowhere, or not yet free again.

    Before there are lists the register alone says who may apply; `placing.py` finds the
    place once there are.
    """
    if person.gone:
        raise problems.NOT_ON_LIST
    if not desk.lists.files and person.contest in desk.terms.contests:
        return Place(person.contest, NO_PLACE, NO_LEAF, NO_LEAF)
    place = desk.lists.find(person.voter_id)
    if place is None:
        raise problems.NOT_ON_LIST
    _require_settled(connection, desk.name, place.leaf)
    return place


def _is_open(desks: Desks, part: Row[Any], now: int) -> bool:
    desk = desks.get(part.election)
    return desk is not None and desk.times.holds(When.OPEN, now)


def _require_new(connection: Connection, consent: str) -> None:
    for table in (parts, applications):  # each by its own index
        found = select(table.c.id).where(table.c.consent == consent)
        if connection.execute(found.limit(1)).first() is not None:
            raise problems.CONSENT_USED


def _require_settled(connection: Connection, election: str, leaf: bytes) -> None:
    """Raise Problem while an earlier application still moves this leaf."""
    pending = connection.execute(
        select(sends.c.id).where(
            and_(
                sends.c.election == election,
                sends.c.leaf == leaf,
                sends.c.state.in_(PENDING),
            )
        )
    ).first()
    found = _read_leaf(connection, election, leaf)
    if pending is not None or (found is not None and found.state != LeafState.NONE):
        raise problems.NOT_SETTLED


def _note(
    connection: Connection,
    application: int,
    state: State,
    *,
    who: Who,
    at: int,
    reason: str = "",
) -> None:
    connection.execute(
        insert(history).values(
            application=application,
            at=at,
            who=str(who),
            state=str(state),
            reason=reason,
        )
    )
