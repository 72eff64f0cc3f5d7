"""Write down what an audit verified of a record, so that the next one goes on."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from election.audit.evidence import Evidence
from election.audit.past import NOTHING, Lines
from election.crypto.elgamal import Ciphertext
from election.crypto.transcript import Address, Hash
from election.log_spool import pack_log
from election.protocol.attestation import NO_LOCK
from election.protocol.encoding import encode_totals
from election.protocol.events import (
    BallotCast,
    Issued,
    PaperMarked,
    Registered,
    TallyFrozen,
    Withdrawn,
)
from election.protocol.record_hash import run_hashes_until
from election.protocol.replay import Entry
from election.protocol.voter_list import LeafState
from scripts.shared.files.past_file import (
    Binding,
    PastFile,
    begin_past,
    naming,
    one_step,
    word,
)

_Many = Registered | Withdrawn | PaperMarked | Issued | BallotCast
_MANY: Final = (Registered, Withdrawn, PaperMarked, Issued, BallotCast)
_PUT: Final = "REPLACE INTO leaves VALUES (?, ?, ?, ?, ?, ?)"


def keep_past(
    path: Path,
    evidence: Evidence,
    binding: Binding,
    *,
    is_sealed: bool = True,
    lines: Lines | None = None,
) -> Evidence:
    """Keep what was verified, and give the evidence that goes on from there.

    is_sealed: whoever opens the file anew goes on from here, too; see `one_step`.
    lines: of a bundle that tells of it, for whoever goes on from a bundle.

    The caller has run the checks of the binding, and accepts what they found. Raises
    FileError; what was kept before is left as it was then.
    """
    past, head = evidence.past, evidence.board.head.number
    if isinstance(past, PastFile) and past.block == head:
        return evidence
    is_new = not isinstance(past, PastFile)
    database = past.database if isinstance(past, PastFile) else begin_past(path)
    try:
        latest = max([past.latest, *(log.timestamp for log in evidence.new_logs)])
        span = {"block": head, "latest": latest}
        with one_step(database, binding, **span, is_sealed=is_sealed):
            _write(database, evidence, binding)
            if lines is not None:
                row = (lines.count, lines.chain)
                database.execute("REPLACE INTO lines VALUES (1, ?, ?)", row)
    except BaseException:
        if is_new:
            database.close()
        raise
    kept = PastFile(database, head, latest)
    with naming(str(path)):
        return Evidence(replace(evidence.board, logs=kept.logs), kept)


def _write(database: sqlite3.Connection, evidence: Evidence, binding: Binding) -> None:
    _write_logs(database, evidence)
    _write_running(database, evidence)
    counts: Counter[tuple[int, str]] = Counter()
    entries: Sequence[Entry[_Many]] = evidence.of_kinds(*_MANY)
    for entry in entries:
        contest = entry.contest
        if contest is not None:
            counts[contest, entry.kind.__name__] += 1
            _write_event(database, entry.event, contest)
    for (contest, kind), number in counts.items():
        database.execute(
            "INSERT INTO counts VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET number = number + excluded.number",
            (word(contest), kind, number),
        )
    if "ballots" in binding.checks:
        _write_totals(database, evidence)


def _write_logs(database: sqlite3.Connection, evidence: Evidence) -> None:
    known, kept = len(evidence.past.logs), evidence.replay.kept
    new = sorted(place for place in kept if place >= known)
    database.executemany(
        "INSERT INTO logs (raw) VALUES (?)",
        ((pack_log(kept[place].log),) for place in new),
    )


def _write_running(database: sqlite3.Connection, evidence: Evidence) -> None:
    """Keep the hashes of the end, and those of the blocks that froze a sum."""
    past, head = evidence.past, evidence.board.head.number
    blocks = {each.log.block_number for each in evidence.every(TallyFrozen)}
    new = {block for block in blocks if block > past.block} | {head}
    found = run_hashes_until(evidence.new_logs, new, start=past.running)
    if past is not NOTHING and past.block not in blocks:
        database.execute("DELETE FROM running WHERE block = ?", (past.block,))
    database.executemany(
        "REPLACE INTO running VALUES (?, ?, ?)", _list_hashes(found.items())
    )


def _list_hashes(found: Any) -> Iterator[tuple[int, Address, Hash]]:
    for block, hashes in found:
        for address, running in hashes.items():
            yield block, address, running


def _write_event(database: sqlite3.Connection, event: _Many, contest: int) -> None:
    of = word(contest)
    if isinstance(event, BallotCast):
        database.execute("INSERT INTO casts VALUES (?, ?)", (of, event.credential))
        return
    row: tuple[Hash, bytes, LeafState, int, Address, bytes | None]
    leaf, nonce = event.leaf, event.nonce + 1
    if isinstance(event, Registered):
        row = (leaf, of, LeafState.ONLINE, nonce, event.lock, None)
    elif isinstance(event, Withdrawn):
        row = (leaf, of, LeafState.NONE, nonce, NO_LOCK, None)
    elif isinstance(event, PaperMarked):
        row = (leaf, of, LeafState.PAPER, nonce, NO_LOCK, None)
    else:  # nothing comes after it
        row = (leaf, of, LeafState.ISSUED, nonce, NO_LOCK, event.blinded)
    database.execute(_PUT, row)


def _write_totals(database: sqlite3.Connection, evidence: Evidence) -> None:
    for contest in evidence.contests:
        if not evidence.every(BallotCast, contest.contest):
            continue
        totals = evidence.casts(contest.contest).totals
        if isinstance(totals, Ciphertext):
            row = (word(contest.contest), encode_totals(totals))
            database.execute("REPLACE INTO totals VALUES (?, ?)", row)
