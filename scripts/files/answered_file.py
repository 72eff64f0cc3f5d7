"""Beside an issuer's key file: the one M' of each leaf that it ever answered.

docs/protocol.md §6. SQLite, since an election may have as many leaves as a city, and
what was noted has to be on the disk before an answer leaves.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from election.crypto.transcript import Hash
from scripts.errors import FileError, UnverifiedError
from scripts.files.failures import name_unwritable

_PRIVATE: Final = 0o600
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS answered (
    ctx BLOB NOT NULL, leaf BLOB NOT NULL, blinded BLOB NOT NULL,
    PRIMARY KEY (ctx, leaf)
) WITHOUT ROWID, STRICT
"""


def note_answers(path: Path, ctx: Hash, asked: Mapping[Hash, bytes]) -> None:
    """Note for ever, by leaf, every M' that will be answered; all of them or none.

    Raises UnverifiedError if another M' of a leaf was answered before: two of one
    leaf are two credentials of one voter, and a second history. Raises FileError.
    """
    try:
        with closing(_open(path)) as record, record:
            for leaf, blinded in asked.items():
                _note(record, ctx, leaf, blinded=blinded)
    except sqlite3.Error as error:
        raise FileError(str(path), f"{error}; nothing was noted".lower()) from error


def _open(path: Path) -> sqlite3.Connection:
    with name_unwritable(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE))
    record = sqlite3.connect(path)
    record.execute("PRAGMA synchronous = EXTRA")  # the folder, too, before it returns
    record.execute(_TABLE)
    return record


def _note(record: sqlite3.Connection, ctx: Hash, leaf: Hash, *, blinded: bytes) -> None:
    row = ctx, leaf, blinded
    record.execute("INSERT OR IGNORE INTO answered VALUES (?, ?, ?)", row)
    query = "SELECT blinded FROM answered WHERE ctx = ? AND leaf = ?"
    if record.execute(query, (ctx, leaf)).fetchone() != (blinded,):
        fact = "another request was answered for it: there is a second history"
        raise UnverifiedError(f"leaf {leaf.hex()}", fact)
