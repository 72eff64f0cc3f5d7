"""The demo as its user runs it: nodes and acts in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from election.errors import ElectionError
from election.protocol.manifest import Contest
from scripts.demo.electorate import DistrictResult, draw_electorate
from scripts.shared.exit_codes import ExitCode

CONTESTS = (Contest(1, "One", ("A", "B")), Contest(2, "Two", ("C", "D", "E")))
RESULTS = {1: DistrictResult(100, (3, 1)), 2: DistrictResult(300, (0, 1, 1))}


def test_demo_counts_what_the_voters_chose_and_audits_it() -> None:
    command = [sys.executable, "-m", "scripts", "demo", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["held"]
    assert told["summary"] == "verified: 3 of 3 contests, 30 of 30 ballots"
    for contest in told["contests"]:
        assert [each["count"] for each in contest["counts"]] == contest["choices"]
    assert len(told["refusals"]) == 7


def test_demo_with_too_few_voters_says_how_many_it_needs() -> None:
    command = [sys.executable, "-m", "scripts", "demo", "--voters", "29"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == ExitCode.INPUT
    assert done.stdout == ""
    assert "30 at least" in done.stderr
    assert "Traceback" not in done.stderr


def test_electorate_is_drawn_in_proportion_and_always_the_same() -> None:
    people = draw_electorate(CONTESTS, RESULTS, voters=44, fewest=2)
    assert people == draw_electorate(CONTESTS, RESULTS, voters=44, fewest=2)
    assert sum(person.contest == 1 for person in people) == 12
    assert sum(person.contest == 2 for person in people) == 32
    assert all(person.choice != 1 for person in people if person.contest == 2)


def test_electorate_is_refused_when_a_contest_could_not_be_opened() -> None:
    with pytest.raises(ElectionError, match="4 at least"):
        draw_electorate(CONTESTS, RESULTS, voters=3, fewest=2)
