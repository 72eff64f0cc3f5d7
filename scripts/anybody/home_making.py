"""Make a home of a role, or change what its settings say."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from election.whole_file import is_left_over
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import replace_file
from scripts.shared.files.key_file import create_key_file, require_long
from scripts.shared.following import say_next
from scripts.shared.homes.here import spell_home
from scripts.shared.homes.home import (
    FILE,
    LOCK,
    PRIVATE_FILE,
    SERVICE_FILE,
    Home,
    hold,
    make_folder,
    open_home,
)
from scripts.shared.homes.settings import VERSION, Settings, render_settings
from scripts.shared.roles import Role
from scripts.shared.session import read_password
from scripts.shared.terminal import say

_UNNAMED: Final = (Role.REGISTRAR, Role.RELAY, Role.VOTER)
"""Roles whose accounts no manifest names, so that the commission takes no card."""


def find_settings(folder: Path, role: Role) -> Settings:
    """Find the settings of a home of this role, or begin some; raises InputError."""
    require_no_service(folder)
    if not (folder / FILE).exists():
        return Settings(VERSION, role)
    found = open_home(folder).settings
    if found.role is not role:
        fact = f"is the home of the role {found.role.value}"
        raise InputError(str(folder), fact, hint="give another --home")
    return found


def make_home(made: Home) -> None:
    """Make the folder of a home, its key file unless it has one, and its settings.

    Nothing is made for a password that is too short. Raises InputError, FileError.
    """
    folder, password = made.folder, None
    if not made.key.exists():
        require_empty(folder)
        password = read_password(made.password_file, twice=True)
        require_long(password)
    make_folder(folder)
    store_settings(made)
    if password is not None:
        with hold(folder):
            create_key_file(made.key, made.settings.role, password=password)


def store_settings(home: Home, *, was: Settings | None = None) -> None:
    """Write home.toml, alone in the home.

    was: what it said when the changes were made to it. Raises InputError if another
    process has changed it since: what that one set would be lost.
    """
    text = render_settings(home.settings)
    with hold(home.folder):
        if was is not None and open_home(home.folder).settings != was:
            fact = "was changed by another process meanwhile"
            raise InputError(str(home.folder), fact, hint="set it again")
        replace_file(home.folder / FILE, text, mode=PRIVATE_FILE)


def take_settings(found: Settings, folder: Path, given: Mapping[str, Any]) -> Settings:
    """Change in settings what was given, by the names of settings; None stays."""
    return replace(
        found,
        **{
            name: _spell_setting(value, folder)
            for name, value in given.items()
            if value is not None
        },
    )


def _spell_setting(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return _place(value, folder)
    return value.hex() if isinstance(value, bytes) else value


def _place(path: Path, folder: Path) -> str:
    """Spell a path as home.toml does: a relative one from the folder."""
    return str(path) if path.is_absolute() else os.path.relpath(path, folder)


def require_no_service(folder: Path) -> None:
    """Raise InputError for the home of a service."""
    if (folder / SERVICE_FILE).exists():
        fact = "is the home of a service"
        raise InputError(str(folder), fact, hint="give another --home")


def require_empty(folder: Path) -> None:
    """Raise InputError for a folder of other things, which would be made private."""
    if not folder.exists() or (folder / FILE).exists():
        return
    if not folder.is_dir() or any(map(_is_foreign, folder.iterdir())):
        fact = "is not empty, and is no home of a role"
        raise InputError(str(folder), fact, hint="give another --home")


def _is_foreign(path: Path) -> bool:
    return path.name != LOCK and not is_left_over(path)


def spell_act(home: Home) -> str:
    """Say by which act whoever has a home goes on."""
    name = "status" if home.settings.booth is None else "vote"
    return f"veche {name}{spell_home(home.folder)}"


def tell_next(home: Home) -> None:
    """Say what follows for whoever made a home."""
    at, act = spell_home(home.folder), spell_act(home)
    if home.settings.password_file is None:
        say("keep the password: nobody can give it back")
    is_named = home.settings.booth is not None or home.election.exists()
    if is_named or os.environ.get("VECHE_ELECTION"):
        say_next(act, as_json=False)
        return
    if home.settings.role in _UNNAMED:
        place = shlex.quote(str(home.election))
        say_next(
            f"once there is an election, copy its election.json to {place};",
            f"  {act}",
            as_json=False,
        )
        return
    card = shlex.quote(f"{home.folder.name}-card.json")
    is_own = home.settings.role is Role.COMMISSION
    say_next(
        "put your card beside those of all others, for the accounts file:"
        if is_own
        else "give the commission your card, which is public, for its accounts file:",
        f"  veche key card{at} --out {card}",
        as_json=False,
    )
