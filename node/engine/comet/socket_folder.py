"""Make the folder of a node's two sockets, and remove that of one that was killed.

A node's own folder may have a path that is too long for a socket's. So the sockets
stand in a folder for now, which a file in the node's names for the next start. It names
the node's in turn: a copy of a node's folder removes nothing of the one that runs.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_NAME: Final = "sockets"
_OWNER: Final = "owner"


@contextmanager
def open_socket_folder(root: Path) -> Iterator[Path]:
    """Give a new folder that nobody else may enter; root: of a node, which is held."""
    name, owner = root / _NAME, os.fsencode(root.resolve())
    _remove(name, owner)
    folder = Path(tempfile.mkdtemp(prefix="veche-"))
    try:
        with suppress(OSError):  # a full disk: it stays behind if this node is killed
            (folder / _OWNER).write_bytes(owner)
            name.write_bytes(os.fsencode(folder))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            name.unlink(missing_ok=True)


def _remove(name: Path, owner: bytes) -> None:
    """Remove the folder that a file names, if it is this node's."""
    with suppress(OSError, ValueError):  # a file that somebody else wrote
        folder = Path(os.fsdecode(name.read_bytes()))
        mine = not folder.is_symlink() and folder.stat().st_uid == os.geteuid()
        if mine and (folder / _OWNER).read_bytes() == owner:
            shutil.rmtree(folder)
