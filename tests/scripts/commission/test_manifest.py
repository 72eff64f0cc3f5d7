"""A manifest is read back in sentences, with what may go wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from election.artifacts import ROOT
from election.protocol.manifest import Manifest
from scripts.commission.manifest_doubts import list_doubts
from scripts.commission.manifest_words import spell_manifest
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.manifest_file import read_manifest
from tests.scripts.conftest import Cli

MOSCOW = ROOT / "elections/mgd-2019.toml"
ACCOUNTS = ROOT / "elections/test-accounts.toml"
FUTURE = 1_500_000_000


@pytest.fixture(scope="module")
def moscow() -> Manifest:
    return read_manifest(MOSCOW, ACCOUNTS)


def doubts(manifest: Manifest, *, now: int = FUTURE) -> str:
    return "\n".join(list_doubts(manifest, now=now))


def test_manifest_is_read_back_by_everybody_and_everything_in_it(
    moscow: Manifest,
) -> None:
    told = "\n".join(spell_manifest(moscow))
    for account in (moscow.accounts.portal, moscow.issuers.members[4].account):
        assert f"0x{account.hex()}" in told
    assert "any 3 of them decrypt together" in told
    assert "from 2019-09-08 05:00:00 UTC" in told
    assert "Contest 30: " in told
    assert "  6  Юнеман Роман Александрович" in told


def test_thresholds_are_told_against_the_commissions_number(moscow: Manifest) -> None:
    told = doubts(moscow)
    assert "the commission and 1 trustee of others suffice" in told
    assert "if more than 2 issuers are missing, nothing is issued" in told
    assert "can stop it alone" not in told
    trustees = replace(moscow.trustees, threshold=4)
    told = doubts(replace(moscow, trustees=trustees))
    assert "the others are 3 of the 4 needed: the commission can stop it" in told
    trustees = replace(moscow.trustees, threshold=5)
    told = doubts(replace(moscow, trustees=trustees))
    assert "all 5 trustees are needed: if one is missing, nothing is decrypted" in told


def test_one_account_in_two_places_is_told_of(moscow: Manifest) -> None:
    station = moscow.trustees.members[0].account
    accounts = replace(moscow.accounts, polling_station=station, observers=())
    told = doubts(replace(moscow, accounts=accounts))
    assert "the polling station and trustee 1 are one account" in told
    assert "there are no observers" in told
    assert "one account" not in doubts(moscow)


def test_times_that_are_over_or_short_are_told_of(moscow: Manifest) -> None:
    assert "which is over: --shift-to" in doubts(moscow, now=1_600_000_000)
    real = replace(moscow, test=False, step_seconds=60)
    assert "which is over: such an election is refused" in doubts(
        real, now=1_600_000_000
    )
    assert "who is away for 1 min is excluded" in doubts(real)
    assert "which is over" not in doubts(moscow)
    times = replace(moscow.times, issue_closing=moscow.times.opening + 900)
    assert "the polls are open for 15 min only" in doubts(replace(moscow, times=times))
    slow = replace(moscow, step_seconds=7 * 86_400 // 15)
    assert "the last attempt ends no time before the time for keys" in doubts(slow)


def test_name_that_says_test_of_an_election_that_counts(moscow: Manifest) -> None:
    assert "begins with TEST, and its ballots count" in doubts(
        replace(moscow, test=False)
    )
    assert "so few may show how" in doubts(replace(moscow, minimum_cast=2))


def test_manifest_is_checked_from_the_command_line() -> None:
    cli = Cli(ROOT, "http://nowhere")
    shown = cli("manifest", "check", MOSCOW, "--accounts", ACCOUNTS)
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 80
    assert "What may go wrong:\n  - the keys are made from 2019-07-14" in shown.out
    assert f"next: veche deploy {MOSCOW} --accounts {ACCOUNTS}" in shown.err
    told = cli("manifest", "check", MOSCOW, "--accounts", ACCOUNTS, "--json").result
    assert told["times"]["voting"] == "2019-09-08T05:00:00Z"
    assert (told["contests"], len(told["may_go_wrong"])) == ([1, 10, 30], 7)


def test_manifest_with_faults_is_refused_from_the_command_line() -> None:
    refused = Cli(ROOT, "http://nowhere")("manifest", "check", MOSCOW)
    assert (refused.code, refused.out) == (ExitCode.INPUT, "")
    assert f"{MOSCOW} line 25: trustees.members: is missing\n" in refused.err
    assert "did you forget --accounts?" in refused.err


def test_what_comes_next_can_be_pasted_whatever_the_file_is_called(
    tmp_path: Path,
) -> None:
    odd = tmp_path / "a; rm b.toml"
    odd.write_bytes(MOSCOW.read_bytes())
    told = Cli(ROOT, "http://nowhere")("manifest", "check", odd, "--accounts", ACCOUNTS)
    assert f"next: veche deploy '{odd}' --accounts {ACCOUNTS}" in told.err
