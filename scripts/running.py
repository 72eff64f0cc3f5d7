"""Run an act that the command line names, and turn what goes wrong into its end.

`veche cast` is `command` in `scripts/voters/acts/cast.py`, which is imported only then.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Final

import typer

from election.errors import ElectionError
from scripts.acts import find_module
from scripts.command_line import make_app
from scripts.exit_codes import EXIT_INTERRUPTED, EXIT_REFUSED, EXIT_UNEXPECTED
from scripts.shared.errors import NodeActError, OutputError
from scripts.shared.suggesting import suggest
from scripts.shared.terminal import complain, hint_for, tell

_NO_CHOICE: Final = re.compile(r"'(?P<given>[^']*)' is not one of (?P<known>.*)")
_QUOTED: Final = re.compile(r"'([^']*)'")


def spell_usage(text: str) -> str:
    """Say in our words what Typer says of a wrong value, with the nearest right one."""
    text = text.replace("Value error, ", "")
    found = _NO_CHOICE.search(text)
    if found is None:
        return text
    near = suggest(found["given"], _QUOTED.findall(found["known"]))
    return text.rstrip(".") + near if near else text


def _describe(app: typer.Typer, name: str, arguments: list[str]) -> list[str]:
    command = typer.main.get_command(app)
    for word in arguments:
        inner = getattr(command, "commands", {})
        if word not in inner:
            break
        name, command = f"{name} {word}", inner[word]
    # not make_context, which would prepare to parse: that takes as long as all else
    context = command.context_class(command, info_name=f"veche {name}")
    return command.get_help(context).splitlines()


def run_act(name: str, arguments: list[str]) -> int:
    """Run an act by its name; returns the exit code. Raises OutputError."""
    try:
        module = import_module(find_module(name, arguments))
        app = make_app(name, module)
        if "--help" in arguments:
            tell(*_describe(app, name, arguments))
            return 0
        code = app(arguments, prog_name=f"veche {name}", standalone_mode=False) or 0
        return _interrupted(name) if code == EXIT_INTERRUPTED else int(code)
    except OutputError:
        raise
    except ElectionError as error:
        return _refuse(name, error)
    except (typer.Abort, KeyboardInterrupt):
        return _interrupted(name)
    except Exception as error:  # noqa: BLE001  a user is shown no traceback
        # Typer does not export the classes of its own errors about usage
        describe = getattr(error, "format_message", None)
        if describe is not None:
            complain(
                f"veche {name}",
                spell_usage(" ".join(describe().split())),
                hint=f"veche {name} --help",
            )
            return EXIT_REFUSED
        what = f"unexpected {type(error).__name__}: {error}"
        complain(f"veche {name}", what, hint="this is a fault of the program")
        return EXIT_UNEXPECTED


def _refuse(name: str, error: ElectionError) -> int:
    if isinstance(error, NodeActError):
        complain(f"veche {name}", *error.facts, hint=error.hint)
        return error.code
    complain(f"veche {name}", str(error), hint=hint_for(error))
    return EXIT_REFUSED


def _interrupted(name: str) -> int:
    complain(f"veche {name}", "interrupted", hint="run it again to go on")
    return EXIT_INTERRUPTED
