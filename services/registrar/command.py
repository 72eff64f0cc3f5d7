"""The commission's register of voters, and the applications to vote online."""

from __future__ import annotations

from typing import Final

from services.registrar.decide_command import decide_on
from services.registrar.import_command import import_list
from services.registrar.proof_command import prove
from services.registrar.publish_command import publish
from services.registrar.strike_command import strike
from services.shell.command import Commands, make_commands

EXAMPLE: Final = "veche registrar import voters.csv --home registrar --dry-run"
_HOME: Final = "--home registrar --password-file password"
_PUBLISHED: Final = "--election election.json --key keys/commission.json"
COMMANDS: Final[Commands] = {
    **make_commands("registrar"),
    "import": (import_list, EXAMPLE),
    "publish": (
        publish,
        f"veche registrar publish {_HOME} {_PUBLISHED}",
    ),
    "proof": (prove, f"veche registrar proof 'V 001' {_HOME} --election 0x5FbD..."),
    "decide": (decide_on, f"veche registrar decide 'V 001' {_HOME} --accept"),
    "strike-list": (
        strike,
        f"veche registrar strike-list {_HOME} --election 0x5FbD... --out stations",
    ),
}
