"""A file is there whole or not at all, whatever stops its writer."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from election.whole_file import write_whole

OLD, NEW = b"old" * 50_000, b"new" * 50_000
SLOW_WRITER = """
import sys
from pathlib import Path
from election.whole_file import write_whole
with write_whole(Path(sys.argv[1]), replacing=sys.argv[2] == "True") as file:
    file.write(b"new" * 50_000)
    file.flush()
    print("written", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def write(
    path: Path,
    raw: bytes,
    *,
    replacing: bool,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    with write_whole(path, replacing=replacing) as file:
        file.write(raw)
        meanwhile()


@contextmanager
def slow_writer(path: Path, *, replacing: bool) -> Iterator[subprocess.Popen[str]]:
    """Have another process write all of a file and wait for a word to go on."""
    arguments = [sys.executable, "-c", SLOW_WRITER, str(path), str(replacing)]
    with subprocess.Popen(  # noqa: S603  the program is ours
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        try:
            yield process
        finally:
            process.kill()


def fail_sync(monkeypatch: pytest.MonkeyPatch, *, at: int) -> None:
    """Let the disk be full when it is asked for the n-th time."""
    calls = iter(range(1, 100))
    sync = os.fsync

    def full(handle: int) -> None:
        if next(calls) == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)


@dataclass(frozen=True, slots=True)
class Synced:
    """What was brought to the disk: a file or folder, its bytes, its folder's names."""

    node: int
    raw: bytes
    names: frozenset[str]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Synced]:
    """Listen to what is brought to the disk, and what it holds by then."""
    heard: list[Synced] = []
    sync = os.fsync

    def listen(handle: int) -> None:
        here = Path(f"/proc/self/fd/{handle}").readlink()
        is_folder = here.is_dir()
        names = (each.name for each in (here if is_folder else here.parent).iterdir())
        raw = b"" if is_folder else here.read_bytes()
        heard.append(Synced(os.fstat(handle).st_ino, raw, frozenset(names)))
        sync(handle)

    monkeypatch.setattr(os, "fsync", listen)
    return heard


@pytest.mark.parametrize("replacing", [False, True])
def test_file_is_on_the_disk_before_its_name_and_its_name_before_the_end(
    path: Path, replacing: bool, synced: list[Synced]
) -> None:
    """Else a power failure leaves an empty file under the name, or no name."""
    write(path, NEW, replacing=replacing)
    file, folder = synced
    assert (file.node, file.raw) == (path.stat().st_ino, NEW)
    assert path.name not in file.names
    assert folder.node == path.parent.stat().st_ino
    assert path.name in folder.names


def test_names_of_new_folders_are_on_the_disk_before_the_end(
    tmp_path: Path, synced: list[Synced]
) -> None:
    write(tmp_path / "a" / "b" / "file", NEW, replacing=False)
    inner = tmp_path / "a"
    assert {(tmp_path.stat().st_ino, "a"), (inner.stat().st_ino, "b")} <= {
        (each.node, name) for each in synced for name in each.names
    }


@pytest.mark.parametrize("replacing", [False, True])
def test_file_is_what_was_written_and_nothing_stays_beside_it(
    path: Path, replacing: bool
) -> None:
    write(path, NEW, replacing=replacing)
    assert path.read_bytes() == NEW
    assert [*path.parent.iterdir()] == [path]


def test_file_that_is_there_is_replaced_only_when_that_is_meant(path: Path) -> None:
    write(path, OLD, replacing=False)
    with pytest.raises(FileExistsError):
        write(path, NEW, replacing=False)
    assert path.read_bytes() == OLD
    write(path, NEW, replacing=True)
    assert path.read_bytes() == NEW
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("replacing", [False, True])
@pytest.mark.parametrize("there", [False, True])
def test_writer_that_fails_changes_nothing(
    path: Path, replacing: bool, there: bool
) -> None:
    if there:
        path.write_bytes(OLD)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(path, NEW, replacing=replacing, meanwhile=stop)
    assert {each: each.read_bytes() for each in path.parent.iterdir()} == (
        {path: OLD} if there else {}
    )


@pytest.mark.parametrize("replacing", [False, True])
def test_disk_that_is_full_in_the_end_changes_nothing(
    path: Path, replacing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if replacing:
        path.write_bytes(OLD)
    fail_sync(monkeypatch, at=1)
    with pytest.raises(OSError, match="No space left"):
        write(path, NEW, replacing=replacing)
    assert [each.read_bytes() for each in path.parent.iterdir()] == [OLD] * replacing


def test_new_file_whose_name_does_not_reach_the_disk_is_taken_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_sync(monkeypatch, at=2)
    with pytest.raises(OSError, match="No space left"):
        write(path, NEW, replacing=False)
    assert [*path.parent.iterdir()] == []


@pytest.mark.parametrize("replacing", [False, True])
def test_writer_that_is_killed_changes_nothing_and_hinders_nobody(
    path: Path, replacing: bool
) -> None:
    if replacing:
        path.write_bytes(OLD)
    with slow_writer(path, replacing=replacing) as process:
        process.kill()
        process.wait()
    assert path.exists() == replacing
    assert not replacing or path.read_bytes() == OLD
    write(path, NEW, replacing=replacing)
    assert path.read_bytes() == NEW
    assert [*path.parent.iterdir()] == [path]


def test_writer_that_is_still_writing_is_left_in_peace(path: Path) -> None:
    with slow_writer(path, replacing=True) as process:
        write(path, OLD, replacing=True)
        process.communicate("go on\n")
        assert process.returncode == 0
    assert path.read_bytes() == NEW
    assert [*path.parent.iterdir()] == [path]


def test_of_two_who_make_a_file_at_once_the_first_to_end_has_made_it(
    path: Path,
) -> None:
    other = partial(write, path, OLD, replacing=False)
    with pytest.raises(FileExistsError):
        write(path, NEW, replacing=False, meanwhile=other)
    assert path.read_bytes() == OLD
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("there", [False, True])
def test_file_is_made_where_there_are_no_links(
    path: Path, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory sticks have file systems that know none."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    if there:
        path.write_bytes(OLD)
        with pytest.raises(FileExistsError):
            write(path, NEW, replacing=False)
    else:
        write(path, NEW, replacing=False)
    assert path.read_bytes() == (OLD if there else NEW)
    assert [*path.parent.iterdir()] == [path]


def test_link_stays_a_link_to_the_one_file(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link"
    link.parent.mkdir()
    link.symlink_to(path)
    write(path, OLD, replacing=True)
    write(link, NEW, replacing=True)
    assert link.is_symlink()
    assert path.read_bytes() == NEW


def test_pipe_is_not_replaced_by_a_file(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(OSError, match="File exists"):
        write(path, NEW, replacing=True)
    assert path.is_fifo()


def test_pipe_under_the_name_of_what_a_dead_writer_left_hinders_nobody(
    path: Path,
) -> None:
    os.mkfifo(path.parent / ".veche-0")
    write(path, NEW, replacing=True)
    assert path.read_bytes() == NEW


def test_name_may_be_as_long_as_the_system_lets_it(tmp_path: Path) -> None:
    longest = tmp_path / ("n" * 255)
    write(longest, OLD, replacing=False)
    write(longest, NEW, replacing=True)
    assert longest.read_bytes() == NEW


def test_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write(path, NEW, replacing=False)
    assert path.read_bytes() == NEW
