"""The home of the act that runs, and command lines that can be pasted there."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scripts.shared.homes.home import Home

VARIABLE: Final = "VECHE_HOME"
_FOLDER: Final[ContextVar[Path | None]] = ContextVar("folder", default=None)


@contextmanager
def acting_at(folder: Path) -> Iterator[None]:
    """Let an act know in which home it runs."""
    token = _FOLDER.set(folder)
    try:
        yield
    finally:
        _FOLDER.reset(token)


def find_here() -> Home | None:
    """Give the home of the act that runs, if it has one; raises InputError."""
    from scripts.shared.homes.home import open_home  # late: acts without one

    folder = _FOLDER.get()
    return None if folder is None else open_home(folder)


def spell_home(folder: Path, *, told: str | None = None) -> str:
    """Spell the option that names a home, with a blank before it.

    Empty where VECHE_HOME names it. told: VECHE_HOME.
    """
    told = os.environ.get(VARIABLE) if told is None else told
    if told and Path(told).absolute() == folder:
        return ""
    short = os.path.relpath(folder)
    name = str(folder) if short.startswith("..") else short
    return f" --home {shlex.quote(name)}"


def spell_here() -> str:
    """Spell the option that names the home of the act that runs; empty without one."""
    folder = _FOLDER.get()
    return "" if folder is None else spell_home(folder)
