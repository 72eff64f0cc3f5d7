"""Who acts by a file acts alone, even if the file is replaced meanwhile."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.shared.errors import FileError
from scripts.shared.files.json_file import replace_file
from scripts.shared.files.lock import hold_file, lock_file

ROOT = Path(__file__).parents[4]
HOLD = """
import sys
from pathlib import Path
from scripts.shared.files.lock import hold_file
print("begun", flush=True)
with hold_file(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def begin_to_hold(path: Path) -> subprocess.Popen[str]:
    """Start another program that holds the file until its stdin ends."""
    command = [sys.executable, "-c", HOLD, str(path)]
    return subprocess.Popen(  # noqa: S603  ours
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def read_line(other: subprocess.Popen[str]) -> str:
    assert other.stdout is not None
    return other.stdout.readline().strip()


def test_file_that_was_replaced_is_still_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key.json"
    path.write_text("old")
    with begin_to_hold(path) as other:
        assert [read_line(other), read_line(other)] == ["begun", "held"]
        with lock_file(path):
            replace_file(path, "new")
        monkeypatch.setattr(fcntl, "LOCK_EX", fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(BlockingIOError), hold_file(path):
            pass
        other.communicate()
        with hold_file(path):
            pass


def test_death_of_a_holder_lets_the_next_one_in(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.touch()
    with begin_to_hold(path) as other:
        assert [read_line(other), read_line(other)] == ["begun", "held"]
        other.kill()
        with hold_file(path):
            pass


def test_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    (tmp_path / ".key.json.lock").symlink_to(target)
    with (
        pytest.raises(FileError, match="no link may stand there"),
        lock_file(tmp_path / "key.json"),
    ):
        pass
    assert not target.exists()
