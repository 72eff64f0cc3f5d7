"""Copy a home, and make one of a copy; either is read back before it is called done.

A copy is a folder: the files of the home, and `copy.json` with the SHA-256 of each. Key
files in it stay sealed by their passwords.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, with_config

from election.whole_file import write_whole
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unwritable
from scripts.shared.files.json_file import (
    CLOSED,
    read_json,
    read_raw,
    render_json,
    write_new,
)
from scripts.shared.files.key_file import read_public_part
from scripts.shared.files.whole_folder import make_whole
from scripts.shared.homes.home import (
    FILE,
    LOCK,
    PRIVATE_FILE,
    Home,
    hold,
    make_folder,
    open_home,
)

_FORMAT: Final = "veche-home-copy/1"
_LIST: Final = "copy.json"
_LEFT_OUT: Final = (
    *(LOCK, ".acting", ".verified", ".verified-journal"),
    # what an issuer answered is in one home only: a copy of an earlier day would answer
    # a second request of a leaf, and without the record it answers nothing
    *(".answered", ".answered-journal"),
)

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _List:
    """What a copy has in it: SHA-256 of each file, by its way in the folder."""

    format: Literal["veche-home-copy/1"]
    role: str
    files: dict[str, Digest]


def back_up(home: Home, to: Path) -> dict[str, str]:
    """Copy a home into a new folder, and read the copy; raises InputError.

    Nobody else acts in the home meanwhile, and a copy that fails is none. Returns the
    SHA-256 of each file.
    """
    own = Path(os.path.realpath(home.folder))
    if Path(os.path.realpath(to)).is_relative_to(own):
        raise InputError(str(to), "is in the home itself", hint="give another --to")
    if to.exists():
        raise InputError(str(to), "is there already", hint="give another --to")
    with hold(home.folder):
        _require_own_key(home)
        with make_whole(to, last=_LIST) as beside:
            digests: dict[str, str] = {}
            for path in _list_files(home.folder):
                name = path.relative_to(home.folder).as_posix()
                digests[name] = _copy(path, beside / name)
            made = _List(_FORMAT, home.settings.role.value, digests)
            write_new(beside / _LIST, render_json(made), mode=PRIVATE_FILE)
            read_copy(beside)
    return digests


def _require_own_key(home: Home) -> None:
    """Raise InputError where a copy would have no key, and nobody would know."""
    if home.key not in _list_files(home.folder):
        fact = "is no file in the home itself, and would not be in the copy"
        hint = "move the key file there, and name it in home.toml"
        raise InputError(str(home.key), fact, hint=hint)


def list_left_out(home: Home) -> list[str]:
    """List what of a home is not in its copies, and why."""
    found: list[str] = []
    for path in sorted(home.folder.rglob("*")):
        name = path.relative_to(home.folder).as_posix()
        if path.is_symlink():
            found.append(f"{name}, a link to what is elsewhere")
        elif name.endswith(".answered"):
            found.append(f"{name}, the only record of what this key answered")
    return found


def restore(source: Path, folder: Path) -> Home:
    """Make a home of a copy, where none is, and open it; raises InputError.

    It is there whole or not at all.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "give another --home; nothing is overwritten"
        raise InputError(str(folder), "is not empty", hint=hint)
    digests = read_copy(source)
    with make_whole(folder, last=FILE) as beside:
        for name in sorted(digests, key=lambda each: each == FILE):
            digest = digests[name]  # a folder that is left is no home without a key
            if _copy(source / name, beside / name) != digest:
                raise InputError(str(source / name), "changed while it was read")
        read_public_part(open_home(beside).key)
    return open_home(folder)


def read_copy(source: Path) -> dict[str, str]:
    """Read every file of a copy; raises InputError unless each is as it was."""
    if not (source / _LIST).exists():
        raise InputError(str(source), "is no copy of a home", hint="veche home backup")
    listed = read_json(source / _LIST, _List).files
    there = {path.relative_to(source).as_posix() for path in _list_files(source)}
    wrong = sorted(there - {_LIST} ^ listed.keys())
    wrong += [
        name
        for name, digest in listed.items()
        if name in there
        and hashlib.sha256(read_raw(source / name)).hexdigest() != digest
    ]
    if wrong:
        fact = f"is not as it was copied: {', '.join(wrong)}; nothing was made of it"
        raise InputError(str(source), fact)
    return listed


def _list_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        is_own = path.is_file() and not path.is_symlink()
        if is_own and not path.name.endswith(_LEFT_OUT):
            yield path


def _copy(path: Path, to: Path) -> str:
    """Copy a file for its owner alone; returns its SHA-256."""
    raw = read_raw(path)
    for folder in reversed(to.parents):
        if not folder.exists():
            make_folder(folder)
    with (
        name_unwritable(to),
        write_whole(to, replacing=False, mode=PRIVATE_FILE) as file,
    ):
        file.write(raw)
    return hashlib.sha256(raw).hexdigest()
