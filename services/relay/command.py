"""Take ballots from anybody, promise them, and bring them into the box."""

from __future__ import annotations

from typing import Final

from services.shell.command import make_commands

EXAMPLE: Final = "veche relay serve --home relay --password-file password"
COMMANDS: Final = make_commands("relay")
