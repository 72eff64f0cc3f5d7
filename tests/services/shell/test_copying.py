from __future__ import annotations

from pathlib import Path

import pytest

from scripts.shared.errors import FileError, InputError
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


@pytest.mark.parametrize("spoil", ["cut", "changed", "doubled", "more", "another's"])
def test_copy_that_is_not_whole_makes_no_home(
    home: Home, tmp_path: Path, spoil: str
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
        "another's": [lines[0].replace("desk", "relay"), *lines[1:]],
    }[spoil]
    path.write_text("".join(spoilt), "utf-8")
    new = Home(tmp_path / "new", "desk")
    with pytest.raises(InputError):
        restore(make_desk(), new, copy)
    assert not new.folder.exists()


def test_nothing_is_overwritten(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    back_up(make_desk(), home, copy)
    with pytest.raises(FileError):
        back_up(make_desk(), home, copy)
    with pytest.raises(InputError, match="is not empty"):
        restore(make_desk(), home, copy)
