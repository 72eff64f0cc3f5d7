"""What an act tells a person to paste is a command line that the program takes."""

from __future__ import annotations

import os
import re
import shlex
from importlib import import_module
from typing import Any, Final
from unittest.mock import patch

import typer

from scripts.acts import ACTS, find_module
from scripts.command_line import make_app

_LINE: Final = re.compile(r"^(?:next: |  )(veche .*)$", re.MULTILINE)
_WITHIN: Final = re.compile(r"`(veche [^`]* [^`]*)`")
_OPTIONAL: Final = "--"
_UNSHOWN: Final = "\\u{"
_WITHOUT_HOMES: Final = ("node", "network")
_OF_A_HOME: Final = {
    f"VECHE_{name}": "given"
    for name in ("ELECTION", "KEY", "TERMS", "TERMS_HASH", "RPC_URL")
}
"""What whoever acts for an election has in a home, and pastes no more."""

_KNOWN: Final = {act for acts in ACTS.values() for act in acts}


def list_to_paste(said: str) -> list[str]:
    """List command lines that stand alone, and those in a sentence that have options.

    `veche ACT` within a sentence names an act.
    """
    _, _, after = said.rpartition("next: ")
    told = f"next: {after}" if "next: " in said else ""
    within = [each for each in _WITHIN.findall(told) if _OPTIONAL in each]
    return [*_LINE.findall(told), *within]


def require_pastes(said: str) -> None:
    """Parse all that is to be pasted, without running any of it.

    What holds a name that no terminal shows, and so none can paste, is left out.
    """
    for line in list_to_paste(said):
        if _UNSHOWN in line:
            continue
        _, act, *given = shlex.split(line)
        if act in _KNOWN:
            parse(act, given)


def parse(act: str, given: list[str]) -> None:
    """Take a command line as the program does; raises what it says of a wrong one."""
    module = import_module(find_module(act, given))
    command: Any = typer.main.get_command(make_app(act, module))
    name = act
    while given and given[0] in getattr(command, "commands", {}):
        name, *given = given
        command = command.commands[name]
    told = {} if act in _WITHOUT_HOMES else _OF_A_HOME
    if act == "deploy":  # whose home knows where its record stands
        given = [*given, "--out=given"]
    with patch.dict(os.environ, told):
        command.make_context(name, list(given))
