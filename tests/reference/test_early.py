"""A board from before the end: what is not due blames nobody, what is false still does.

Both audits say the same of every check, and nothing can be left out unnoticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from election.audit.bundle import encode_bundle
from election.audit.report import NOBODY, Verdict
from election.protocol import events
from election.protocol.board import Board
from election.protocol.phases import Phase
from election.protocol.replay import replay_board
from reference.audit import audit_bundle
from reference.build import Build
from scripts.anybody import reference_audit
from scripts.anybody.reference_audit import compare_audits
from tests.audit.story import Told
from tests.audit.tampering import audit, change, drop, examine, find
from tests.reference.both import find_faults, holds_in_the_first, refute_in_both
from tests.reference.twins import repeat

KEYS = {"trustees", "issuers", "images"}
EARLY: Mapping[str, set[str]] = {
    "0 listed": {"rules", *KEYS},
    "1 listed": {"rules", *KEYS, "contexts", "lists", "sums", "results"},
    "deployed": {*KEYS, "contexts", "lists", "sums", "results"},
    "exclusion": {*KEYS, "contexts", "lists", "sums", "results"},
    "reveals": {"issuers", "images", "contexts", "lists", "sums", "results"},
    "keys": {"contexts", "lists", "sums", "results"},
    "boxes": {"lists", "sums", "results"},
    "lists": {"sums", "results"},
    "polls": {"sums", "results"},
    "frozen": {"results"},
    "first result": {"results"},
}
"""The checks that are not due, by what was done last."""


def judge_in_both(board: Board, builds: Mapping[str, Build]) -> dict[str, str]:
    """Give the verdict of every check, about each of which the two audits agree."""
    first = {check.name: str(check.verdict) for check in audit(board).checks}
    second = audit_bundle(encode_bundle(board), builds=builds)
    assert {check.name: check.verdict for check in second.checks} == first
    return first


def at_phase(board: Board, phase: Phase) -> Board:
    """Show the same logs at the start of a phase, as if nothing had been done since."""
    times = find(board, events.ElectionDeployed).event.rules.times
    head = replace(board.head, timestamp=times[phase - 1])
    return replace(board, head=head)


@pytest.mark.parametrize("done", EARLY)
def test_early_board_fails_no_check(
    told: Told, builds: Mapping[str, Build], done: str
) -> None:
    verdicts = judge_in_both(told.early[done], builds)
    not_due = {name for name, verdict in verdicts.items() if verdict != "held"}
    assert not_due == EARLY[done]
    assert {verdicts[name] for name in not_due} == {"not due"}
    report = audit(told.early[done])
    assert report.verdict is Verdict.NOT_DUE
    assert not report.held


@pytest.mark.parametrize(
    ("done", "phase", "check"),
    [
        ("0 listed", Phase.KEYS, "rules"),
        ("1 listed", Phase.KEYS, "rules"),
        ("deployed", Phase.LIST, "trustees"),
        ("reveals", Phase.LIST, "issuers"),
        ("keys", Phase.REGISTRATION, "contexts"),
        ("boxes", Phase.REGISTRATION, "lists"),
    ],
)
def test_what_was_not_done_in_time_fails(
    told: Told, builds: Mapping[str, Build], done: str, phase: Phase, check: str
) -> None:
    late = at_phase(told.early[done], phase)
    assert judge_in_both(late, builds)[check] == "failed"
    now = late.head.timestamp - 1
    in_time = replace(late, head=replace(late.head, timestamp=now))
    assert judge_in_both(in_time, builds)[check] == "not due"


@pytest.mark.parametrize("done", ["0 listed", "1 listed"])
def test_commission_alone_is_blamed_for_texts_that_did_not_come_in_time(
    told: Told, done: str
) -> None:
    found = examine(at_phase(told.early[done], Phase.KEYS))
    assert {each.blames for each in found.pop("rules")} == {NOBODY}
    assert not found


def test_election_of_no_contest_is_refuted_and_not_early(
    told: Told, builds: Mapping[str, Build]
) -> None:
    board = told.early["0 listed"]
    deployed = find(board, events.ElectionDeployed)
    tampered = change(board, deployed, contests=())
    assert "rules" in refute_in_both(tampered, builds)


def test_images_are_complete_when_no_message_may_come_any_more(
    told: Told, builds: Mapping[str, Build]
) -> None:
    late = at_phase(told.early["reveals"], Phase.LIST)
    assert judge_in_both(late, builds)["images"] == "held"


@pytest.mark.parametrize(
    ("done", "kind"),
    [
        ("exclusion", events.AttemptAborted),
        ("exclusion", events.AttemptStarted),
        ("exclusion", events.Enrolled),
        ("reveals", events.Committed),
        ("reveals", events.Revealed),
        ("keys", events.Dealt),
        ("keys", events.Confirmed),
        ("keys", events.CeremonyFinal),
        ("boxes", events.BoxOpened),
        ("boxes", events.BoxCreated),
        ("lists", events.ListPublished),
        ("polls", events.BallotCast),
        ("frozen", events.TallyFrozen),
        ("frozen", events.TallyWithheld),
        ("first result", events.ShareAccepted),
        ("first result", events.ResultPublished),
    ],
)
def test_no_check_is_evaded_by_leaving_out_an_event(
    told: Told, builds: Mapping[str, Build], done: str, kind: type[Any]
) -> None:
    board = told.early[done]
    found = [e for e in replay_board(board).entries if isinstance(e.event, kind)]
    assert refute_in_both(drop(board, found[-1]), builds)


def test_texts_that_are_left_out_are_missed_by_the_running_hash(
    told: Told, builds: Mapping[str, Build]
) -> None:
    board = told.early["1 listed"]
    listed = find(board, events.ContestListed).log
    logs = tuple(log for log in board.logs if log != listed)
    assert refute_in_both(replace(board, logs=logs), builds) == {"state"}


def test_texts_that_came_twice_fail_while_others_are_not_due(
    told: Told, builds: Mapping[str, Build]
) -> None:
    twice = repeat(events.ContestListed)(told.early["1 listed"])
    assert "not its candidates once" in find_faults(twice, builds, "rules")
    assert not holds_in_the_first(twice, "rules")


def test_false_sum_fails_while_others_are_not_due(
    told: Told, builds: Mapping[str, Build]
) -> None:
    board = told.early["frozen"]
    frozen = find(board, events.TallyFrozen)
    tampered = change(board, frozen, cast_count=frozen.event.cast_count + 1)
    assert "sums" in refute_in_both(tampered, builds)


def test_sum_is_due_once_anything_was_done_with_it(
    told: Told, builds: Mapping[str, Build]
) -> None:
    board = told.early["first result"]
    frozen = find(board, events.TallyFrozen, lambda each: each.event.contest == 1)
    assert "sums" in refute_in_both(drop(board, frozen), builds)


def test_audits_that_call_early_and_false_the_same_thing_disagree(
    told: Told, builds: Mapping[str, Build], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference_audit, "compile_builds", lambda: builds)
    early, later = (
        told.early["boxes"],
        at_phase(told.early["boxes"], Phase.REGISTRATION),
    )
    assert not compare_audits(audit(early), encode_bundle(early)).disagreements
    (lists,) = compare_audits(audit(early), encode_bundle(later)).disagreements
    assert lists.startswith("C9 lists: failed in the reference audit")
