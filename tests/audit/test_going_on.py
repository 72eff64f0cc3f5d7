"""An audit that goes on from a kept beginning finds what a whole one finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from election.audit.audit import ALL, run_checks
from election.audit.evidence import Evidence
from election.audit.report import Verdict
from election.client.contracts.voter_list import NO_SIGNATURE
from election.crypto.transcript import Address
from election.protocol.board import Board, Head, Log
from election.protocol.events import (
    BallotCast,
    Issued,
    ListPublished,
    PaperMarked,
    Registered,
    TallyFrozen,
    Withdrawn,
)
from election.protocol.record_hash import run_hashes
from election.protocol.replay import Entry
from scripts.shared.files.past_file import Binding, PastFile, UnusableError, open_past
from scripts.shared.files.past_steps import keep_past
from tests.audit.tampering import answer_for, change, find, put

MANY = (Registered, Withdrawn, PaperMarked, Issued, BallotCast)
_NUMBERS = count()


def binding_of(board: Board, *, checks: tuple[str, ...] = ALL) -> Binding:
    return Binding(board.chain_id, board.election, "program", checks, b"seal")


@pytest.fixture
def going_on(tmp_path: Path) -> Iterator[Callable[..., Evidence]]:
    """Give what cuts a record in two and keeps what the first part holds."""
    opened: list[PastFile] = []

    def cut(board: Board, *blocks: int) -> Evidence:
        path, evidence = tmp_path / f"{next(_NUMBERS)}", Evidence(board)
        logs: tuple[Log, ...] = ()
        for block in blocks:
            new = between(board, evidence_block(evidence, logs), block)
            shown = replace(board, logs=(*logs, *new), head=Head(block, 0))
            past = evidence.past if logs else None
            begun = Evidence(shown) if past is None else Evidence(shown, past)
            keep_past(path, begun, binding_of(board))
            if past is not None:
                opened[-1].close()
            opened.append(open_past(path, binding_of(board)))
            evidence, logs = Evidence(board, opened[-1]), opened[-1].logs
        rest = between(board, blocks[-1], board.head.number)
        return Evidence(replace(board, logs=(*logs, *rest)), opened[-1])

    yield cut
    for each in opened:
        each.close()


def evidence_block(evidence: Evidence, logs: tuple[Log, ...]) -> int:
    return evidence.past.block if logs else -1


def between(board: Board, after: int, last: int) -> tuple[Log, ...]:
    return tuple(each for each in board.logs if after < each.block_number <= last)


def find_faults(evidence: Evidence) -> dict[str, set[str]]:
    """Run all checks; give what is wrong by the check that finds it."""
    return {
        result.name: {finding.fact for finding in result.outcome.findings}
        for result in run_checks(evidence, ALL, progress=lambda *_: None)
        if result.verdict is not Verdict.HELD
    }


def block_of(board: Board, kind: type[Any]) -> int:
    return find(board, kind).log.block_number


def middle_of(board: Board, kind: type[Any]) -> int:
    """Give a block with events of a kind before it and behind it."""
    entries = Evidence(board).every(kind)
    return entries[len(entries) // 2 - 1].log.block_number


@pytest.mark.parametrize("kind", [ListPublished, *MANY, TallyFrozen])
def test_honest_record_holds_wherever_it_is_gone_on_from(
    board: Board, going_on: Callable[..., Evidence], kind: type[Any]
) -> None:
    evidence = going_on(board, block_of(board, kind))
    assert find_faults(evidence) == {}
    assert evidence.record_hash == Evidence(board).record_hash


def test_record_is_gone_on_from_step_after_step(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    kinds = (ListPublished, Registered, Withdrawn, Issued, BallotCast, TallyFrozen)
    blocks = [block_of(board, kind) for kind in kinds]
    blocks += [middle_of(board, kind) for kind in (Registered, Issued)]
    evidence = going_on(board, *sorted({*blocks}), board.head.number)
    assert find_faults(evidence) == {}
    whole = Evidence(board)
    assert evidence.record_hash == whole.record_hash
    frozen = [each.log.block_number for each in whole.every(TallyFrozen)]
    assert whole.record_hashes(frozen).keys() == set(frozen)
    assert evidence.record_hashes(frozen) == whole.record_hashes(frozen)
    for contest in (1, 2, 3, 4):
        assert dict(evidence.requests(contest)) == dict(whole.requests(contest))
        for kind in MANY:
            assert evidence.count(kind, contest) == whole.count(kind, contest)


def test_nothing_of_each_voter_is_read_again(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    evidence = going_on(board, board.head.number)
    assert not any(evidence.every(kind) for kind in MANY)
    assert len(evidence.board.logs) < len(board.logs)


def repeat(board: Board, entry: Entry[Any], **fields: Any) -> Board:
    """Let an event come again at the end of the record, with other fields."""
    last = tuple(board.logs)[-1]
    changed = change(board, entry, **fields) if fields else board
    at = tuple(board.logs).index(entry.log)
    again = replace(
        tuple(changed.logs)[at],
        block_number=last.block_number,
        timestamp=last.timestamp,
        transaction=last.transaction,
        index=last.index + 1,
    )
    return put(board, last, last, again)


@pytest.mark.parametrize(
    ("kind", "check", "fact"),
    [
        (Issued, "issuance", "is one of several"),
        (Issued, "leaves", "came when it was ISSUED"),
        (Registered, "leaves", "came when it was ISSUED"),
        (PaperMarked, "leaves", "came when it was PAPER"),
        (BallotCast, "casting", "has two ballots in the box"),
        (BallotCast, "sums", "has another number of ballots"),
        (ListPublished, "clock", "came in phase CLOSED"),
    ],
)
def test_act_that_comes_again_after_the_kept_part_is_found(
    board: Board,
    going_on: Callable[..., Evidence],
    kind: type[Any],
    check: str,
    fact: str,
) -> None:
    tampered = repeat(board, find(board, kind))
    evidence = going_on(tampered, tampered.head.number - 1)
    assert fact in find_faults(evidence)[check]


def test_counter_goes_on_after_the_kept_part(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    issued = find(board, Issued)
    tampered = change(board, issued, nonce=issued.event.nonce + 1)
    evidence = going_on(tampered, issued.log.block_number - 1)
    faults = find_faults(evidence)
    assert faults["leaves"] == {"does not follow the one before it"}


def test_lock_is_obeyed_after_the_kept_part(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    leaf = find(board, Withdrawn).event.leaf
    issued = find(board, Issued, lambda entry: entry.event.leaf == leaf)
    tampered = change(board, issued, lock_signature=NO_SIGNATURE)
    evidence = going_on(tampered, issued.log.block_number - 1)
    assert find_faults(evidence).keys() == {"attestations"}


def test_lock_that_was_given_back_is_none_after_the_kept_part(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    withdrawn = find(board, Withdrawn)
    evidence = going_on(board, withdrawn.log.block_number)
    assert evidence.past.leaf(withdrawn.event.leaf).lock == Address(bytes(20))
    assert find_faults(evidence) == {}


def test_time_that_runs_back_behind_the_kept_part_is_found(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    casts = Evidence(board).every(BallotCast)
    before, after = casts[0].log, casts[-1].log
    assert before.block_number < after.block_number
    logs = tuple(
        replace(log, timestamp=before.timestamp - 1)
        if log.block_number == after.block_number
        else log
        for log in board.logs
    )
    tampered = answer_for(replace(board, logs=logs))
    evidence = going_on(tampered, after.block_number - 1)
    assert "has a time that runs back" in find_faults(evidence)["clock"]


def test_log_of_a_block_that_is_kept_is_no_new_one(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    """Else whoever leaves an event out may tell it later, in its old place."""
    evidence = going_on(board, block_of(board, BallotCast))
    kept = len(evidence.past.logs)
    logs = evidence.board.logs
    late = replace(logs[kept], block_number=evidence.past.block)
    changed = replace(evidence.board, logs=(*logs[:kept], late, *logs[kept + 1 :]))
    faults = find_faults(Evidence(changed, evidence.past))
    assert "does not stand after the log before it" in faults["record"]


def test_more_ballots_than_were_issued_are_found_after_the_kept_part(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    cast = find(board, BallotCast)
    tampered = repeat(board, cast, credential=Address(b"\7" * 20))
    evidence = going_on(tampered, tampered.head.number - 1)
    assert any("cast," in fact for fact in find_faults(evidence)["counting"])


def test_changed_event_of_the_kept_part_is_found_by_its_contract(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    """The kept running hashes are of what was told then."""
    evidence = going_on(board, block_of(board, BallotCast))
    other = change(board, find(board, Registered), nonce=7)
    shown = replace(evidence.board, answers=other.answers)
    faults = find_faults(Evidence(shown, evidence.past))
    assert faults.keys() == {"state"}


def test_wrong_ballot_after_the_kept_part_is_found(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    (*_, last) = Evidence(board).every(BallotCast)
    raw = last.event.ballot
    tampered = change(board, last, ballot=raw[:-1] + bytes([raw[-1] ^ 1]))
    evidence = going_on(tampered, last.log.block_number - 1)
    assert find_faults(evidence).keys() == {"ballots"}


def test_sum_is_of_the_ballots_before_and_after(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    block = block_of(board, BallotCast)
    evidence, whole = going_on(board, block), Evidence(board)
    contest = Evidence(board).every(BallotCast)[0].contest
    assert contest is not None
    assert len(evidence.every(BallotCast, contest)) > 0
    assert evidence.casts(contest).totals == whole.casts(contest).totals


def test_no_sum_is_kept_where_ballots_were_not_verified(
    board: Board, tmp_path: Path
) -> None:
    binding = binding_of(board, checks=("record", "sums"))
    kept = keep_past(tmp_path / "kept", Evidence(board), binding)
    assert kept.past.totals(1) is None
    assert isinstance(kept.past, PastFile)
    kept.past.close()
    with pytest.raises(UnusableError, match="is of another checks"):
        open_past(tmp_path / "kept", binding_of(board))


def test_running_hashes_are_those_of_all_logs(
    board: Board, going_on: Callable[..., Evidence]
) -> None:
    evidence = going_on(board, block_of(board, Issued), block_of(board, TallyFrozen))
    assert dict(evidence.running_hashes) == dict(run_hashes(board.logs))
