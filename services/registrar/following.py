"""Follow the chain: what final blocks say of leaves, and so of applications.

Read from where it ended last, and noted with that place in one transaction, so that a
restart neither misses nor repeats anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from election.client.rpc import FINAL, LATEST
from election.crypto.transcript import Hash
from election.protocol.abi import ContractName, decode_event
from election.protocol.attestation import NO_LOCK
from election.protocol.board import Log
from election.protocol.events import (
    Event,
    Issued,
    PaperMarked,
    Registered,
    Withdrawn,
)
from election.protocol.voter_list import LeafState
from services.registrar.applications import move
from services.registrar.desks import Desk, Desks, deciding
from services.registrar.tables import (
    applications,
    followed,
    leaves,
    parts,
    requests,
    sends,
)
from services.registrar.transitions import Moment, State, Who

_MOST_BLOCKS: Final = 50_000  # in one step
NOT_IN_TIME: Final = "not_in_time"
_BECOMES: Final = {
    Registered: LeafState.ONLINE,
    Withdrawn: LeafState.NONE,
    PaperMarked: LeafState.PAPER,
    Issued: LeafState.ISSUED,
}


@dataclass(frozen=True, slots=True)
class News:
    """What blocks up to `block` say, which are final; time: no later block is older."""

    block: int
    time: int
    entries: tuple[tuple[Log, Event], ...]
    is_all: bool


def read_news(desk: Desk, since: int) -> News:
    """Read the final blocks after `since`; raises ClientError."""
    connection = desk.connect()
    desk.learn_times(connection)
    clock = connection.read_clock()
    final, latest = connection.read_head(FINAL), connection.read_head(LATEST)
    last = min(final.number, since + _MOST_BLOCKS)
    handle = desk.voter_list(connection).contract
    logs = connection.read_logs([handle.address], first=since + 1, last=last)
    entries = tuple((log, decode_event(log, ContractName.VOTER_LIST)) for log in logs)
    is_all = last == final.number
    # a chain at rest makes no blocks; then its clock says what none can be older than
    time = clock if final.number == latest.number else final.timestamp
    return News(last, time if is_all else 0, entries, is_all)


def read_place(connection: Connection, election: str) -> int:
    """Read up to which block the chain was followed."""
    query = select(followed.c.block).where(followed.c.election == election)
    return int(connection.scalar(query) or 0)


def read_time(connection: Connection, election: str) -> int:
    """Read the time up to which everything final is known, Unix seconds."""
    query = select(followed.c.time).where(followed.c.election == election)
    return int(connection.scalar(query) or 0)


def take_news(connection: Connection, desk: Desk, since: int, news: News) -> bool:
    """Note what blocks say; False if another took them meanwhile."""
    if read_place(connection, desk.name) != since or news.block < since:
        return False
    for log, event in news.entries:
        if isinstance(event, Registered | Withdrawn | PaperMarked | Issued):
            _take_event(connection, desk.name, log, event)
    before = read_time(connection, desk.name)
    connection.execute(delete(followed).where(followed.c.election == desk.name))
    connection.execute(
        insert(followed).values(
            election=desk.name, block=news.block, time=max(before, news.time)
        )
    )
    connection.execute(
        update(sends)
        .where(
            sends.c.election == desk.name,
            sends.c.state == "mined",
            sends.c.block <= news.block,
        )
        .values(state="final")
    )
    return True


def _take_event(
    connection: Connection,
    election: str,
    log: Log,
    event: Registered | Withdrawn | PaperMarked | Issued,
) -> None:
    own = (leaves.c.election == election, leaves.c.leaf == event.leaf)
    values: dict[str, Any] = {
        "contest": event.contest,
        "place": event.request.index,
        "state": int(_BECOMES[type(event)]),
        "nonce": event.nonce + 1,
        "block": log.block_number,
        "at": log.timestamp,
    }
    if isinstance(event, Registered | Withdrawn):
        values["lock"] = event.lock if isinstance(event, Registered) else NO_LOCK
    if isinstance(event, Issued):
        values["blinded"] = event.blinded
        _settle_requests(connection, election, event)
    changed = connection.execute(update(leaves).where(*own).values(**values))
    if not changed.rowcount:
        missing = {"lock": NO_LOCK, "blinded": b""}
        connection.execute(
            insert(leaves).values(
                election=election, leaf=event.leaf, **{**missing, **values}
            )
        )


def _settle_requests(connection: Connection, election: str, event: Issued) -> None:
    """Tell a leaf's requests which of them was issued, and which never will be."""
    own = (requests.c.election == election, requests.c.leaf == event.leaf)
    is_it = requests.c.blinded == event.blinded
    connection.execute(update(requests).where(*own, ~is_it).values(state="refused"))
    found = connection.scalar(
        select(requests.c.id).where(*own, is_it).order_by(requests.c.id.desc()).limit(1)
    )
    if found is not None:
        connection.execute(
            update(requests).where(requests.c.id == found).values(state="issued")
        )


def settle_applications(connection: Connection, *, desks: Desks, now: int) -> int:
    """Move applications as final blocks say; returns how many moved."""
    moved = 0
    for desk in desks.values():
        time = read_time(connection, desk.name)
        if not desk.times.freeze or time < desk.times.freeze:
            continue
        for application, leaf in _decided_by(connection, desk, desks):
            target, reason = _target(State(application.state), leaf)
            if target is not None:
                moved += move(
                    connection,
                    application,
                    target,
                    who=Who.CHAIN,
                    moment=Moment(desk.times, max(now, desk.times.freeze)),
                    reason=reason,
                )
    return moved


def _target(state: State, leaf: LeafState) -> tuple[State | None, str]:
    is_online = leaf in (LeafState.ONLINE, LeafState.ISSUED)
    if state is State.ACCEPTED and is_online:
        return State.FROZEN, ""
    if state in (State.FILED, State.CHECKING, State.ACCEPTED):
        return State.REFUSED, NOT_IN_TIME
    if state is State.FROZEN and leaf is LeafState.ISSUED:
        return State.ISSUED, ""
    if state in (State.WITHDRAWN, State.REFUSED) and leaf is LeafState.PAPER:
        return State.ON_PAPER, ""
    return None, ""


def _moves() -> ColumnElement[bool]:
    """Say which applications `_target` moves, so that no others are read each time."""
    found: list[ColumnElement[bool]] = []
    for state in State:
        moving = [int(each) for each in LeafState if _target(state, each)[0]]
        leaf = func.coalesce(leaves.c.state, int(LeafState.NONE))
        found.append((applications.c.state == str(state)) & leaf.in_(moving))
    return or_(*found)


def _decided_by(
    connection: Connection, desk: Desk, desks: Desks
) -> Iterable[tuple[Row[Any], LeafState]]:
    """List the applications that an election decides on, with their leaf's state."""
    found = connection.execute(
        select(applications, leaves.c.state.label("leaf_state"))
        .join(parts, parts.c.application == applications.c.id)
        .outerjoin(
            leaves,
            (leaves.c.election == parts.c.election) & (leaves.c.leaf == parts.c.leaf),
        )
        .where(parts.c.election == desk.name, _moves())
    ).all()
    for row in found:
        if _is_decided_by(connection, row.id, desk, desks):
            yield row, LeafState(row.leaf_state or 0)


def _is_decided_by(
    connection: Connection, application: int, desk: Desk, desks: Desks
) -> bool:
    if len(desks) == 1:
        return True
    names: Sequence[str] = connection.scalars(
        select(parts.c.election).where(parts.c.application == application)
    ).all()
    return deciding([desks[name] for name in names if name in desks]) is desk


def leaf_of(connection: Connection, election: str, leaf: Hash) -> Row[Any] | None:
    """Read a leaf as final blocks have it; None if it never moved."""
    return connection.execute(
        select(leaves).where(leaves.c.election == election, leaves.c.leaf == leaf)
    ).one_or_none()
