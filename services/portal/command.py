"""Serve the personal account, and attest for who is logged in (role 1).

The portal of an election: people log in to it by OpenID Connect, see what the register
says of them, apply or withdraw, and get their ballot. docs/services.md says more.

`veche exit-codes` says how a command ends.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from scripts.shared.options import PasswordFile, path_option
from scripts.shared.terminal import say, tell_json
from services.shell.command import (
    HomeFolder,
    find_service,
    home_of,
    make_commands,
    password_of,
)
from services.shell.home import Home

if TYPE_CHECKING:
    from services.shell.vault import Vault

EXAMPLE = "veche portal serve --home portal --password-file password"


def client_key(home: HomeFolder = None, password_file: PasswordFile = None) -> None:
    """Print the key for private_key_jwt, as a set (JWKS) to give to the provider.

    It is drawn at the first time, and stays.
    """
    from services.portal.client_key import make_client_key

    kept, vault = _open(home, password_file)
    tell_json(make_client_key(kept, vault))


def client_secret(
    secret_file: Annotated[
        Path, path_option("--secret-file", help="File whose first line is the secret.")
    ],
    home: HomeFolder = None,
    password_file: PasswordFile = None,
) -> None:
    """Store the secret that the provider gave us, sealed; the file can be deleted."""
    from scripts.shared.files.json_file import read_text
    from services.portal.client_key import store_client_secret

    kept, vault = _open(home, password_file)
    store_client_secret(kept, vault, read_text(secret_file).partition("\n")[0])
    say("stored; the file is not needed any more")


def _open(home: Path | None, password_file: Path | None) -> tuple[Home, Vault]:
    from services.shell.opening import open_vault

    kept = home_of("portal", home)
    vault = open_vault(find_service("portal"), kept, password_of(password_file))
    return kept, vault


COMMANDS: Final = {
    **make_commands("portal"),
    "client-key": (client_key, "veche portal client-key --home portal"),
    "client-secret": (
        client_secret,
        "veche portal client-secret --home portal --secret-file secret",
    ),
}
