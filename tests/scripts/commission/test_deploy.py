"""The record of a deployment is true, and a chain that forgot is told of."""

from __future__ import annotations

import re
from dataclasses import replace
from threading import Thread

import pytest

from election.artifacts import ROOT
from election.client.rpc import connect
from election.protocol.text import spell_time
from scripts.commission.deploy import (
    compare_accounts,
    compare_clocks,
    deploy,
    require_name,
)
from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.deployment_file import read_deployment
from scripts.shared.files.key_file import open_key_file
from scripts.shared.files.manifest_file import read_manifest
from tests.scripts.conftest import PASSWORD, Cli, write_election

MOSCOW = ROOT / "elections/mgd-2019.toml"
ACCOUNTS = ROOT / "elections/test-accounts.toml"


def test_deploy_on_a_chain_that_forgot_does_not_begin_anew(cli: Cli) -> None:
    write_election(cli)
    connection = connect(cli.url)
    snapshot = connection.request("evm_snapshot")
    cli.deploy()
    record = cli.folder / "election.json"
    kept = record.read_bytes()
    connection.request("evm_revert", snapshot)
    head = connection.read_head()
    fact = "error: record: the node's chain ends before block"
    anew = "to begin anew, give another --out"
    for refused in (cli.attempt_deploy(), cli.attempt("status")):
        assert refused.code == ExitCode.UNBELIEVABLE
        assert fact in refused.err
        assert "hint: ask a node that has it" in refused.err
    assert anew in cli.attempt_deploy().err
    assert anew not in cli.attempt("status").err
    assert connection.read_head() == head
    assert record.read_bytes() == kept


def test_election_that_counts_takes_no_nodes_word_for_its_chain(cli: Cli) -> None:
    write_election(cli)
    manifest = cli.folder / "manifest.toml"
    counts = manifest.read_text().replace("test = true", "test = false")
    manifest.write_text(counts.replace("TEST: ", "").replace("2019-", "2130-"))
    refused = cli.attempt_deploy()
    assert refused.code == ExitCode.USAGE
    assert "--chain-id: is missing" in refused.err
    assert not (cli.folder / "election.json").exists()
    other = cli.attempt_deploy("--chain-id", "1")
    assert "instead of 1" in other.err
    own = str(connect(cli.url).chain_id)
    unnamed = cli.attempt_deploy("--chain-id", own)
    assert "--name: is missing, and nobody can be asked" in unnamed.err
    wrong = cli.attempt_deploy("--chain-id", own, "--name", "Story")
    assert "is Story, and the manifest is of story: nothing was" in wrong.err
    assert not (cli.folder / "election.json").exists()
    assert cli.attempt_deploy("--chain-id", own, "--name", "story").code == 0
    assert cli.attempt_deploy().code == 0  # the record says which, and that it is meant


def test_whoever_deploys_an_election_that_counts_types_its_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manifest = read_manifest(MOSCOW, ACCOUNTS)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: f" {manifest.id}\n")
    require_name(replace(manifest, test=False), None)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "yes")
    with pytest.raises(InputError, match="is yes, and the manifest is of"):
        require_name(replace(manifest, test=False), None)
    require_name(manifest, None)


def test_two_programs_with_one_record_make_one_election(cli: Cli) -> None:
    write_election(cli)
    folder, connection = cli.folder, connect(cli.url)
    manifest = read_manifest(folder / "manifest.toml", folder / "accounts.toml")
    key = open_key_file(cli.key("commission"), password=PASSWORD).key
    record = folder / "new" / "election.json"
    shift = connection.read_clock() + 3_600 - manifest.times.keys
    done = []

    def run() -> None:
        done.append(deploy(connection, manifest, key=key, record=record, shift=shift))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [read_deployment(record)] * 2


@pytest.mark.parametrize(
    ("own", "side"),
    [(1_000_301, "301 s ahead of"), (999_699, "301 s behind"), (63_072_000, "ahead")],
)
def test_clock_that_is_not_the_chains_is_warned_of(
    own: int, side: str, capsys: pytest.CaptureFixture[str]
) -> None:
    compare_clocks(own=own, chain=1_000_000)
    told = capsys.readouterr().err
    assert side in told
    assert spell_time(1_000_000) in told


@pytest.mark.parametrize("own", [999_700, 1_000_000, 1_000_300])
def test_clock_that_is_nearly_the_chains_is_good_enough(
    own: int, capsys: pytest.CaptureFixture[str]
) -> None:
    compare_clocks(own=own, chain=1_000_000)
    assert capsys.readouterr().err == ""


def test_commission_with_another_key_than_its_accounts_is_warned(cli: Cli) -> None:
    write_election(cli)
    assert "warning: accounts.commission" not in cli.attempt_deploy().err
    cli.key("commission").rename(cli.folder / "right.json")
    other = cli.keygen("commission", "commission")
    told = cli.attempt_deploy().err
    assert "warning: accounts.commission is 0x" in told
    assert f"this key is of {other}" in told


def test_election_that_counts_is_deployed_by_its_commission_or_on_purpose(
    cli: Cli, capsys: pytest.CaptureFixture[str]
) -> None:
    write_election(cli)
    folder = cli.folder
    test = read_manifest(folder / "manifest.toml", folder / "accounts.toml")
    counts, other = replace(test, test=False), bytes(20)
    with pytest.raises(InputError, match="act in it no more") as refused:
        compare_accounts(other, counts, for_another=False)
    assert "--for-another" in str(refused.value.hint)
    compare_accounts(counts.accounts.commission, counts, for_another=False)
    assert not capsys.readouterr().err
    compare_accounts(other, counts, for_another=True)
    compare_accounts(other, test, for_another=False)
    assert capsys.readouterr().err.count("warning: accounts.commission is 0x") == 2


def test_second_shift_is_said_to_be_unused(cli: Cli) -> None:
    write_election(cli)
    first = cli.attempt_deploy("--shift-to", "now+10m")
    assert "--shift-to was not used" not in first.err
    again = cli.attempt_deploy("--shift-to", "now+2h")
    assert again.result == first.result
    start = 1_546_300_800 + first.result["shift"]  # the manifest's times.keys
    assert f"was not used: KEYS begins at {spell_time(start)}" in again.err
    assert "was not used" not in cli.attempt_deploy().err


def test_commission_is_warned_of_its_clock_when_it_deploys(cli: Cli) -> None:
    write_election(cli)
    connection = connect(cli.url)
    snapshot = connection.request("evm_snapshot")
    connection.request("evm_increaseTime", hex(86_400))
    told = cli.attempt_deploy("--shift-to", "now+10m").err
    connection.request("evm_revert", snapshot)
    found = re.search(r"warning: this machine's clock is (\d+) s behind", told)
    assert found is not None
    assert int(found[1]) >= 86_000  # other tests may have moved the clock before
    assert "s behind the chain's" in told
