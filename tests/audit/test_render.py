from __future__ import annotations

import json
from dataclasses import replace

from election.audit.catalogue import CHECKS
from election.audit.render import render_json, render_table
from election.protocol.board import Board
from election.protocol.events import BallotCast
from tests.audit.tampering import audit, change, find


def damage(board: Board) -> Board:
    return change(board, find(board, BallotCast), ballot_hash=bytes(32))


def test_table_has_a_line_for_every_check(board: Board) -> None:
    lines = render_table(audit(board)).splitlines()
    for number, check in enumerate(CHECKS, 1):
        (line,) = [each for each in lines if each.split()[:1] == [f"C{number}"]]
        assert check.claim in line
        assert line.endswith("held")
    assert lines[-1] == "verified: 4 of 4 contests, 7 of 7 ballots"


def test_table_fits_eighty_columns(board: Board) -> None:
    for report in (audit(board), audit(damage(board)), audit(replace(board, logs=()))):
        assert max(map(len, render_table(report).splitlines())) <= 80


def test_table_says_what_failed_and_whom_it_blames(board: Board) -> None:
    text = render_table(audit(damage(board)))
    assert "6 of 7 FAILED" in text
    assert "announced with another hash" in " ".join(text.split())
    assert "blames: validators" in text
    assert "First district: 4 ballots, NOT VERIFIED" in text
    assert "Second district: 2 ballots, verified" in text


def test_table_shows_ten_findings_of_a_check_at_most(board: Board) -> None:
    wrong = dict.fromkeys(board.answers, b"")
    text = render_table(audit(replace(board, answers=wrong)))
    assert text.count("blames: node") == 10
    assert f"and {len(wrong) - 10} more" in text


def test_json_has_all_findings(board: Board) -> None:
    report = audit(replace(board, answers={}))
    fields = json.loads(json.dumps(render_json(report)))
    assert fields["held"] is False
    assert fields["summary"] == report.summary
    state = fields["checks"][-1]
    assert (state["name"], state["held"]) == ("state", False)
    assert len(state["outcome"]["findings"]) == len(board.answers)
    assert fields["contests"][0]["counts"] == [
        ["Первый", 1],
        ["Second", 1],
        ["Third", 2],
    ]
