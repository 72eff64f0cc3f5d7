"""One program at a time changes a file, whichever others have it open."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scripts.files.failures import name_unwritable

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
    """Wait until nobody else holds a file, which need not be one's own to change.

    Raises InputError.
    """
    with _hold(path, os.O_RDONLY):
        yield


@contextmanager
def _hold(path: Path, flags: int) -> Iterator[None]:
    with name_unwritable(path):
        lock = os.open(path, flags, _PRIVATE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
