"""Audit a record from where a checkpoint is, step by step, and put it further."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from typing_extensions import override

from election.audit.audit import FOLDS, Progress, audit_evidence, run_checks
from election.audit.errors import HistoryError
from election.audit.evidence import Evidence
from election.audit.past import Past
from election.audit.report import Report, Verdict
from election.audit.spread import Spread
from election.log_sequence import LogSequence
from election.protocol.board import Board, Head, Log
from scripts.anybody.checkpoint import Checkpoint, let_go
from scripts.shared.errors import FileError, UnverifiedError
from scripts.shared.files.lock import lock_file
from scripts.shared.terminal import say
from scripts.shared.verifying import verifying

_STEP: Final = 2**16
"""Logs between two steps: each is sealed, which takes in all that is kept."""
_STEPS: Final = (*FOLDS, "counting")

Read = Callable[[Past], Board]
"""Reads a record that goes on from there; raises HistoryError, UnverifiedError."""


def audit_onwards(
    checkpoint: Checkpoint,
    read: Read,
    *,
    progress: Progress,
    genesis: bytes | None = None,
    spread: Spread = map,
) -> Report:
    """Verify what came since the checkpoint, and put it further if all held.

    Another audit with this checkpoint waits. genesis, spread: as of `audit_board`.
    Raises what `read` does, and InputError for a checkpoint that cannot be gone on
    from; where the disk takes no further one, it says so.
    """
    with lock_file(checkpoint.path):
        board, past = _begin(checkpoint, read)
        evidence = Evidence(board, past)
        try:
            with verifying(board, past, spread) as begun:
                checkpoint.require_noted(begun)
                evidence = _verify_steps(checkpoint, begun)
                report = audit_evidence(evidence, progress=progress, genesis=genesis)
            if report.verdict is not Verdict.FAILED:
                _finish(checkpoint, evidence, report)
        finally:
            let_go(evidence.past)
    return report


def _begin(checkpoint: Checkpoint, read: Read) -> tuple[Board, Past]:
    """Read the record, and give what it goes on from."""
    candidates = checkpoint.find()
    past, has_others = next(candidates)
    while True:
        try:
            return read(past), past
        except (HistoryError, UnverifiedError):
            let_go(past)
            if not has_others:
                raise
        except BaseException:
            let_go(past)
            raise
        past, has_others = next(candidates)


def _verify_steps(checkpoint: Checkpoint, evidence: Evidence) -> Evidence:
    """Verify and keep step by step what there is of each voter; give what is left.

    From a step that does not hold, or cannot be kept, all is left.
    """
    whole, start = evidence.board, len(evidence.past.logs)
    total = len(whole.logs)
    for end in _find_ends(whole.logs, start):
        part = _cut(evidence, whole, start, end)
        results = run_checks(part, _STEPS, progress=lambda *_: None)
        if any(each.verdict is Verdict.FAILED for each in results):
            break  # the whole audit tells all that is wrong
        try:
            kept = checkpoint.keep(part)
        except FileError as error:
            say(f"warning: this audit cannot be gone on with later: {error}")
            break
        say(f"verified up to block {part.board.head.number}: {end} of {total} logs")
        start, evidence = end, _cut(kept, whole, end, total)
    return evidence


def _finish(checkpoint: Checkpoint, evidence: Evidence, report: Report) -> None:
    try:
        checkpoint.finish(evidence, report)
    except FileError as error:
        say(f"warning: the next audit verifies the same again: {error}")


def _find_ends(logs: Sequence[Log], start: int) -> Iterator[int]:
    """Give the places where steps end, each with its block, but for the last one."""
    end = start + _STEP
    while end < len(logs):
        if logs[end].block_number != logs[end - 1].block_number:
            yield end
            end += _STEP
        else:
            end += 1


def _cut(evidence: Evidence, whole: Board, start: int, end: int) -> Evidence:
    """Give what goes on from a beginning with some logs of a whole record."""
    logs = _Span(evidence.past.logs, whole.logs, start, end)
    head = whole.head
    if end < len(whole.logs):
        head = Head(whole.logs[end - 1].block_number, head.timestamp)
    return Evidence(
        replace(whole, logs=logs, head=head), evidence.past, evidence.spread
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Span(LogSequence):
    """Logs that are kept of a beginning, and then those at some places of a record."""

    kept: Sequence[Log]
    record: Sequence[Log]
    start: int
    end: int

    @override
    def __len__(self) -> int:
        return len(self.kept) + self.end - self.start

    @override
    def _read(self, place: int) -> Log:
        known = len(self.kept)
        if place < known:
            return self.kept[place]
        return self.record[self.start + place - known]
