"""The honest election holds; whatever is left out or changed is noticed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from election.audit.audit import ALL, run_checks
from election.audit.catalogue import CHECKS
from election.audit.evidence import Evidence
from election.audit.report import NODE, Awaited, CheckResult, Finding, Outcome, Verdict
from election.errors import SpoolError
from election.log_spool import LogSpool
from election.protocol import events
from election.protocol.board import Board
from election.protocol.events import Event
from election.protocol.replay import Entry, replay_board
from tests.audit.tampering import audit, drop, examine, find

ROOT = Path(__file__).resolve().parents[2]
NOTES = (events.ShareRefused,)
"""Events that change nothing: no claim rests on them."""

FINDING = Finding("subject", "fact", NODE, None)
AWAITED = Awaited("subject", "is to come", None)
ANNOUNCED = (events.ElectionDeployed, events.ContestListed)
"""Events with a title, which is bound to nothing."""


def test_every_check_of_the_honest_election_holds(board: Board) -> None:
    report = audit(board)
    assert [check.name for check in report.checks if not check.held] == []
    assert report.held
    assert report.summary == "verified: 4 of 4 contests, 7 of 7 ballots"


def test_every_check_verifies_something(board: Board) -> None:
    for check in audit(board).checks:
        assert check.outcome.verified == check.outcome.total > 0, check.name


def test_the_honest_election_has_every_kind_of_event(board: Board) -> None:
    kinds = {type(entry.event) for entry in replay_board(board).entries}
    # a ceremony that failed for good is the end of an election
    assert kinds == set(get_args(Event)) - {events.CeremonyFailed}


@pytest.mark.parametrize(
    "kind",
    [k for k in get_args(Event) if k not in (*NOTES, events.CeremonyFailed)],
)
def test_event_that_is_left_out_is_noticed(board: Board, kind: type[Event]) -> None:
    entries = [e for e in replay_board(board).entries if isinstance(e.event, kind)]
    if kind is events.ListPublished:
        entries = entries[1:]  # the first was corrected, and counts no more
    for entry in (entries[0], entries[-1]):
        assert examine(drop(board, entry)), entry.contract.title


@pytest.mark.parametrize("kind", NOTES)
def test_note_that_is_left_out_and_answered_for_changes_nothing(
    board: Board, kind: type[Event]
) -> None:
    assert not examine(drop(board, find(board, kind)))


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Outcome(2, 2, ()), Verdict.HELD),
        (Outcome(1, 2, ()), Verdict.FAILED),
        (Outcome(2, 2, (FINDING,)), Verdict.FAILED),
        (Outcome(1, 2, (), awaited=(AWAITED,)), Verdict.NOT_DUE),
        (Outcome(0, 2, (), awaited=(AWAITED,)), Verdict.FAILED),
        (Outcome(0, 2, (FINDING,), awaited=(AWAITED,)), Verdict.FAILED),
    ],
)
def test_check_holds_when_all_is_verified_and_nothing_is_wrong(
    outcome: Outcome, verdict: Verdict
) -> None:
    result = CheckResult(1, "name", "claim", outcome)
    assert (result.verdict, result.held) == (verdict, verdict is Verdict.HELD)


def test_board_without_any_log_verifies_nothing(board: Board) -> None:
    report = audit(replace(board, logs=()))
    assert [check.name for check in report.checks if check.held] == []
    assert report.summary == "verified: 0 of 0 contests, 0 of 0 ballots"


def test_board_of_another_chain_is_noticed(board: Board) -> None:
    assert {"trustees", "issuers", "contexts"} <= examine(
        replace(board, chain_id=board.chain_id + 1)
    ).keys()


def test_fault_in_one_contest_leaves_the_others_verified(board: Board) -> None:
    result = find(board, events.ResultPublished, lambda e: e.event.contest == 2)
    contests = {each.contest: each for each in audit(drop(board, result)).contests}
    verdicts = [each.verdict for each in contests.values()]
    assert verdicts == [Verdict.HELD, Verdict.FAILED, Verdict.HELD, Verdict.HELD]


def is_bound(entry: Entry[Event], board: Board) -> bool:
    """Tell whether every byte of an event must be as it is."""
    event = entry.event
    if isinstance(event, (*NOTES, *ANNOUNCED)):
        return False
    superseded = find(board, events.ListPublished).log
    return entry.log is not superseded


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(picked=st.data())
def test_any_changed_bit_is_noticed(board: Board, picked: st.DataObject) -> None:
    entries = replay_board(board).entries
    entry = picked.draw(st.sampled_from(entries))
    log = entry.log
    raw = bytearray(b"".join(log.topics) + log.data)
    bit = picked.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    cut = 32 * len(log.topics)
    topics = tuple(bytes(raw[at : at + 32]) for at in range(0, cut, 32))
    changed = replace(log, topics=topics, data=bytes(raw[cut:]))  # type: ignore[arg-type]
    logs = tuple(changed if each is log else each for each in board.logs)
    faults = examine(replace(board, logs=logs))
    assert faults or not is_bound(entry, board)


@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(picked=st.data())
def test_logs_in_any_order_are_survived(board: Board, picked: st.DataObject) -> None:
    logs = picked.draw(st.permutations(board.logs))
    assert examine(replace(board, logs=tuple(logs))) or tuple(logs) == board.logs


def test_audit_needs_no_network() -> None:
    program = (
        "import sys, election.audit.audit, election.audit.bundle\n"
        "print(*{'web3', 'requests', 'aiohttp', 'election.client'} & set(sys.modules))"
    )
    done = subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


def test_specification_lists_the_checks() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if re.match(r"\| C\d", line)]
    listed = [(row[1].strip(), row[2].strip(), row[3].strip()) for row in rows]
    assert listed == [
        (f"C{number}", check.name, check.claim.replace("<=", "≤"))
        for number, check in enumerate(CHECKS, 1)
    ]


def test_disk_that_fails_accuses_nobody(board: Board) -> None:
    logs = LogSpool(board.logs)
    evidence = Evidence(replace(board, logs=logs))
    assert evidence.contests
    os.ftruncate(logs._file.fileno(), 0)
    for name in ALL:
        with suppress(SpoolError):
            (result,) = run_checks(evidence, [name], progress=lambda *_: None)
            assert not result.outcome.findings
    with pytest.raises(SpoolError):
        tuple(run_checks(evidence, ALL, progress=lambda *_: None))
