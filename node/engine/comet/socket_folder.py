"""Make the folder of a node's two sockets, and remove that of one that was killed.

A node's own folder may have a path that is too long for a socket's. So the sockets
stand in a folder for now, and a link in the node's names it for the next start.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "veche-"
_LINK: Final = "sockets"


@contextmanager
def open_socket_folder(root: Path) -> Iterator[Path]:
    """Give a new folder that nobody else may enter; root: of a node, which is held."""
    link = root / _LINK
    _remove(link)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with suppress(OSError):  # a full disk: it stays behind if this node is killed
            link.symlink_to(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            link.unlink(missing_ok=True)


def _remove(link: Path) -> None:
    """Remove what a link names if this program made it, and the link."""
    with suppress(OSError):
        folder = link.readlink()
        ours = folder.lstat().st_uid == os.geteuid()
        if ours and folder.name.startswith(_PREFIX) and not folder.is_symlink():
            shutil.rmtree(folder)
    with suppress(OSError):
        link.unlink(missing_ok=True)
