"""Homes of roles from the command line: made, shown, used, and refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from scripts.shared.exit_codes import ExitCode
from scripts.shared.homes import home as module
from scripts.shared.homes.home import hold, open_home
from tests.scripts.conftest import Arguments, Cli, Outcome


@pytest.fixture
def home(prepared: Cli, tmp_path: Path) -> Path:
    """The home of the relay of an election that is deployed."""
    made = init(prepared, tmp_path / "relay", "relay")
    assert made.code == 0, made.err
    return tmp_path / "relay"


def init(cli: Cli, folder: Path, role: str, *arguments: str | Path) -> Outcome:
    given: Arguments = ["--election", cli.folder / "election.json"]
    given += ["--rpc-url", cli.url, "--password-file", cli.folder / "password"]
    return cli("home", "init", role, "--home", folder, *given, *arguments)


def test_home_is_for_its_owner_alone(home: Path) -> None:
    assert home.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in home.iterdir()}
    assert modes == dict.fromkeys(("home.toml", "key.json", ".lock"), 0o600)


def test_home_made_again_keeps_its_key(prepared: Cli, home: Path) -> None:
    key = (home / "key.json").read_bytes()
    assert init(prepared, home, "relay").code == 0
    assert (home / "key.json").read_bytes() == key


def test_home_shows_what_is_in_it(prepared: Cli, home: Path) -> None:
    shown = prepared("home", "show", "--home", home, "--json").result
    assert shown["role"] == "relay"
    assert shown["key"]["address"].startswith("0x")
    assert shown["election"]["address"].startswith("0x")
    assert shown["terms"] == {"file": f"{home}/terms.json", "is_there": False}
    told = prepared("home", "show", "--home", home).out
    assert "veche-home/1" in told


def test_home_of_a_voter_shows_its_booth_and_leads_to_the_vote(
    cli: Cli, tmp_path: Path
) -> None:
    folder = tmp_path / "voter"
    given: Arguments = ["--password-file", cli.folder / "password"]
    assert cli("home", "init", "voter", "--home", folder, *given).code == 0
    booth = ["--booth", "https://booth.example.org", "--booth-hash", f"0x{'ab' * 32}"]
    told = cli("home", "set", "--home", folder, *booth)
    assert told.code == 0, told.err
    assert "booth.example.org" in told.out
    assert "ab" * 32 in told.out
    assert "next: veche vote" in told.err
    (folder / "voting-1.json").write_text("{}")
    (folder / "voting-1.json").chmod(0o644)
    shown = cli("home", "show", "--home", folder)
    assert "voting-1.json: others may read it: chmod 600" in shown.err


def test_home_that_others_may_read_is_warned_of(prepared: Cli, home: Path) -> None:
    home.chmod(0o750)
    (home / "key.json").chmod(0o644)
    shown = prepared("home", "show", "--home", home)
    assert f"{home}: others may read it: chmod 700" in shown.err
    assert "key.json: others may read it: chmod 600" in shown.err


@pytest.mark.parametrize("name", ["", "home.toml", "key.json"])
def test_home_of_another_user_is_not_used(
    prepared: Cli, home: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ROOT", -1)
    own, look = os.geteuid(), Path.stat
    is_mine = look(home / name)

    def stat(path: Path, **more: Any) -> os.stat_result:
        found = look(path, **more)
        if found.st_ino != is_mine.st_ino:
            return found
        return os.stat_result((*found[:4], own + 1, *found[5:10]))

    monkeypatch.setattr(Path, "stat", stat)
    tried = prepared("freeze", "--home", home)
    assert (tried.code, tried.out) == (ExitCode.INPUT, "")
    assert f"{home / name}: belongs to another user" in tried.err
    assert f"chown {own} {home / name}\n" in tried.err


def test_root_uses_the_homes_of_all_and_all_those_that_root_made(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    open_home(home)
    monkeypatch.undo()
    monkeypatch.setattr(module, "_ROOT", home.stat().st_uid)
    monkeypatch.setattr(os, "geteuid", lambda: home.stat().st_uid + 1)
    open_home(home)


@pytest.mark.parametrize("name", ["", "home.toml", "key.json"])
def test_home_that_others_may_write_to_is_not_used(
    prepared: Cli, home: Path, name: str
) -> None:
    (home / name).chmod(0o720)
    tried = prepared("freeze", "--home", home)
    assert (tried.code, tried.out) == (ExitCode.INPUT, "")
    assert f"{home / name}: others may write to it, so it is not used" in tried.err
    mode = "600" if name else "700"
    assert f"chmod {mode} {home / name}\n" in tried.err


@pytest.mark.parametrize("name", ["home.toml", "key.json"])
def test_pipe_in_a_home_keeps_no_act_waiting(
    prepared: Cli, home: Path, name: str
) -> None:
    (home / name).unlink()
    os.mkfifo(home / name, 0o600)
    tried = prepared("home", "show", "--home", home)
    assert tried.code == ExitCode.INPUT
    assert f"error: {home}" in tried.err
    assert "is no file" in tried.err


def test_act_takes_election_and_node_from_its_home(
    prepared: Cli, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = prepared("status", "--home", home, "--json")
    assert named.result["phase"] == "setup"
    monkeypatch.setenv("VECHE_HOME", str(home))
    assert prepared("status", "--json").result["title"] == named.result["title"]
    monkeypatch.setenv("VECHE_RPC_URL", "http://127.0.0.1:1")
    assert "127.0.0.1:1" in prepared("status", "--json").err
    assert prepared("status", "--json", "--rpc-url", prepared.url).code == 0


def test_act_takes_key_and_password_from_its_home(prepared: Cli, home: Path) -> None:
    tried = prepared("freeze", "--home", home)
    assert "polls: are not closed before" in tried.err


def test_bundle_is_read_instead_of_the_homes_election(
    prepared: Cli, home: Path
) -> None:
    bundle = home / "nothing.gz"
    tried = prepared("audit", bundle, "--home", home)
    assert tried.err.startswith(f"veche audit: error: {bundle}: no such file")


def test_two_processes_do_not_act_in_one_home(prepared: Cli, home: Path) -> None:
    with hold(home):
        tried = prepared("freeze", "--home", home)
        assert prepared("status", "--home", home).code == 0
    assert tried.code == ExitCode.IN_USE
    assert f"{home}: is in use by another process" in tried.err


def test_settings_of_a_home_are_changed(prepared: Cli, home: Path) -> None:
    digest = "ab" * 32
    given = ["--terms-hash", f"0x{digest}", "--rpc-url", "http://a"]
    prepared("home", "set", "--home", home, *given)
    text = (home / "home.toml").read_text()
    assert f'terms_hash = "{digest}"' in text
    assert 'nodes = ["http://a"]' in text
    assert "election = " in text
    assert str(prepared.folder / "election.json") in text


def test_terms_that_have_another_hash_are_not_taken(prepared: Cli, home: Path) -> None:
    before = (home / "home.toml").read_bytes()
    terms: Arguments = ["--terms", prepared.folder / "terms.json"]
    tried = prepared("home", "set", "--home", home, *terms, "--terms-hash", "ab" * 32)
    assert "what is pinned is another" in tried.err
    assert (home / "home.toml").read_bytes() == before


def test_home_of_another_role_stays_so(prepared: Cli, home: Path) -> None:
    tried = init(prepared, home, "trustee")
    assert (tried.code, tried.out) == (ExitCode.INPUT, "")
    assert "is the home of the role relay" in tried.err


@pytest.mark.parametrize("name", ["config.toml", "holiday.jpg"])
def test_folder_of_something_else_is_made_no_home(
    prepared: Cli, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("")
    tried = init(prepared, tmp_path, "trustee")
    assert tried.code == ExitCode.INPUT
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_password_of_one_letter_makes_no_home(prepared: Cli, tmp_path: Path) -> None:
    (tmp_path / "short").write_text("x\n")
    short: Arguments = ["--password-file", tmp_path / "short"]
    tried = prepared("home", "init", "voter", "--home", tmp_path / "voter", *short)
    assert (tried.code, (tmp_path / "voter").exists()) == (ExitCode.INPUT, False)
    assert "is shorter than 8 characters" in tried.err


def test_home_of_a_newer_program_is_left_alone(prepared: Cli, home: Path) -> None:
    text = (home / "home.toml").read_text().replace("veche-home/1", "veche-home/2")
    (home / "home.toml").write_text(text)
    tried = prepared("home", "set", "--home", home, "--rpc-url", "http://a")
    assert "is of veche-home/2, this is veche-home/1" in tried.err
    assert (home / "home.toml").read_text() == text


def test_card_says_role_and_address_and_nothing_sealed(
    prepared: Cli, home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "card.json"
    made = prepared("key", "card", "--home", home, "--out", out, "--json").result
    card = json.loads(out.read_text())
    assert card == {
        "format": "veche-card/1",
        "role": "relay",
        "address": made["address"],
    }
