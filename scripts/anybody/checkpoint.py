"""A checkpoint: what an auditor verified of a record, for the next audit to go on from.

ADR 40. It is replaced by a further one only, after every check held. While an audit
runs, what it verified so far is kept beside it, step by step; so whoever is stopped in
the middle goes on from there.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from election.audit.audit import ALL
from election.audit.bundle import spell_logs
from election.audit.errors import EarlierError, HistoryError
from election.audit.evidence import Evidence
from election.audit.known_lines import add_lines
from election.audit.past import NOTHING, Past
from election.audit.report import Report
from election.crypto.transcript import Address
from election.whole_file import write_whole
from scripts.anybody.auditor import Auditor, Verified
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unreadable, name_unwritable
from scripts.shared.files.past_file import Binding, PastFile, UnusableError, open_past
from scripts.shared.files.past_steps import keep_past
from scripts.shared.program import digest_program
from scripts.shared.terminal import say

_MAGIC: Final = b"SQLite format 3\0"
_PRIVATE: Final = 0o600
_ANEW: Final = "--fresh verifies all of it again, and replaces the checkpoint"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a record is of."""

    chain_id: int
    election: Address

    @property
    def title(self) -> str:
        """Name it in the auditor's file."""
        return f"{self.chain_id}-0x{self.election.hex()}"


@dataclass
class Checkpoint:
    """A checkpoint at its place, and beside it the audit that runs."""

    path: Path
    origin: Origin
    auditor: Auditor
    is_fresh: bool
    binding: Binding = field(init=False)

    def __post_init__(self) -> None:
        """Say what a checkpoint has to be of to be gone on from."""
        origin, secret = self.origin, self.auditor.secret
        self.binding = Binding(
            origin.chain_id, origin.election, digest_program(), ALL, secret
        )

    @property
    def running(self) -> Path:
        """Name what the audit that runs keeps of its steps."""
        return self.path.with_name(f"{self.path.name}.running")

    def find(self) -> Iterator[tuple[Past, bool]]:
        """Give what can be gone on from, the furthest first.

        The second is whether another may be tried if the record does not go on from
        it. Raises InputError for a checkpoint that cannot be gone on from.
        """
        _require_own_beginning(self.running)
        if self.is_fresh:
            if self.path.exists():
                _require_own_form(self.path)
            _remove(self.running)
            yield NOTHING, False
            return
        kept = self._find_kept()
        with suppress(UnusableError):
            running = open_past(self.running, self.binding)
            if kept is None or running.block > kept:
                say(f"going on from block {running.block}, where the last audit was")
                yield running, True
                say("the record goes not on from there: that audit had another one")
            running.close()
        _remove(self.running)
        if kept is None:
            yield NOTHING, False
            return
        say(f"going on from block {kept}, up to which the record was verified before")
        _copy(self.path, self.running)
        yield open_past(self.running, self.binding), False

    def _find_kept(self) -> int | None:
        """Tell the last block of the checkpoint; None if there is none yet."""
        if not self.path.exists():
            return None
        _require_own_form(self.path)
        try:
            with closing(open_past(self.path, self.binding)) as past:
                block = past.block
        except UnusableError as error:
            raise InputError(error.subject, error.fact, hint=_ANEW) from error
        noted = self.auditor.verified(self.origin.title)
        if noted is not None and block < noted.block:
            fact = f"is an older one, of block {block}: you verified the record up to "
            raise InputError(str(self.path), f"{fact}block {noted.block}", hint=_ANEW)
        return block

    def require_noted(self, evidence: Evidence) -> None:
        """Raise HistoryError unless a record is the one that was verified before.

        Where no checkpoint says so, the auditor's own file does. Raises EarlierError
        for a record that is shorter.
        """
        noted = self.auditor.verified(self.origin.title)
        if noted is None or evidence.past is not NOTHING:
            return
        head, where = evidence.board.head.number, f"up to block {noted.block}"
        if head < noted.block:
            fact = f"ends at block {head}, and you verified it {where} before"
            raise EarlierError("record", fact)
        if evidence.record_hashes([noted.block])[noted.block] != noted.record_hash:
            fact = f"tells another history than the one that you verified {where}"
            raise HistoryError("record", fact)

    def keep(self, evidence: Evidence) -> Evidence:
        """Keep a step of the audit that runs; raises FileError."""
        past, spread = evidence.past, evidence.spread
        lines = add_lines(spell_logs(evidence.new_logs), past.lines)
        kept = keep_past(self.running, evidence, self.binding, lines=lines)
        return replace(kept, spread=spread)

    def finish(self, evidence: Evidence, report: Report) -> None:
        """Let what was verified take the place of the checkpoint; raises FileError."""
        kept = self.keep(evidence)
        let_go(kept.past)
        with name_unwritable(self.path):
            self.running.replace(self.path)
            _sync(self.path.parent)
        record_hash = bytes.fromhex(report.record_hash.removeprefix("0x"))
        self.auditor.note(self.origin.title, Verified(report.head, record_hash))
        say(f"{self.path}: the next audit goes on from block {report.head}")


def _require_own_form(path: Path) -> None:
    """Raise InputError for what is no checkpoint, and so is never replaced."""
    with name_unreadable(path), path.open("rb") as file:
        is_own = file.read(len(_MAGIC)) == _MAGIC
    if is_own:
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as database:
            query = "SELECT count(*) FROM sqlite_schema WHERE name = 'seal'"
            is_own = database.execute(query).fetchone() == (1,)  # else it is torn
    if not is_own:
        raise InputError(str(path), "is no checkpoint of an audit: name another file")


def _require_own_beginning(path: Path) -> None:
    """Raise InputError for what no audit that was stopped leaves: it is not removed."""
    if not os.path.lexists(path):
        return
    if not path.is_symlink() and path.is_file():
        with name_unreadable(path), path.open("rb") as file:
            if file.read(len(_MAGIC)) in (b"", _MAGIC):
                return
    fact = "is not what an audit leaves here: move it, or name another checkpoint"
    raise InputError(str(path), fact)


def _copy(path: Path, beside: Path) -> None:
    """Copy a checkpoint to where nothing is, readable for its owner alone."""
    with (
        name_unwritable(beside),
        path.open("rb") as source,
        write_whole(beside, replacing=False, mode=_PRIVATE) as copy,
    ):
        shutil.copyfileobj(source, copy)


def _remove(path: Path) -> None:
    with name_unwritable(path):
        for each in (path, path.with_name(f"{path.name}-journal")):
            each.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the names in a folder outlive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def let_go(past: Past) -> None:
    """Close what was gone on from."""
    if isinstance(past, PastFile):
        past.close()
