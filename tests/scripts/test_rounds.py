"""The test rounds of 2019 and the election, held by the same people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from election.artifacts import ROOT
from rehearsal.chains import in_process
from scripts.demo.electorate import draw_applicants, read_results
from scripts.demo.rounds import Round, hold_rounds, read_round
from scripts.demo.telling import Teller

FEWEST = 2
MEMBERS = [f"{role}-{n}" for role in ("trustee", "issuer") for n in (1, 2, 3)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rounds")


@pytest.fixture(scope="module")
def held(folder: Path) -> list[Round]:
    moscow = read_round("mgd-2019")
    results = read_results(ROOT / "elections" / "mgd-2019-results.json")
    people = draw_applicants(moscow.contests, results, fewest=FEWEST)
    teller = Teller(silent=True)
    return [*hold_rounds(in_process(), people, teller, folder=folder, fewest=FEWEST)]


def test_every_round_is_held_before_the_election(held: list[Round]) -> None:
    assert [each.manifest.id for each in held] == [
        *("test-2019-07-11", "test-2019-07-23", "test-2019-08-21", "mgd-2019-test")
    ]
    assert all(each.outcome.held for each in held)


def test_whoever_applied_votes_online_in_all_of_them(held: list[Round]) -> None:
    ballots = [sum(map(sum, each.outcome.counts.values())) for each in held]
    assert ballots == [3 * FEWEST] * 4


def test_every_round_says_everywhere_that_it_is_a_test(held: list[Round]) -> None:
    for each in held[:-1]:
        manifest = each.manifest
        titles = [manifest.title, *(contest.title for contest in manifest.contests)]
        assert manifest.test
        assert all(title.startswith("TEST: ") for title in titles)


def test_same_key_files_act_in_all_of_them(folder: Path, held: list[Round]) -> None:
    sealed = [json.loads((folder / f"{name}.json").read_text()) for name in MEMBERS]
    accounts = {bytes.fromhex(each["address"].removeprefix("0x")) for each in sealed}
    for each in held:
        rosters = each.manifest.trustees, each.manifest.issuers
        seated = {member.account for roster in rosters for member in roster.members}
        assert seated == accounts
