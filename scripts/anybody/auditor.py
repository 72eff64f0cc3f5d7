"""The auditor's own file: the secret that seals checkpoints, and how far they came.

It stays where the auditor's account is, and checkpoints lie wherever there is room. So
whoever can change a checkpoint, or put an older one back, and cannot read this file,
is found out.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, with_config

from scripts.shared.errors import InputError
from scripts.shared.files.json_file import (
    CLOSED,
    Hex32,
    read_json,
    render_json,
    replace_file,
    write_new,
)
from scripts.shared.files.lock import lock_file
from scripts.shared.terminal import say

_PRIVATE: Final = 0o600
_SECRET: Final = 32  # bytes


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class Verified:
    """How far a checkpoint came: a block, and the hash of the record there."""

    block: Annotated[int, Field(ge=0, le=2**63 - 1)]
    record_hash: Hex32


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _Kept:
    """The file. verified: by chain and election."""

    format: Literal["veche-auditor/1"]
    secret: Hex32 = field(repr=False)
    verified: dict[str, Verified] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Auditor:
    """Who seals checkpoints."""

    path: Path
    secret: bytes = field(repr=False)

    def verified(self, record: str) -> Verified | None:
        """Tell how far this auditor's checkpoint of a record came, if there is one."""
        return _read(self.path).verified.get(record)

    def note(self, record: str, verified: Verified) -> None:
        """Note how far the checkpoint of a record came; raises FileError."""
        with lock_file(self.path):
            kept = _read(self.path)
            noted = replace(kept, verified={**kept.verified, record: verified})
            replace_file(self.path, render_json(noted), mode=_PRIVATE)


def open_auditor(path: Path | None) -> Auditor:
    """Read the auditor's file, or make it; raises InputError and FileError.

    path: None for the usual place, in the configuration of this account.
    """
    place = _find_place() if path is None else path
    with lock_file(place):
        if not place.exists():
            made = _Kept("veche-auditor/1", secrets.token_bytes(_SECRET))
            write_new(place, render_json(made), mode=_PRIVATE)
            say(f"{place}: your secret as an auditor was made; keep it to yourself")
    return Auditor(place, _read(place).secret)


def _read(path: Path) -> _Kept:
    return read_json(path, _Kept)


def _find_place() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME", "")
    try:
        folder = Path(base) if Path(base).is_absolute() else Path.home() / ".config"
    except RuntimeError:
        fact = "this account has no home: say where your secret is to be"
        raise InputError("--auditor", fact) from None
    return folder / "veche" / "auditor.json"
