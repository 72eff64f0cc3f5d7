"""A folder of copies is there whole or not at all, whatever stops who makes it.

It is filled under another name beside its own, and then given its name in one step.
What a maker left behind that was killed is taken away by the next one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scripts.shared.errors import InUseError
from scripts.shared.files.failures import name_unwritable

_PRIVATE: Final = 0o700


@contextmanager
def make_whole(folder: Path, *, last: str) -> Iterator[Path]:
    """Give a folder to fill, which is `folder` once the block ends without an error.

    `folder` is not there, or empty: then somebody may stand in it, and it is filled,
    with the file last that makes it what it is. Raises FileError, and InUseError while
    another makes it.
    """
    for each in reversed(folder.parents):
        if not each.exists():
            _make_private(each)
    beside = folder.with_name(f".{folder.name}.veche-part")
    with _hold_folder(beside):
        _empty(beside)
        try:
            yield beside
            with name_unwritable(folder):
                _give_name(beside, folder, last=last)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    _bring_to_disk(folder.parent)


def _make_private(folder: Path) -> None:
    with name_unwritable(folder):
        folder.mkdir(exist_ok=True, mode=_PRIVATE)
        folder.chmod(_PRIVATE)


@contextmanager
def _hold_folder(folder: Path) -> Iterator[None]:
    """Make a folder, and keep others out of it by a lock on itself."""
    _make_private(folder)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_it = folder.exists() and os.path.samestat(
                os.fstat(handle), folder.stat()
            )
        except BlockingIOError:
            is_it = False
        if not is_it:
            fact = "is being made by another process"
            raise InUseError(str(folder), fact, hint="wait until that one ends")
        yield
    finally:
        os.close(handle)


def _give_name(beside: Path, folder: Path, *, last: str) -> None:
    if not folder.exists():
        beside.replace(folder)
        return
    for each in sorted(beside.iterdir(), key=lambda path: path.name == last):
        each.replace(folder / each.name)
    beside.rmdir()


def _empty(folder: Path) -> None:
    for left in folder.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()


def _bring_to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
