"""Beside an issuer's key file: the one M' of each leaf that it ever answered.

docs/protocol.md §6. SQLite, since an election may have as many leaves as a city, and
what was noted has to be on the disk before an answer leaves.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from election.crypto.group import G1_BYTES
from election.crypto.transcript import Hash
from scripts.shared.errors import FileError, InputError, UnverifiedError
from scripts.shared.files.failures import name_unwritable

_PRIVATE: Final = 0o600
_ID_BYTES: Final = 16
_SEAL: Final = b"veche-answered/1"
_WAY_BACK: Final = "put the one back that was beside this key file"
_IDENTITY: Final = """
CREATE TABLE IF NOT EXISTS identity (
    only INTEGER PRIMARY KEY CHECK (only = 1), id BLOB NOT NULL
) STRICT
"""
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS answered (
    ctx BLOB NOT NULL, leaf BLOB NOT NULL, blinded BLOB NOT NULL,
    PRIMARY KEY (ctx, leaf)
) WITHOUT ROWID, STRICT
"""
_ANSWERS: Final = """
CREATE TABLE IF NOT EXISTS answers (
    ctx BLOB NOT NULL, leaf BLOB NOT NULL, answer BLOB NOT NULL,
    PRIMARY KEY (ctx, leaf)
) WITHOUT ROWID, STRICT
"""


def note_answers(
    path: Path, ctx: Hash, asked: Iterable[tuple[Hash, bytes]], *, known: bytes = b""
) -> bytes:
    """Note for ever, by leaf, every M' that will be answered; all of them or none.

    asked: leaf and M' of each. known: the record's id, if answers were noted before.
    Returns it, for the key file to remember: a record that is missing or another one is
    no new start. Raises InputError for such a record, and UnverifiedError if another M'
    of a leaf was answered before: two of one leaf are two credentials of one voter, and
    a second history. Raises FileError.
    """
    if known and not path.exists():
        fact = "is missing, and this key has answered before"
        raise InputError(str(path), f"{fact}: {_WAY_BACK}")
    try:
        with closing(_open(path)) as record, record:
            found = _identify(record)
            if known not in (b"", found):
                fact = "is the record of another key file"
                raise InputError(str(path), f"{fact}: {_WAY_BACK}")
            for leaf, blinded in asked:
                _note(record, ctx, leaf, blinded=blinded)
    except sqlite3.Error as error:
        raise FileError(str(path), f"{error}; nothing was noted".lower()) from error
    return found


def find_record_fault(path: Path, known: bytes) -> str | None:
    """Say why a key file with this record's id could answer nothing by what is there.

    known: the id that the key file remembers, empty before its first answer. None if
    nothing is wrong. Raises FileError.
    """
    if not known:
        return None
    if not path.exists():
        return "is missing, and this key has answered before"
    try:
        reading = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        with closing(reading):
            found = reading.execute("SELECT id FROM identity").fetchone()
    except sqlite3.Error as error:
        raise FileError(str(path), f"{error}; {_WAY_BACK}".lower()) from error
    if found is None or bytes(found[0]) != known:
        return "is the record of another key file"
    return None


def answer_noted(
    path: Path,
    ctx: Hash,
    asked: Iterable[tuple[Hash, bytes]],
    answer: Callable[[bytes], bytes],
    *,
    seal: bytes,
) -> Iterator[tuple[Hash, bytes]]:
    """Give leaf and answer of each request; each was noted, and is answered once.

    seal: the issuer's secret, which what was answered before is sealed with: it is
    looked up, and whatever is not as it was kept is made anew. Raises FileError.
    """
    try:
        with closing(_open(path)) as record, record:
            for leaf, blinded in asked:
                found = _look_up(record, ctx, leaf)
                if not _is_sealed(found, seal, blinded):
                    made = answer(blinded)
                    found = made + _mac(seal, blinded, made)
                    row = ctx, leaf, found
                    record.execute("REPLACE INTO answers VALUES (?, ?, ?)", row)
                yield leaf, found[:G1_BYTES]
    except sqlite3.Error as error:
        raise FileError(str(path), f"{error}; ask again".lower()) from error


def find_answer(path: Path, ctx: Hash, leaf: Hash) -> tuple[bytes, bytes] | None:
    """Find M' and the answer of a leaf, for whoever has no key; None if there is none.

    What was spoiled on the disk shows to whoever checks the answer. Raises FileError.
    """
    if not path.exists():
        return None
    query = "SELECT blinded, answer FROM answered JOIN answers USING (ctx, leaf)"
    try:
        reading = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        with closing(reading):
            found = reading.execute(f"{query} WHERE ctx = ? AND leaf = ?", (ctx, leaf))
            row = found.fetchone()
    except sqlite3.Error as error:
        raise FileError(str(path), f"{error}; ask again".lower()) from error
    return None if row is None else (bytes(row[0]), bytes(row[1])[:G1_BYTES])


def _look_up(record: sqlite3.Connection, ctx: Hash, leaf: Hash) -> bytes:
    query = "SELECT answer FROM answers WHERE ctx = ? AND leaf = ?"
    (found,) = record.execute(query, (ctx, leaf)).fetchone() or (b"",)
    return found if isinstance(found, bytes) else b""


def _is_sealed(found: bytes, seal: bytes, blinded: bytes) -> bool:
    answer, mac = found[:G1_BYTES], found[G1_BYTES:]
    return hmac.compare_digest(mac, _mac(seal, blinded, answer))


def _mac(seal: bytes, blinded: bytes, answer: bytes) -> bytes:
    """Authenticate an answer, M' and answer having one length each."""
    return hmac.digest(seal, _SEAL + blinded + answer, "sha256")


def _open(path: Path) -> sqlite3.Connection:
    with name_unwritable(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE))
    record = sqlite3.connect(path)
    record.execute("PRAGMA synchronous = EXTRA")  # the folder, too, before it returns
    record.execute(_TABLE)
    record.execute(_ANSWERS)
    record.execute(_IDENTITY)
    return record


def _identify(record: sqlite3.Connection) -> bytes:
    drawn = secrets.token_bytes(_ID_BYTES)
    record.execute("INSERT OR IGNORE INTO identity VALUES (1, ?)", (drawn,))
    return bytes(record.execute("SELECT id FROM identity").fetchone()[0])


def _note(record: sqlite3.Connection, ctx: Hash, leaf: Hash, *, blinded: bytes) -> None:
    row = ctx, leaf, blinded
    record.execute("INSERT OR IGNORE INTO answered VALUES (?, ?, ?)", row)
    query = "SELECT blinded FROM answered WHERE ctx = ? AND leaf = ?"
    if record.execute(query, (ctx, leaf)).fetchone() != (blinded,):
        fact = "another request was answered for it: there is a second history"
        raise UnverifiedError(f"leaf {leaf.hex()}", fact)
