"""What a status shows a person, and how it ends."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from scripts.anybody import node_comparison, status
from scripts.anybody.acts import status as act
from scripts.shared import session
from scripts.shared.durations import spell_left, spell_local
from scripts.shared.exit_codes import ExitCode
from scripts.shared.roles import Role
from tests.scripts.conftest import Arguments, Cli


@pytest.fixture
def moscow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "MSK-3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def make_home(cli: Cli, folder: Path, role: str, key: str) -> Path:
    """Make a home of a key file that there is."""
    home = folder / key
    settings: Arguments = ["--election", cli.folder / "election.json"]
    settings += ["--rpc-url", cli.url, "--password-file", cli.folder / "password"]
    made = cli("home", "init", role, "--home", home, *settings)
    assert made.code == 0, made.err
    (home / "key.json").write_bytes(cli.key(key).read_bytes())
    return home


@pytest.mark.parametrize("holds", [True, False])
def test_nodes_that_differ_end_a_status_as_failed_and_no_others_do(
    holds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = SimpleNamespace(holds=holds)
    monkeypatch.setattr(session, "enter", lambda *_: None)
    monkeypatch.setattr(status, "read_status", lambda *_: {})
    monkeypatch.setattr(node_comparison, "compare_nodes", lambda *_: compared)
    monkeypatch.setattr(node_comparison, "encode_nodes", lambda _: {})
    act.command(Path("e.json"), ["one"], as_json=True)
    if holds:
        act.command(Path("e.json"), ["one", "other"], as_json=True)
        return
    with pytest.raises(typer.Exit) as ended:
        act.command(Path("e.json"), ["one", "other"], as_json=True)
    assert ended.value.exit_code == ExitCode.NOT_SO


@pytest.mark.usefixtures("moscow")
def test_status_fits_80_columns_and_tells_both_times(
    prepared: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(prepared, tmp_path, "trustee", "trustee-1")
    monkeypatch.chdir(tmp_path)
    shown = prepared("status", "--home", home).out
    assert max(map(len, shown.splitlines())) <= 80
    assert re.search(r"^phase     setup, .* left$", shown, re.MULTILINE)
    assert re.search(r"until \d{4}-.* UTC\n +\d{4}-.* MSK here$", shown, re.MULTILINE)
    assert re.search(r" keys +\d.* UTC  \d{4}-\S+ \S+ MSK$", shown, re.MULTILINE)


def test_status_speaks_to_the_role_of_the_home(
    prepared: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = make_home(prepared, tmp_path, "trustee", "trustee-1")
    shown = prepared("status", "--home", home).out
    mine = r"^you       trustee 0x[0-9a-f]{40}\n +seat 1$"
    assert re.search(mine, shown, re.MULTILINE)
    assert re.search(r"^now       nothing is yours to do$", shown, re.MULTILINE)
    assert "  veche trustee --wait --home trustee-1\n" in shown
    due = r"^ +acted: nobody\n +yet to act: 1, 2\n +1  0x"
    assert re.search(due, shown, re.MULTILINE)


def test_line_to_paste_is_broken_so_that_it_can_be(
    prepared: Cli, tmp_path: Path
) -> None:
    home = make_home(prepared, tmp_path, "relay", "relay")
    shown = prepared("status", "--home", home).out
    pasted = shown.replace(" \\\n", " ")
    assert re.search(rf"veche cast BALLOT.json +--home +{home}\n", pasted)


def test_status_as_json_says_the_same(prepared: Cli, tmp_path: Path) -> None:
    home = make_home(prepared, tmp_path, "commission", "commission")
    told = prepared("status", "--home", home, "--json").result
    you = told["you"]
    assert (you["role"], you["place"]) == ("commission", "named by the election")
    assert you["later"]["command"] == "veche publish-list REGISTER.csv"
    assert you["later"]["due"] == told["times"]["list"]
    assert told["phase_ends"] == told["times"]["keys"]
    assert 0 < told["seconds_left"] <= 9 * 3_600
    assert [each["acted"] for each in told["trustees"]["seats"]] == [False, False]


def test_key_of_another_election_is_noticed(prepared: Cli, tmp_path: Path) -> None:
    strange = make_home(prepared, tmp_path, "observer", "commission")
    told = prepared("status", "--home", strange, "--json").result
    assert told["you"]["place"] == "NOT named by this election"
    other = make_home(prepared, tmp_path, "issuer", "relay")
    told = prepared("status", "--home", other, "--json").result
    assert told["you"]["place"] == "NOT in this election's roster"


def test_watch_shows_what_changed_and_ends_with_the_election(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        {"phase": "voting", "now": "1", "seconds_left": 2, "warnings": []},
        {"phase": "voting", "now": "2", "seconds_left": 1, "warnings": []},
        {"phase": "final", "now": "3", "seconds_left": None, "warnings": []},
    ]
    monkeypatch.setattr(session, "enter", lambda *_: None)
    monkeypatch.setattr(status, "read_status", lambda *_: found.pop(0))
    monkeypatch.setattr(act, "_BETWEEN", 0)
    shown = cli("status", "--watch", "--election", cli.folder, "--json")
    assert shown.code == 0
    assert [line.count('"final"') for line in shown.out.splitlines()] == [0, 1]


def test_watch_that_is_interrupted_ends_as_done(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "enter", lambda *_: None)
    monkeypatch.setattr(status, "read_status", interrupt)
    assert cli("status", "--watch", "--election", cli.folder).code == 0


@pytest.mark.parametrize(
    ("seconds", "spelt"),
    [
        (-1, "no time"),
        (59, "59 s"),
        (3_599, "59 min"),
        (3_661, "1 h 1 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_time_left_is_spelt_roughly(seconds: int, spelt: str) -> None:
    assert spell_left(seconds) == spelt


def test_moment_that_is_none_has_no_local_time() -> None:
    assert spell_local(99999999999999) is None


def test_every_role_has_a_calendar() -> None:
    from scripts.anybody.own_steps import _CALENDAR

    assert _CALENDAR.keys() == set(Role)
