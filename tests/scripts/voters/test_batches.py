"""Several requests at once, and what a home fills in for a voter."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.shared.homes.defaults import _list_files
from scripts.shared.homes.home import Home
from scripts.shared.homes.settings import VERSION, Settings
from scripts.shared.roles import Role
from tests.scripts.conftest import Arguments, Cli


@pytest.mark.parametrize(
    ("act", "option", "key", "fact"),
    [
        ("attest", "--out", "portal", "--out: names one file, and 2 requests are"),
        ("register", "--portal", "registrar", "--portal: is of one request, and 2 are"),
        ("withdraw", "--sms", "registrar", "--sms: is of one request, and 2 are given"),
    ],
)
def test_file_of_one_request_is_not_given_for_two(
    prepared: Cli, act: str, option: str, key: str, fact: str
) -> None:
    tried = prepared.attempt_by(act, "one.json", "two.json", option, "file", key=key)
    assert (tried.code, fact in tried.err) == (2, True), tried.err


@pytest.mark.parametrize(
    ("given", "missing"), [(["--list", "lists"], "--out"), (["--out", "o"], "--list")]
)
def test_voter_without_a_home_says_where_files_are(
    prepared: Cli, given: list[str], missing: str
) -> None:
    tried = prepared.attempt_by("request", "register", *given, key="voter")
    assert tried.code == 2
    assert f"{missing}: is missing: give it, or act in a home" in tried.err


class Context:
    """What Typer knows of an act once its words are read."""

    def __init__(self, **params: object) -> None:
        self.params = params


def test_home_names_the_files_that_a_voter_leaves(tmp_path: Path) -> None:
    home = Home(tmp_path, Settings(VERSION, Role.VOTER))
    context: object = Context(wish="issue")
    found = _list_files(home, context, "request")  # type: ignore[arg-type]
    assert found["out"]() == str(tmp_path / "issue.json")
    assert (found["list_file"], "slip" in found) == (str(tmp_path / "lists"), False)
    (tmp_path / "slip.csv").touch()
    found = _list_files(home, context, "request")  # type: ignore[arg-type]
    assert found["slip"] == str(tmp_path / "slip.csv")


@pytest.mark.parametrize(
    ("contest", "name"), [(None, "answers"), (7, "answers/7.jsonl")]
)
def test_home_names_where_answers_go(
    tmp_path: Path, contest: int | None, name: str
) -> None:
    home = Home(tmp_path, Settings(VERSION, Role.ISSUER))
    context: object = Context(contest=contest)
    found = _list_files(home, context, "issue")  # type: ignore[arg-type]
    assert found["out"]() == str(tmp_path / name)


def test_place_asks_no_node_that_nobody_typed(
    prepared: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that is asked learns which line is the voter's."""
    monkeypatch.setenv("VECHE_RPC_URL", "http://127.0.0.1:1")
    pinned = (prepared.folder / "terms-hash").read_text()
    given: Arguments = ["--terms", prepared.folder / "terms.json"]
    given += ["--terms-hash", pinned]
    tried = prepared("place", *given, "--list", "none", "--index", "0")
    assert "127.0.0.1:1" not in tried.err
    assert "none: no such file" in tried.err
