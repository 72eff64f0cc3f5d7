"""The password of the SMS centre, sealed in the gateway's home."""

from __future__ import annotations

from typing import Final

from pydantic import with_config
from pydantic.dataclasses import dataclass

from scripts.shared.errors import InputError
from scripts.shared.files.json_file import CLOSED, read_json, render_json, replace_file
from services.shell.home import Home
from services.shell.vault import Vault

_NAME: Final = "centre.password.json"
_PRIVATE: Final = 0o600
_LONGEST: Final = 64


@with_config(CLOSED)
@dataclass(frozen=True)
class _File:
    format: str
    sealed: str


def seal_centre_password(home: Home, vault: Vault, password: str) -> None:
    """Keep the centre's password, instead of one that was kept; raises InputError."""
    if not password.isascii() or not password.isprintable():
        raise InputError("password of the centre", "has other than ascii characters")
    if not 0 < len(password) <= _LONGEST:
        raise InputError("password of the centre", f"is empty or above {_LONGEST}")
    file = _File("veche-centre/1", vault.seal(_NAME, password))
    replace_file(home.path(_NAME), render_json(file), mode=_PRIVATE)


def read_centre_password(home: Home, vault: Vault) -> str:
    """Read the centre's password; raises InputError."""
    path = home.path(_NAME)
    if not path.exists():
        hint = f"veche gateway centre --home {home.folder} keeps it"
        raise InputError(str(path), "is not there", hint=hint)
    return str(vault.unseal(_NAME, read_json(path, _File).sealed))
