"""Answer requests for credentials, on a record that the issuer verifies itself."""

from __future__ import annotations

from typing import Final

from services.shell.command import make_commands

EXAMPLE: Final = "veche issuer serve --home issuer --password-file password"
COMMANDS: Final = make_commands("issuer")
