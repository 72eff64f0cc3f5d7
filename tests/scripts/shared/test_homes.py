"""What an act takes from the home of a role, and what a home is refused for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from scripts.anybody.home_making import store_settings
from scripts.shared.errors import InputError
from scripts.shared.homes.defaults import at_home, list_defaults
from scripts.shared.homes.here import spell_home
from scripts.shared.homes.home import FILE, Home, find_home, hold, open_home
from scripts.shared.homes.settings import (
    VERSION,
    Settings,
    read_settings,
    render_settings,
)
from scripts.shared.options import AnyRpcUrl, Carried, GenesisHash
from scripts.shared.roles import Role

NODES = ("http://one", "http://other")
SETTINGS = Settings(VERSION, Role.TRUSTEE, nodes=NODES, password_file="../password")  # noqa: S106


def write(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text)
    return folder / FILE


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    odd = replace(SETTINGS, key='a "key" \\ of \x7f.json', terms_hash="0x" + "1" * 64)
    apart = replace(SETTINGS, genesis_hash="2" * 64, offline=True)
    for each in (SETTINGS, odd, apart, Settings(VERSION, Role.VOTER)):
        assert read_settings(write(tmp_path, render_settings(each))) == each


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ('format = "veche-home/2"\nrole = "voter"', "is of veche-home/2, this is"),
        ('format = "home"\nrole = "voter"', "format: is not veche-home/1"),
        ('role = "voter"', "format: is missing"),
        ('format = "veche-home/1"\nrole = "king"', "role: is none of commission,"),
        (
            'format = "veche-home/1"\nrole = "voter"\nelectoin = "x"\nkey = 1',
            "key: is not a text in quotes; electoin: unknown key; did you mean",
        ),
        ("role = ", "is not toml: "),
    ],
)
def test_settings_that_are_none_are_refused(
    tmp_path: Path, text: str, fact: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_settings(write(tmp_path, text))
    assert fact in str(refused.value)


def test_home_fills_in_what_nobody_typed() -> None:
    home = Home(Path("/home"), replace(SETTINGS, terms_hash="ab", genesis_hash="cd"))
    assert list_defaults(home, {}) == {
        "election": "/home/election.json",
        "key": "/home/key.json",
        "password_file": "/password",
        "rpc_urls": [*NODES],
        "rpc_url": NODES[0],
        "terms": "/home/terms.json",
        "terms_hash": "ab",
        "genesis_hash": "cd",
    }


@pytest.mark.parametrize(
    ("is_apart", "typed", "expected"),
    [
        (False, ["--bundle", "x"], ("cd" * 32, None)),
        (False, [], (None, list(NODES))),
        (True, ["--bundle", "x"], ("cd" * 32, None)),
        (True, [], (None, None)),
        (True, ["--rpc-url", "u"], (None, ["u"])),
    ],
)
def test_member_asks_nodes_or_files_and_no_node_without_a_network(
    tmp_path: Path, is_apart: bool, typed: list[str], expected: Any
) -> None:
    seen: list[Any] = []

    def act(
        carried: Carried = None,
        genesis_hash: GenesisHash = None,
        rpc_urls: AnyRpcUrl = None,
    ) -> None:
        assert bool(carried) is ("--bundle" in typed)
        seen.append((genesis_hash and genesis_hash.hex(), rpc_urls))

    tmp_path.chmod(0o700)
    kept = replace(SETTINGS, genesis_hash="cd" * 32, offline=is_apart)
    write(tmp_path, render_settings(kept)).chmod(0o600)
    app = typer.Typer()
    app.command()(at_home(act))
    done = CliRunner().invoke(app, ["--home", str(tmp_path), *typed])
    assert (done.exit_code, seen) == (0, [expected])


def test_terms_without_their_hash_are_filled_in_nowhere() -> None:
    filled = list_defaults(Home(Path("/home"), SETTINGS), {})
    assert filled.keys().isdisjoint({"terms", "terms_hash"})


def test_environment_goes_before_the_home() -> None:
    told = {"VECHE_KEY": "k", "VECHE_RPC_URL": "http://a http://b", "VECHE_TERMS": ""}
    filled = list_defaults(Home(Path("/home"), SETTINGS), told)
    assert (filled["key"], filled["rpc_url"]) == ("k", "http://a")
    assert filled["rpc_urls"] == ["http://a", "http://b"]
    assert "terms" not in filled


def test_blank_variable_hides_nothing_of_the_home() -> None:
    told = dict.fromkeys(("VECHE_RPC_URL", "VECHE_ELECTION"), " ")
    settings = replace(SETTINGS, nodes=("http://a",))
    home = Home(Path("/home"), settings)
    assert list_defaults(home, told) == list_defaults(home, {})


def test_environment_fills_in_without_a_home() -> None:
    assert list_defaults(None, {"VECHE_ELECTION": "e"}) == {"election": "e"}


def test_folder_of_something_else_is_no_home(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no home of a role"):
        find_home(tmp_path, told=None)
    with pytest.raises(InputError, match="is no home of a role"):
        find_home(None, told=str(tmp_path))


def test_home_of_a_service_in_the_environment_says_nothing_to_an_act(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.toml").write_text("")
    assert find_home(None, told=str(tmp_path)) is None
    with pytest.raises(InputError, match="is no home of a role"):
        find_home(tmp_path, told=None)


def test_second_process_is_kept_out_of_a_home(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(InputError, match="in use by another"):
        hold(tmp_path).__enter__()
    with hold(tmp_path):
        assert (tmp_path / ".lock").stat().st_mode & 0o777 == 0o600


def test_home_is_named_as_it_is_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VECHE_HOME", raising=False)
    folder = tmp_path / "a home"
    assert spell_home(folder) == " --home 'a home'"
    assert spell_home(folder, told="a home") == ""
    assert spell_home(Path("/elsewhere")) == " --home /elsewhere"


def test_home_is_opened_by_a_path_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, render_settings(SETTINGS))
    monkeypatch.chdir(tmp_path.parent)
    home = open_home(Path(tmp_path.name))
    assert home.key == tmp_path / "key.json"
    assert home.password_file == tmp_path.parent / "password"
    assert home.folder.is_absolute()


@pytest.mark.parametrize(
    ("key", "fact"),
    [
        ("k" * 5_000, "key: file name too long"),
        (r"a\u0000b", "key: holds a character that no name of a file has"),
    ],
)
def test_home_that_names_what_no_file_is_called_is_refused(
    tmp_path: Path, key: str, fact: str
) -> None:
    write(tmp_path, f'format = "{VERSION}"\nrole = "voter"\nkey = "{key}"')
    with pytest.raises(InputError) as refused:
        open_home(tmp_path)
    assert fact in str(refused.value)


def test_settings_that_another_process_changed_are_not_lost(tmp_path: Path) -> None:
    write(tmp_path, render_settings(SETTINGS))
    mine = Home(tmp_path, replace(SETTINGS, nodes=("http://mine",)))
    store_settings(Home(tmp_path, replace(SETTINGS, lists="theirs")), was=SETTINGS)
    with pytest.raises(InputError, match="was changed by another process meanwhile"):
        store_settings(mine, was=SETTINGS)
    assert open_home(tmp_path).settings == replace(SETTINGS, lists="theirs")
