"""What is written and read of promises, each in one transaction of its caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from election.crypto.transcript import Address, Hash
from services.relay.tables import CASTS, PROMISES, WATCHES


class State(StrEnum):
    """Where a ballot is; see the tables."""

    PROMISED = "promised"
    SENT = "sent"
    FINAL = "final"
    VOID = "void"
    ASIDE = "aside"


OPEN = (State.PROMISED, State.SENT)
"""States in which a promise is still to be kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A ballot that was promised, until it is final."""

    ballot_hash: Hash
    context: Hash
    credential: Address
    state: State
    digest: Hash
    record: bytes = field(repr=False)
    deadline: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot that the node shows in a box, in a final block."""

    context: Hash
    credential: Address
    ballot_hash: Hash
    block: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a ballot; block: of the one that is in the box."""

    state: State
    block: int | None = None


def find_same(connection: Connection, digest: Hash) -> Kept | None:
    """Find the promise that was given for exactly these bytes."""
    query = select(PROMISES).where(
        PROMISES.c.digest == digest, PROMISES.c.state.in_(OPEN)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else _read(row)


def find_other(
    connection: Connection, context: Hash, credential: Address
) -> Cast | Kept | State | None:
    """Find what stands in the way of a new ballot of a credential, if anything.

    A ballot in the box, one that was promised, or the state of one that is neither.
    """
    box = select(CASTS).where(
        CASTS.c.context == context, CASTS.c.credential == credential
    )
    found = connection.execute(box).mappings().first()
    if found is not None:
        return Cast(**found)
    own = select(PROMISES).where(
        PROMISES.c.context == context, PROMISES.c.credential == credential
    )
    row = connection.execute(own).mappings().first()
    if row is None:
        return None
    return _read(row) if row["state"] in OPEN else State(row["state"])


def promise_once(connection: Connection, kept: Kept) -> Cast | Kept | State | None:
    """Keep a ballot and its promise, unless something stands in its way.

    Returns that, or None if it was kept.
    """
    other = find_other(connection, kept.context, kept.credential)
    if other is None:
        fields = {name: getattr(kept, name) for name in Kept.__slots__}
        connection.execute(insert(PROMISES).values(fields | {"state": kept.state}))
    return other


def list_open(connection: Connection) -> list[Kept]:
    """List the ballots whose promises are still to be kept, by their hash."""
    query = select(PROMISES).where(PROMISES.c.state.in_(OPEN))
    rows = connection.execute(query.order_by(PROMISES.c.ballot_hash)).mappings()
    return [_read(row) for row in rows]


def mark_sent(connection: Connection, hashes: Iterable[Hash]) -> None:
    """Note, before they leave, that ballots are given to a node."""
    query = update(PROMISES).where(PROMISES.c.ballot_hash.in_(list(hashes)))
    connection.execute(query.values(state=State.SENT))


def set_aside(connection: Connection, ballot_hash: Hash, reason: str) -> None:
    """Give up a ballot that the box refuses; its bytes stay, to be looked into."""
    query = update(PROMISES).where(PROMISES.c.ballot_hash == ballot_hash)
    connection.execute(query.values(state=State.ASIDE, reason=reason[:200]))


def note_casts(
    connection: Connection, election: Address, casts: Sequence[Cast], *, block: int
) -> list[Hash]:
    """Note what is in the boxes up to a block, and end the promises that were kept.

    A promised ballot that is in the box is forgotten but for that; one whose credential
    has another ballot there is void, and loses its bytes. Returns the void ones.
    """
    void: list[Hash] = []
    for each in casts:
        connection.execute(
            delete(CASTS).where(
                CASTS.c.context == each.context, CASTS.c.credential == each.credential
            )
        )
        row = {name: getattr(each, name) for name in Cast.__slots__}
        connection.execute(insert(CASTS).values(row))
        void += _end(connection, each)
    connection.execute(delete(WATCHES).where(WATCHES.c.election == election))
    connection.execute(insert(WATCHES).values(election=election, block=block))
    return void


def _end(connection: Connection, cast: Cast) -> list[Hash]:
    own = (PROMISES.c.context == cast.context) & (
        PROMISES.c.credential == cast.credential
    )
    found = connection.execute(select(PROMISES.c.ballot_hash).where(own)).scalar()
    if found is None:
        return []
    if found == cast.ballot_hash:
        connection.execute(delete(PROMISES).where(own))
        return []
    nothing = dict.fromkeys(("record", "deadline", "signature", "digest"))
    connection.execute(update(PROMISES).where(own).values(state=State.VOID, **nothing))
    return [Hash(found)]


def read_watched(connection: Connection, election: Address) -> int:
    """Read up to which block the boxes were looked at; -1 if they never were."""
    query = select(WATCHES.c.block).where(WATCHES.c.election == election)
    block = connection.execute(query).scalar()
    return -1 if block is None else int(block)


def look_up(
    connection: Connection, contexts: Sequence[Hash], ballot_hash: Hash
) -> Standing | None:
    """Look up where a ballot is, in one of these contests."""
    box = select(CASTS.c.block).where(
        CASTS.c.ballot_hash == ballot_hash, CASTS.c.context.in_(contexts)
    )
    block = connection.execute(box).scalar()
    if block is not None:
        return Standing(State.FINAL, block)
    own = select(PROMISES.c.state).where(
        PROMISES.c.ballot_hash == ballot_hash, PROMISES.c.context.in_(contexts)
    )
    state = connection.execute(own).scalar()
    return None if state is None else Standing(State(state))


def _read(row: object) -> Kept:
    fields = {name: row[name] for name in Kept.__slots__}  # type: ignore[index]
    return Kept(**(fields | {"state": State(fields["state"])}))
