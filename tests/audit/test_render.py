from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from election.artifacts import ROOT
from election.audit.catalogue import CHECKS
from election.audit.render import render_json, render_table
from election.audit.report import (
    NODE,
    Awaited,
    CheckResult,
    Finding,
    Outcome,
    Signing,
)
from election.protocol.board import Board
from election.protocol.events import BallotCast
from election.protocol.text import TEST, spell_time
from scripts.shared.screen import wrap
from tests.audit.tampering import audit, change, find


def damage(board: Board) -> Board:
    return change(board, find(board, BallotCast), ballot_hash=bytes(32))


def test_table_has_a_line_for_every_check(board: Board) -> None:
    lines = list(render_table(audit(board)))
    for number, check in enumerate(CHECKS, 1):
        (line,) = [each for each in lines if each.split()[:1] == [f"C{number}"]]
        assert check.claim in line
        assert line.endswith("held")
    assert lines[-1] == "verified: 4 of 4 contests, 7 of 7 ballots"


def test_test_election_is_called_one_above_and_below_what_was_verified(
    board: Board,
) -> None:
    report = audit(board)
    lines = list(render_table(report))
    assert lines[0].startswith("TEST election: ")
    assert lines[-2] == TEST
    assert render_json(report)["test"] is True
    lines = list(render_table(replace(report, test=False)))
    assert lines[0].startswith("election: ")
    assert TEST not in lines


@pytest.mark.parametrize("signing", Signing)
def test_table_says_what_one_source_does_not_prove(
    board: Board, signing: Signing
) -> None:
    report = audit(board)
    finality = replace(report.finality, signing=signing)
    text = "\n".join(render_table(replace(report, finality=finality)))
    is_told = "what it does not: that others were shown this record" in text
    assert is_told is (signing is not Signing.HELD)
    assert text.count(report.election) == 1


def test_fingerprint_is_of_the_election_and_of_the_code(board: Board) -> None:
    """As whoever has the source computes it, and the commission publishes it."""
    report = audit(board)
    lines = list(render_table(report))
    (election,) = [each for each in lines if each.startswith("  election  0x ")]
    shown = election.removeprefix("  election  ")
    assert shown.replace(" ", "") == report.election
    assert f"  chain     {report.chain_id}" in lines
    builds = (ROOT / "contracts" / "builds.json").read_bytes()
    assert f"  code      {sha256(builds).hexdigest()}" in lines
    assert render_json(report)["fingerprint"] == {
        "chain_id": report.chain_id,
        "election": report.election,
        "code": sha256(builds).hexdigest(),
    }


def test_report_has_the_time_of_the_head(board: Board) -> None:
    """What is late follows from it, and no hash covers it."""
    late = replace(board, head=replace(board.head, timestamp=2**40))
    for shown in (board, late):
        report, moment = audit(shown), shown.head.timestamp
        assert render_json(report)["head_timestamp"] == moment
        (line,) = [each for each in render_table(report) if "time of that" in each]
        assert spell_time(moment) in line


def test_table_says_how_many_members_may_be_missing(board: Board) -> None:
    """After an exclusion perhaps nobody."""
    text = "\n".join(render_table(audit(board)))
    assert "3 members hold the key and 2 are needed: 1 may be missing" in text
    assert "2 members hold the key and 2 are needed: none may be missing" in text


def test_table_fits_eighty_columns(board: Board) -> None:
    for report in (audit(board), audit(damage(board)), audit(replace(board, logs=()))):
        rows = [row for line in render_table(report) for row in wrap(line, 80)]
        assert max(map(len, rows)) <= 80


def test_table_says_what_failed_and_whom_it_blames(board: Board) -> None:
    text = "\n".join(render_table(audit(damage(board))))
    assert "6 of 7 FAILED" in text
    assert "announced with another hash" in text
    assert "blames: validators" in text
    assert "4 ballots, NOT VERIFIED: First district" in text
    assert "2 ballots, verified: Second district" in text


def test_table_shows_ten_findings_of_a_check_at_most(board: Board) -> None:
    wrong = dict.fromkeys(board.answers, b"")
    text = "\n".join(render_table(audit(replace(board, answers=wrong))))
    assert text.count("blames: node") == 10
    assert f"and {len(wrong) - 10} more" in text


def of_many(board: Board, count: int) -> str:
    """Draw a report of which one check has so much to say of everything."""
    names = [str(number) for number in range(count)]
    outcome = Outcome(
        0,
        count,
        tuple(Finding(each, "is wrong", NODE, None) for each in names),
        tuple(f"note {each}." for each in names),
        tuple(Awaited(each, "is to come", None) for each in names),
    )
    check = CheckResult(1, "trustees", "claim", outcome)
    return "\n".join(render_table(replace(audit(board), checks=(check,))))


@pytest.mark.parametrize(("count", "shown", "more"), [(10, 10, 0), (11, 10, 1)])
def test_table_shows_ten_of_anything_but_notes(
    board: Board, count: int, shown: int, more: int
) -> None:
    text = of_many(board, count)
    assert text.count(": is wrong") == text.count("blames: node") == shown
    assert text.count("not due: ") == shown
    assert text.count("note ") == count
    assert text.count("more") == 2 * more
    assert text.count(f"and {more} more not due") == more


def test_table_shows_every_contest_with_every_count(board: Board) -> None:
    report = audit(board)
    lines = list(render_table(report))
    for contest in report.contests:
        (at,) = [
            number
            for number, line in enumerate(lines)
            if line.startswith(f"contest {contest.contest}: ")
        ]
        shown = lines[at + 1 : at + 1 + max(1, len(contest.counts))]
        counts = [int(line.split()[0]) for line in shown if contest.counts]
        assert counts == [each.count for each in contest.counts]


def test_json_has_all_findings(board: Board) -> None:
    report = audit(replace(board, answers={}))
    fields = json.loads(json.dumps(render_json(report)))
    assert fields["held"] is False
    assert fields["summary"] == report.summary
    state = fields["checks"][-1]
    assert (state["name"], state["held"]) == ("state", False)
    assert len(state["outcome"]["findings"]) == len(board.answers)
    assert fields["contests"][0]["counts"] == [
        {"slot": 1, "count": 1, "name": "Первый"},
        {"slot": 2, "count": 1, "name": "Second"},
        {"slot": 3, "count": 2, "name": "Third"},
    ]


@pytest.mark.parametrize(
    ("left", "why"), [(1, "no counts before 20"), (0, "no counts: withheld, or")]
)
def test_counts_are_owed_from_the_second_in_which_the_polls_end(
    board: Board, left: int, why: str
) -> None:
    report = audit(board)
    assert report.polls_end is not None
    report = replace(report, head_timestamp=report.polls_end - left)
    assert why in "\n".join(render_table(report))


def test_table_tells_the_announced_booth_and_how_to_compare_it(board: Board) -> None:
    """What is served is on no record, so that no audit of one can know it."""
    report = audit(board)
    assert report.booth is None
    assert "booth none: no page for browsers is announced" in render_table(report)
    announced = replace(report, booth=f"0x{'07' * 32}")
    lines = list(render_table(announced))
    assert f"booth {announced.booth}" in lines
    assert "  veche verify-booth URL ... --hash with the hash above" in lines
    assert max(map(len, lines)) <= 80
