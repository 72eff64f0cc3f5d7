from __future__ import annotations

from pathlib import Path

import pytest

from scripts.shared.errors import InputError
from services.shell import copying
from services.shell.copying import back_up, restore
from services.shell.home import Home
from services.shell.opening import open_context
from tests.services.desk import make_desk, read, write
from tests.services.running import PASSWORD, make_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(make_desk(), tmp_path / "desk")
    with open_context(make_desk(), made, PASSWORD) as context:
        for text in ("Анна", "two"):
            context.database.run_now(write, text)
    return made


def test_home_of_a_copy_is_the_home(home: Home, tmp_path: Path) -> None:
    desk, copy = make_desk(), tmp_path / "copy"
    with home.hold():  # while it serves
        assert back_up(desk, home, copy)["rows"] == 2
    for path in copy.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    new = Home(tmp_path / "new", "desk")
    assert restore(desk, new, copy)["rows"] == 2
    with open_context(desk, new, PASSWORD) as context:
        assert context.database.run_now(read) == ["Анна", "two"]
    for name in ("config.toml", "desk.key.json", "peer.key.json"):
        assert (new.folder / name).read_bytes() == (home.folder / name).read_bytes()


@pytest.mark.parametrize(
    ("spoil", "fact"),
    [
        ("cut", "is cut or was changed"),
        ("changed", "is cut or was changed"),
        ("doubled", "is cut or was changed"),
        ("more", "is cut or was changed"),
        ("odd", "is cut or was changed"),
        ("another's", "is no copy of a desk"),
    ],
)
def test_copy_that_is_not_whole_makes_no_home(
    home: Home, tmp_path: Path, spoil: str, fact: str
) -> None:
    copy = tmp_path / "copy"
    back_up(make_desk(), home, copy)
    path = copy / "rows.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    spoilt = {
        "cut": lines[:-1],
        "changed": [each.replace("two", "six") for each in lines],
        "doubled": [*lines[:2], *lines[1:]],
        "more": [*lines, lines[1]],
        "odd": [*lines[:2], "[1]\n", *lines[2:]],
        "another's": [lines[0].replace("desk", "relay"), *lines[1:]],
    }[spoil]
    path.write_text("".join(spoilt), "utf-8")
    new = Home(tmp_path / "new", "desk")
    with pytest.raises(InputError, match=fact):
        restore(make_desk(), new, copy)
    assert not new.folder.exists()


def test_nothing_is_overwritten(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    back_up(make_desk(), home, copy)
    with pytest.raises(InputError, match="is there already"):
        back_up(make_desk(), home, copy)
    with pytest.raises(InputError, match="is not empty"):
        restore(make_desk(), home, copy)


def test_home_is_made_in_a_folder_that_is_empty(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    back_up(make_desk(), home, copy)
    (tmp_path / "new").mkdir()
    assert restore(make_desk(), Home(tmp_path / "new", "desk"), copy)["rows"] == 2


def test_rows_are_brought_to_an_empty_database_alone(
    home: Home, tmp_path: Path
) -> None:
    """One on a server may be in use; a file in a new home is always empty."""
    back_up(make_desk(), home, tmp_path / "copy")
    rows = tmp_path / "copy" / "rows.jsonl"
    with (
        open_context(make_desk(), home, PASSWORD) as context,
        pytest.raises(InputError, match="has rows already"),
    ):
        context.database.run_now(copying._fill, make_desk(), rows)


def test_rows_that_a_database_did_not_keep_are_told(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(make_desk(), home, tmp_path / "copy")
    monkeypatch.setattr(copying, "_count", lambda *_: 0)
    with pytest.raises(InputError, match="has 2 rows, the database then 0"):
        restore(make_desk(), Home(tmp_path / "new", "desk"), tmp_path / "copy")
    assert {path.name for path in tmp_path.iterdir()} == {"desk", "copy"}


def test_copy_that_fails_leaves_nothing_behind(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copying, "_write_rows", fail)
    with pytest.raises(OSError, match="No space"):
        back_up(make_desk(), home, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["desk"]
