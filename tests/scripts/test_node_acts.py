"""`veche node` keeps a chain in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.node import COMMANDS
from tests.scripts.conftest import Cli


@pytest.fixture
def home(tmp_path: Path, cli: Cli) -> Path:
    made = cli("node", "init", "--home", str(tmp_path / "chain"))
    assert made.code == 0
    return tmp_path / "chain"


def _ask(cli: Cli, *arguments: str) -> dict[str, Any]:
    answer = cli("node", *arguments, "--json")
    assert answer.code == 0
    result: dict[str, Any] = json.loads(answer.out)
    return result


def test_a_chain_is_made_copied_moved_and_verified(cli: Cli, home: Path) -> None:
    copy, blocks, other = (home.with_name(name) for name in ("copy", "rlp", "other"))
    chain = ("--home", str(home))
    assert _ask(cli, "backup", *chain, "--to", str(copy))["height"] == 0
    exported = _ask(cli, "export", *chain, "--out", str(blocks))
    assert exported["bytes"] == len(blocks.read_bytes()) > 0
    imported = ("import", "--home", str(other), "--blocks", str(blocks))
    assert _ask(cli, *imported)["height"] == 0
    heads = [
        _ask(cli, "verify", "--home", str(each))["head"] for each in (home, copy, other)
    ]
    assert len(set(heads)) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing command"),
        (["nonsense"], "No such command 'nonsense'"),
        (["verify"], "home: give --home, or store.home in"),
        (["verify", "--home", "/nowhere"], "/nowhere: holds no chain"),
        (["verify", "--config", "/nowhere.toml"], "/nowhere.toml: cannot be read"),
        (["init", "--home", "{home}"], "{home}: is not empty"),
        (["export", "--home", "{home}", "--out", "{home}"], "{home}: file exists"),
    ],
)
def test_what_is_wrong_is_one_error_and_a_hint_if_any_helps(
    cli: Cli, home: Path, arguments: list[str], words: str
) -> None:
    given = [each.format(home=home) for each in arguments]
    refused = cli("node", *given)
    assert refused.code == 2
    first, *hints = refused.err.splitlines()
    assert first.startswith("veche node: error: " + words.format(home=home))
    assert all(hint.startswith("veche node: hint: ") for hint in hints[:1])
    assert len(hints) <= 1
    assert not refused.out


def test_a_missing_folder_is_not_served(cli: Cli, tmp_path: Path) -> None:
    """A chain that was expected there must not be begun anew."""
    home = tmp_path / "nowhere"
    started = cli("node", "start", "--home", str(home), "--port", "0")
    assert started.code == 2
    assert f"{home}: holds no chain; `veche node init` makes one" in started.err
    assert not home.exists()


@pytest.mark.parametrize("act", COMMANDS)
def test_help_of_every_act_on_a_folder_shows_its_example(act: str, cli: Cli) -> None:
    shown = cli("node", act, "--help")
    assert shown.code == 0
    assert f"Example:\n    veche node {act} --home" in shown.out
