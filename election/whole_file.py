"""A file is there whole or not at all, whatever stops the program that writes it.

It is written under another name in the same folder, brought to the disk, and then given
its own name in one step. Whoever is killed meanwhile leaves that other name behind; the
next writer in the folder takes it away.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

_BESIDE: Final = ".veche-"
_LOOKING: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW
_LINKLESS: Final = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)


def is_left_over(path: Path) -> bool:
    """Tell by its name what a writer that was killed left behind."""
    return path.name.startswith(_BESIDE)


@contextmanager
def write_whole(
    path: Path, *, replacing: bool, mode: int = 0o644
) -> Iterator[BinaryIO]:
    """Open what will be the file at `path` once the block ends without an error.

    replacing: whether it may take the place of a file, a link's target if it is a link.
    Raises OSError, FileExistsError if a file is there and may not be replaced.
    """
    path = Path(os.path.realpath(path)) if replacing else path
    folder = path.parent
    _make_folder(folder)
    _clear_away(folder)
    beside, file = _open_beside(folder, mode)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _give_name(beside, path, replacing=replacing)
    finally:
        beside.unlink(missing_ok=True)
    try:
        _bring_to_disk(folder)
    except OSError:
        if not replacing:
            path.unlink()
        raise


def _open_beside(folder: Path, mode: int) -> tuple[Path, BinaryIO]:
    """Open a new file, locked for as long as its writer lives."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    while True:
        beside = folder / f"{_BESIDE}{secrets.token_hex(8)}"
        file = os.fdopen(os.open(beside, flags, mode), "wb")
        with suppress(OSError):  # where nothing can be locked, nothing is cleared away
            fcntl.flock(file, fcntl.LOCK_EX)
        if beside.exists():  # else another cleared it away before it was locked
            return beside, file
        file.close()


def _clear_away(folder: Path) -> None:
    """Remove what dead writers left; a living one holds the lock on its file."""
    for left in folder.glob(f"{_BESIDE}*"):
        with suppress(OSError), os.fdopen(os.open(left, _LOOKING)) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _give_name(beside: Path, path: Path, *, replacing: bool) -> None:
    if replacing:
        _check_replaceable(path)
        beside.replace(path)
        return
    try:
        path.hardlink_to(beside)
    except OSError as error:
        if error.errno not in _LINKLESS:
            raise
        _claim_name(beside, path)


def _check_replaceable(path: Path) -> None:
    if path.exists() and not path.is_file():
        reason = errno.EISDIR if path.is_dir() else errno.EEXIST
        raise OSError(reason, os.strerror(reason))


def _claim_name(beside: Path, path: Path) -> None:
    """Do in two steps what needs a link, which a memory stick may not have."""
    path.touch(exist_ok=False)
    try:
        beside.replace(path)
    except OSError:
        path.unlink()
        raise


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _bring_to_disk(folder.parent)


def _bring_to_disk(folder: Path) -> None:
    """Make the names in a folder outlive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems sync no folders
            raise
    finally:
        os.close(handle)
