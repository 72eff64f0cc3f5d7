"""One program at a time changes a file, whichever others have it open."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scripts.shared.files.failures import name_unwritable

_PRIVATE: Final = 0o600


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Wait until nobody else changes a file, and keep it so; raises FileError.

    The lock is a file beside it that stays, since the file itself is replaced. A link
    is followed, and folders that are missing are made.
    """
    path = Path(os.path.realpath(path))
    with name_unwritable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with _hold(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT):
        yield


@contextmanager
def hold_file(path: Path) -> Iterator[None]:
    """Wait until nobody else acts by a file, which may be replaced meanwhile.

    The lock is another file beside it than `lock_file`'s; where none can be made, the
    file itself, which is not replaced there either. Raises FileError.
    """
    path = Path(os.path.realpath(path))
    with name_unwritable(path):
        path.stat()
    beside = path.with_name(f".{path.name}.acting")
    is_open = os.access(path.parent, os.W_OK)
    flags = os.O_RDWR | os.O_CREAT if is_open else os.O_RDONLY
    with _hold(beside if is_open else path, flags):
        yield


@contextmanager
def hold_alone(path: Path) -> Iterator[None]:
    """Hold a lock of this name; raises BlockingIOError if another does, FileError."""
    with _hold(path, os.O_RDWR | os.O_CREAT, wait=False):
        yield


@contextmanager
def _hold(path: Path, flags: int, *, wait: bool = True) -> Iterator[None]:
    # what a link beside somebody's file names may be anybody's
    with name_unwritable(path):
        lock = os.open(path, flags | os.O_NOFOLLOW, _PRIVATE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(lock)
