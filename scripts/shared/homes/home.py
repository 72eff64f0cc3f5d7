"""The folder of one role: settings, key file, election, terms; nobody else's to read.

`home.toml` says what is not where it is by default; its `format` is the version of the
layout, so that a later program knows what an earlier one made.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.shared.errors import InputError, InUseError
from scripts.shared.files.failures import find_name_fault, name_unwritable
from scripts.shared.files.lock import hold_alone
from scripts.shared.homes.settings import Settings, read_settings

FILE: Final = "home.toml"
SERVICE_FILE: Final = "config.toml"
"""By which the folder of a service is told from that of a role."""

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600
LOCK: Final = ".lock"
_ROOT: Final = 0  # who may write anywhere, and is trusted with everything here
_OTHERS_WRITE: Final = 0o022  # of the group and of everybody


@dataclass(frozen=True, slots=True)
class Home:
    """A folder of a role, whose settings were read."""

    folder: Path
    settings: Settings

    def path(self, name: str) -> Path:
        """Give a path that home.toml names: in this folder, unless absolute."""
        return Path(os.path.normpath(self.folder / name))

    @property
    def key(self) -> Path:
        """Give the key file of the role."""
        return self.path(self.settings.key)

    @property
    def election(self) -> Path:
        """Give the record of `veche deploy`."""
        return self.path(self.settings.election)

    @property
    def terms(self) -> Path:
        """Give the terms that voters and attesters go by."""
        return self.path(self.settings.terms)

    @property
    def lists(self) -> Path:
        """Give the folder of the voter lists."""
        return self.path(self.settings.lists)

    @property
    def password_file(self) -> Path | None:
        """Give the file of the password, None where it is asked for."""
        named = self.settings.password_file
        return None if named is None else self.path(named)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner alone; raises FileError."""
    with name_unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        folder.chmod(PRIVATE_FOLDER)


def open_home(folder: Path) -> Home:
    """Read the home in a folder; raises InputError where there is none of one's own."""
    folder = folder.absolute()
    if not (folder / FILE).exists():
        hint = f"veche home init ROLE --home {shlex.quote(str(folder))} makes one"
        raise InputError(str(folder), "is no home of a role", hint=hint)
    _require_own(folder, PRIVATE_FOLDER)
    _require_own(folder / FILE, PRIVATE_FILE)
    home = Home(folder, read_settings(folder / FILE))
    _require_names(home)
    if home.key.exists():
        _require_own(home.key, PRIVATE_FILE)
    return home


def _require_own(path: Path, mode: int) -> None:
    """Raise InputError for what others may write to, or what is no file or folder.

    mode: that of the owner alone. Whoever writes there says by which key, through which
    node and in which election an act is done; a pipe would keep it waiting.
    """
    looked, own = path.stat(), os.geteuid()
    found = looked.st_mode
    if not (stat.S_ISREG(found) or stat.S_ISDIR(found)):
        raise InputError(str(path), "is no file")
    if own not in (looked.st_uid, _ROOT) and looked.st_uid != _ROOT:
        fact = "belongs to another user, who may write to it, so it is not used"
        hint = f"look who changed it, then: chown {own} {shlex.quote(str(path))}"
        raise InputError(str(path), fact, hint=hint)
    if stat.S_IMODE(found) & _OTHERS_WRITE:
        hint = f"look who changed it, then: chmod {mode:o} {shlex.quote(str(path))}"
        raise InputError(
            str(path), "others may write to it, so it is not used", hint=hint
        )


def _require_names(home: Home) -> None:
    """Raise InputError for a path in home.toml that no file could have."""
    for name in ("key", "election", "terms", "lists", "password_file"):
        path: Path | None = getattr(home, name)
        fault = None if path is None else find_name_fault(path)
        if fault is not None:
            raise InputError(str(home.folder / FILE), f"{name}: {fault}")


def find_home(folder: Path | None, *, told: str | None) -> Home | None:
    """Open the home of an act: that of --home, else that of the environment, or none.

    told: VECHE_HOME. Services have homes, too, which say nothing to an act.
    """
    if folder is not None:
        return open_home(folder)
    if not told:
        return None
    named = Path(told)
    if (named / SERVICE_FILE).exists() and not (named / FILE).exists():
        return None
    return open_home(named)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Keep other processes out for as long as the block lasts.

    Raises InUseError if another is in: two would undo each other's work.
    """
    with ExitStack() as held:
        try:
            held.enter_context(hold_alone(folder / LOCK))
        except BlockingIOError:
            fact = "is in use by another process"
            hint = "wait until that one ends, or stop it; `veche status` needs no turn"
            raise InUseError(str(folder), fact, hint=hint) from None
        yield
