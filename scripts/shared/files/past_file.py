"""What was verified of a record, to go on from: a member's, an auditor's checkpoint.

SQLite, so that a step is there whole or not at all, and takes no memory. It is sealed
with a key of whoever verified it: another who can write the file, and does not have
that key, gains nothing.
"""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec

from election.audit.past import Leaf, Lines
from election.crypto.transcript import Address, Hash
from election.log_spool import unpack_log
from election.protocol.board import Log
from election.protocol.voter_list import LeafState
from scripts.shared.errors import FileError, ScriptError
from scripts.shared.files.failures import name_unwritable

_PRIVATE: Final = 0o600
_KEYED: Final = "WITHOUT ROWID, STRICT"
_TABLES: Final[Mapping[str, str]] = {
    "logs": "(place INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT",
    "running": (
        "(block INTEGER NOT NULL, address BLOB NOT NULL, hash BLOB NOT NULL, "
        f"PRIMARY KEY (block, address)) {_KEYED}"
    ),
    "counts": (
        "(contest BLOB NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, "
        f"PRIMARY KEY (contest, kind)) {_KEYED}"
    ),
    "leaves": (
        "(leaf BLOB PRIMARY KEY, contest BLOB NOT NULL, state INTEGER NOT NULL, "
        f"nonce INTEGER NOT NULL, lock BLOB NOT NULL, blinded BLOB) {_KEYED}"
    ),
    "casts": (
        "(contest BLOB NOT NULL, credential BLOB NOT NULL, "
        f"PRIMARY KEY (contest, credential)) {_KEYED}"
    ),
    "totals": f"(contest BLOB PRIMARY KEY, raw BLOB NOT NULL) {_KEYED}",
    "lines": (
        "(only INTEGER PRIMARY KEY CHECK (only = 1), count INTEGER NOT NULL, "
        "chain BLOB NOT NULL) STRICT"
    ),
    "head": (
        "(only INTEGER PRIMARY KEY CHECK (only = 1), title TEXT NOT NULL, "
        "block INTEGER NOT NULL, latest INTEGER NOT NULL) STRICT"
    ),
    "seal": ("(only INTEGER PRIMARY KEY CHECK (only = 1), mac BLOB NOT NULL) STRICT"),
}
_KEYS: Final[Mapping[str, str]] = {
    "logs": "place",
    "running": "block, address",
    "counts": "contest, kind",
    "leaves": "leaf",
    "casts": "contest, credential",
    "totals": "contest",
    "lines": "only",
    "head": "only",
}
"""The tables that the seal covers, each with what its rows are in order of."""
_SCHEMA: Final = [
    (name, f"CREATE TABLE {name} {columns}") for name, columns in _TABLES.items()
]
_CACHE: Final = -32_768  # KiB, of the pages that a step changes


class UnusableError(ScriptError):
    """Report what cannot be gone on from; the record is read from its beginning."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a kept record is of: another one is not gone on from.

    program: digest of what verifies. checks: by name. seal: the key of the seal.
    """

    chain_id: int
    election: Address
    program: str
    checks: tuple[str, ...]
    seal: bytes = field(repr=False)

    @property
    def title(self) -> str:
        """Spell all but the key."""
        names = " ".join(self.checks)
        return f"{self.chain_id} {self.election.hex()} {self.program} {names}"


@dataclass(frozen=True, eq=False)
class PastFile:
    """A kept record as a `Past`; raises FileError where the disk fails."""

    database: sqlite3.Connection = field(repr=False)
    block: int
    latest: int

    @cached_property
    def logs(self) -> tuple[Log, ...]:
        """List the logs that are kept whole."""
        rows = self._ask("SELECT raw FROM logs ORDER BY place")
        return tuple(unpack_log(raw) for (raw,) in rows)

    @cached_property
    def running(self) -> Mapping[Address, Hash]:
        """Give the running hashes at the end."""
        return self.running_at(self.block)

    def running_at(self, block: int) -> Mapping[Address, Hash]:
        """Give the running hashes after a block in which a sum was frozen."""
        query = "SELECT address, hash FROM running WHERE block = ?"
        rows = [*self._ask(query, block)]
        if not rows:
            raise FileError("verified record", f"knows nothing of block {block}")
        return {Address(at): Hash(found) for at, found in rows}

    @cached_property
    def lines(self) -> Lines:
        """Give what a bundle has to begin with; none where nobody kept that."""
        query = "SELECT count, chain FROM lines"
        return next((Lines(*row) for row in self._ask(query)), Lines())

    def count(self, kind: type[object], contest: int) -> int:
        """Count the events of a kind."""
        query = "SELECT number FROM counts WHERE contest = ? AND kind = ?"
        for (number,) in self._ask(query, word(contest), kind.__name__):
            return int(number)
        return 0

    def leaf(self, leaf: Hash) -> Leaf:
        """Tell where a leaf stands."""
        query = "SELECT state, nonce, lock FROM leaves WHERE leaf = ?"
        for state, nonce, lock in self._ask(query, leaf):
            return Leaf(LeafState(state), nonce, Address(lock))
        return Leaf()

    def has_cast(self, contest: int, credential: Address) -> bool:
        """Tell whether a credential has a ballot."""
        query = "SELECT 1 FROM casts WHERE contest = ? AND credential = ?"
        return any(self._ask(query, word(contest), credential))

    def totals(self, contest: int) -> bytes | None:
        """Give the sum of a contest's ballots, if it was verified."""
        query = "SELECT raw FROM totals WHERE contest = ?"
        return next((raw for (raw,) in self._ask(query, word(contest))), None)

    def requests(self, contest: int) -> Iterator[tuple[Hash, bytes]]:
        """Give leaf and M' of every issuance of a contest, by leaf."""
        query = "SELECT leaf, blinded FROM leaves WHERE contest = ? ORDER BY leaf"
        for leaf, blinded in self._ask(query, word(contest)):
            if blinded is not None:
                yield Hash(leaf), blinded

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    def _ask(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        with naming("verified record"):
            yield from self.database.execute(query, values)


def open_past(path: Path, binding: Binding) -> PastFile:
    """Open what was kept; raises UnusableError, whatever is wrong with it.

    The seal is compared with all of it: what is read later is what was written.
    """
    database = None
    try:
        database = _connect_kept(path)
        return _accept(path, database, binding)
    except UnusableError:
        _close(database)
        raise
    except Exception as error:  # a spoiled byte may come out as anything
        _close(database)
        raise UnusableError(str(path), "is torn") from error


def _connect_kept(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise UnusableError(str(path), "is not there yet")
    return _connect(path)


def _close(database: sqlite3.Connection | None) -> None:
    if database is not None:
        database.close()


def _accept(path: Path, database: sqlite3.Connection, binding: Binding) -> PastFile:
    # a view could give what is sealed once, and something else later
    query = "SELECT name, sql FROM sqlite_schema ORDER BY rowid"
    found = database.execute(query).fetchall()
    if not found:
        raise UnusableError(str(path), "was never finished")
    if found != _SCHEMA:
        raise UnusableError(str(path), "is of another form")
    title, block, latest = database.execute(
        "SELECT title, block, latest FROM head"
    ).fetchone()
    _compare_title(path, title, binding)
    (mac,) = database.execute("SELECT mac FROM seal").fetchone()
    if not hmac.compare_digest(mac, _seal(database, binding)):
        fact = "was changed since it was sealed, or was sealed with another key"
        raise UnusableError(str(path), fact)
    return PastFile(database, block, latest)


def begin_past(path: Path) -> sqlite3.Connection:
    """Begin anew with an empty one, over whatever is there; raises FileError."""
    with name_unwritable(path):
        for each in (path, path.with_name(f"{path.name}-journal")):
            each.unlink(missing_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE))
    with naming(str(path)):
        return _connect(path)


@contextmanager
def one_step(
    database: sqlite3.Connection,
    binding: Binding,
    *,
    block: int,
    latest: int,
    is_sealed: bool = True,
) -> Iterator[None]:
    """Take what is written within as one step up to a block, or not at all.

    The seal takes in every row. A step that is not sealed waits for one that is, and
    for whoever opens the file anew it was never taken.
    """
    with naming("verified record"):
        if not database.in_transaction:
            database.execute("BEGIN IMMEDIATE")
        database.execute("SAVEPOINT step")
        try:
            if not database.execute("SELECT 1 FROM sqlite_schema").fetchone():
                for _, statement in _SCHEMA:
                    database.execute(statement)
            yield
            row = (binding.title, block, latest)
            database.execute("REPLACE INTO head VALUES (1, ?, ?, ?)", row)
            if is_sealed:
                mac = _seal(database, binding)
                database.execute("REPLACE INTO seal VALUES (1, ?)", (mac,))
            database.execute("RELEASE step")
            if is_sealed:
                database.execute("COMMIT")
        except BaseException:
            _take_back(database)
            raise


def _take_back(database: sqlite3.Connection) -> None:
    """Undo the last step; those before it that wait for a seal stay."""
    with suppress(sqlite3.Error):  # a full disk has undone all of them by itself
        database.execute("ROLLBACK TO step")
        database.execute("RELEASE step")


def word(contest: int) -> bytes:
    """Spell a contest's id, which no number of SQLite may hold."""
    return contest.to_bytes(32, "big")


@contextmanager
def naming(subject: str) -> Iterator[None]:
    """Turn what SQLite says into a FileError."""
    try:
        yield
    except (sqlite3.Error, OverflowError) as error:
        raise FileError(subject, f"{error}; it is left as it was".lower()) from error


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(f"PRAGMA cache_size = {_CACHE}")
    return database


def _compare_title(path: Path, found: str, binding: Binding) -> None:
    """Say in which way a kept record is of something else."""
    places = ("chain", "election", "version of this program", "checks")
    shown, own = (each.split(" ", 3) for each in (found, binding.title))
    for place, one, other in zip(places, shown, own, strict=False):
        if one != other:
            raise UnusableError(str(path), f"is of another {place}")
    if found != binding.title:
        raise UnusableError(str(path), "is of something else")


def _seal(database: sqlite3.Connection, binding: Binding) -> bytes:
    """Authenticate every row of every table, in their order."""
    seal = hmac.new(binding.seal, digestmod="sha256")
    for name, key in _KEYS.items():
        seal.update(msgspec.msgpack.encode(name))
        for row in database.execute(f"SELECT * FROM {name} ORDER BY {key}"):  # noqa: S608
            seal.update(msgspec.msgpack.encode(row))
    return seal.digest()
