"""A home is copied, and a home made of the copy; what was changed is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.anybody import home_copy
from scripts.shared.exit_codes import ExitCode
from scripts.shared.homes.home import hold
from tests.scripts.conftest import Cli, Outcome, make_cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = make_cli(tmp_path, "http://nowhere")
    home = tmp_path / "home"
    password = tmp_path / "password"
    made = cli("home", "init", "issuer", "--home", home, "--password-file", password)
    assert made.code == 0, made.err
    (home / "answers").mkdir()
    (home / "answers" / "1.jsonl").write_text("{}")
    (home / "key.json.answered").write_text("of this home alone")
    assert back_up(cli).code == 0
    return cli


def back_up(cli: Cli, name: str = "copy") -> Outcome:
    return cli(
        "home", "backup", "--home", cli.folder / "home", "--to", cli.folder / name
    )


def read(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_home_comes_back_from_its_copy(cli: Cli) -> None:
    back = cli.folder / "deep" / "back"
    done = cli("home", "restore", "--from", cli.folder / "copy", "--home", back)
    assert done.code == 0, done.err
    made, kept = read(back), read(cli.folder / "home")
    assert set(kept) - set(made) == {".lock", "key.json.answered"}
    assert all(kept[name] == raw for name, raw in made.items())
    assert back.stat().st_mode & 0o777 == 0o700
    assert (back / "answers/1.jsonl").stat().st_mode & 0o777 == 0o600
    assert "needs its record of answers" in done.err


def test_record_of_answers_is_told_as_not_copied(cli: Cli) -> None:
    told = back_up(cli, "other")
    assert "not copied: key.json.answered" in told.err


@pytest.mark.parametrize("harm", ["change", "remove", "add"])
def test_copy_that_was_changed_makes_no_home(cli: Cli, harm: str) -> None:
    path = cli.folder / "copy" / ("more" if harm == "add" else "key.json")
    if harm == "remove":
        path.unlink()
    else:
        path.write_text("{}")
    back = cli.folder / "back"
    refused = cli("home", "restore", "--from", cli.folder / "copy", "--home", back)
    assert (refused.code, back.exists()) == (ExitCode.INPUT, False)
    assert f"is not as it was copied: {path.name}; nothing was made" in refused.err


def test_nothing_is_overwritten_by_a_copy_or_a_home(cli: Cli) -> None:
    again = back_up(cli)
    assert (again.code, "copy: is there already" in again.err) == (ExitCode.INPUT, True)
    home = cli.folder / "home"
    refused = cli("home", "restore", "--from", cli.folder / "copy", "--home", home)
    assert (refused.code, "home: is not empty" in refused.err) == (ExitCode.INPUT, True)


@pytest.mark.parametrize("act", ["backup", "restore"])
def test_copy_and_home_are_there_whole_or_not_at_all(
    cli: Cli, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in its middle, an act leaves nothing that looks whole, and runs again."""
    made, before = cli.folder / "made", set(cli.folder.iterdir())
    copies = iter([None, KeyboardInterrupt(), None, *[None] * 9])
    copy = home_copy._copy

    def interrupt(path: Path, to: Path) -> str:
        failure = next(copies)
        if failure is not None:
            raise failure
        return copy(path, to)

    monkeypatch.setattr(home_copy, "_copy", interrupt)
    source, to = ("--home", "--to") if act == "backup" else ("--from", "--home")
    given = "home" if act == "backup" else "copy"
    words = ("home", act, source, cli.folder / given, to, made)
    assert cli(*words).code == ExitCode.INTERRUPTED
    assert {*cli.folder.iterdir()} == before
    left = cli.folder / ".made.veche-part"  # as if it had been killed
    left.mkdir()
    (left / "home.toml").write_text("")
    assert cli(*words).code == 0
    assert {*cli.folder.iterdir()} == before | {made}


def test_settings_come_last_so_that_nothing_looks_like_a_home_without_a_key(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, names = home_copy._copy, list[str]()

    def note(path: Path, to: Path) -> str:
        names.append(to.name)
        return copy(path, to)

    monkeypatch.setattr(home_copy, "_copy", note)
    words = ("home", "restore", "--from", cli.folder / "copy", "--home")
    assert cli(*words, cli.folder / "back").code == 0
    assert (names[-1], "key.json" in names) == ("home.toml", True)


def test_empty_folder_is_filled_where_it_is(cli: Cli) -> None:
    back = cli.folder / "back"
    back.mkdir()
    inode = back.stat().st_ino
    done = cli("home", "restore", "--from", cli.folder / "copy", "--home", back)
    assert (done.code, back.stat().st_ino) == (0, inode), done.err
    assert read(back).keys() == read(cli.folder / "copy").keys() - {"copy.json"}


def test_folder_that_is_no_copy_is_refused(cli: Cli) -> None:
    back = cli.folder / "back"
    refused = cli("home", "restore", "--from", cli.folder / "home", "--home", back)
    assert "is no copy of a home" in refused.err


def test_home_in_use_is_not_copied(cli: Cli) -> None:
    with hold(cli.folder / "home"):
        refused = back_up(cli, "other")
    assert (refused.code, (cli.folder / "other").exists()) == (ExitCode.IN_USE, False)
    assert "is in use by another process" in refused.err


def test_home_whose_key_is_a_link_is_not_copied_without_it(cli: Cli) -> None:
    key = cli.folder / "home" / "key.json"
    key.rename(cli.folder / "elsewhere.json")
    key.symlink_to("../elsewhere.json")
    refused = back_up(cli, "other")
    assert (refused.code, (cli.folder / "other").exists()) == (ExitCode.INPUT, False)
    assert "key.json: is no file in the home itself" in refused.err


def test_links_are_told_as_not_copied(cli: Cli) -> None:
    (cli.folder / "home" / "answers" / "2.jsonl").symlink_to("1.jsonl")
    assert "not copied: answers/2.jsonl, a link" in back_up(cli, "other").err


def test_copy_is_not_made_in_the_home_that_it_is_of(cli: Cli) -> None:
    refused = back_up(cli, "home/copy")
    assert (refused.code, (cli.folder / "home" / "copy").exists()) == (
        ExitCode.INPUT,
        False,
    )
    assert "is in the home itself" in refused.err
