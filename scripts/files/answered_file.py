"""Beside an issuer's key file: the one M' of each leaf that it ever answered.

docs/protocol.md §6. SQLite, since an election may have as many leaves as a city, and
what was noted has to be on the disk before an answer leaves.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from election.crypto.transcript import Hash
from scripts.errors import FileError, InputError, UnverifiedError
from scripts.files.failures import name_unwritable

_PRIVATE: Final = 0o600
_ID_BYTES: Final = 16
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


def answer_noted(
    path: Path,
    ctx: Hash,
    asked: Iterable[tuple[Hash, bytes]],
    answer: Callable[[bytes], bytes],
) -> Iterator[tuple[Hash, bytes]]:
    """Give leaf and answer of each request; each was noted, and is answered once.

    What was answered before is looked up. Raises FileError.
    """
    try:
        with closing(_open(path)) as record, record:
            for leaf, blinded in asked:
                yield leaf, _answer(record, ctx, leaf, partial(answer, blinded))
    except sqlite3.Error as error:
        raise FileError(str(path), f"{error}; ask again".lower()) from error


def _answer(
    record: sqlite3.Connection, ctx: Hash, leaf: Hash, answer: Callable[[], bytes]
) -> bytes:
    query = "SELECT answer FROM answers WHERE ctx = ? AND leaf = ?"
    found = record.execute(query, (ctx, leaf)).fetchone()
    if found is not None:
        return bytes(found[0])
    made = answer()
    record.execute("INSERT INTO answers VALUES (?, ?, ?)", (ctx, leaf, made))
    return made


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
