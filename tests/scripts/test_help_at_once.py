"""Help appears at once, since it imports what parses a command line and no more.

What is imported is looked at, not the clock: `python -m bench.start` has the time.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from election.artifacts import ROOT

_ASK: Final = """
import sys
from contextlib import redirect_stdout
from io import StringIO

OWN = {"__main__", "election", "scripts", "services"}
PARSING = {"typer", "annotated_doc", "shellingham"}

def require(allowed, asked):
    found = {each.partition(".")[0] for each in set(sys.modules) - BEGUN}
    more = found - sys.stdlib_module_names - OWN - allowed
    if more:
        sys.exit(f"{' '.join(asked)} imports {', '.join(sorted(more))}")

BEGUN = set(sys.modules)
from scripts.__main__ import run

for asked in (["--help"], ["--version"]):
    with redirect_stdout(StringIO()):
        run(asked)
    require(set(), asked)

from scripts.completion import list_words

ways = [way.split() for way in list_words()]
assert ["network", "propose", "node"] in ways
for asked in ways:
    with redirect_stdout(StringIO()):
        run([*asked, "--help"])
    require(PARSING, asked)
"""
"""Asks for the help of every act and every command of each, and looks after each."""


def ask(code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(  # noqa: S603  Python
        command, cwd=ROOT, check=False, capture_output=True, text=True
    )
    return done.stderr


def test_help_of_every_act_imports_only_what_parses_its_command_line() -> None:
    assert ask(_ASK) == ""


def test_an_act_that_imports_its_work_at_once_is_named() -> None:
    early = _ASK.replace("for asked in ways:", "import pydantic\nfor asked in ways:")
    assert "imports pydantic" in ask(early)
