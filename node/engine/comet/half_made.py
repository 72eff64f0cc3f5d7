"""Forget a database that the engine was killed over while it made it.

LevelDB writes a manifest first, then CURRENT, which names it, and then what it is
given. Without CURRENT it opens nothing that has files of its own, and the engine would
end at every start. Where there is neither CURRENT nor a journal or table, nothing was
ever kept.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

_OF_NOTHING: Final = ("LOCK", "LOG", "MANIFEST-")


def forget_half_made(folder: Path) -> None:
    """Remove what is no database yet; folder: of an engine that does not run."""
    for database in folder.glob("*.db"):
        with suppress(OSError):  # the engine says what is wrong with it
            names = [each.name for each in database.iterdir()]
            if names and all(name.startswith(_OF_NOTHING) for name in names):
                shutil.rmtree(database)
