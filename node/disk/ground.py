"""Notice when the folder of a chain is no more what was opened.

A file that is open goes on when its name is removed or given to another file, and so
does the right to write to it. Then a node keeps blocks where nobody will find them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from node.errors import HomeLostError

DATA: Final = "data.mdb"
LOCK: Final = "node.lock"
_FILES: Final = (DATA, "lock.mdb", LOCK)
_WRITABLE: Final = 0o222  # root writes whatever these say; who took them away meant it

Inode = tuple[int, int]  # device and number


class Ground:
    """Remember the files of a folder that was opened.

    data: which file was opened. Raises: HomeLostError if it is there no more.
    """

    def __init__(self, home: Path, data: Inode) -> None:
        self._home = home
        self._found = {name: _inode(home / name) for name in _FILES}
        self.data = data
        self._found[DATA] = data
        self.require()

    def require(self) -> None:
        """Refuse if files were removed, replaced or made read-only.

        Raises: HomeLostError.
        """
        for name, found in self._found.items():
            if _inode(self._home / name) != found:
                fact = f"{name} is another file than the one that was opened"
                raise HomeLostError(self._home, fact)
        for path in (self._home, self._home / DATA):
            if not _stat(path).st_mode & _WRITABLE or not os.access(path, os.W_OK):
                raise HomeLostError(self._home, f"{path.name} was made read-only")


def data_inode(home: Path) -> Inode:
    """Return which file holds the chain now. Raises: HomeLostError."""
    return _inode(home / DATA)


def _inode(path: Path) -> Inode:
    found = _stat(path)
    return found.st_dev, found.st_ino


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        word = (error.strerror or str(error)).lower()
        raise HomeLostError(path.parent, f"{path.name} is gone: {word}") from error
