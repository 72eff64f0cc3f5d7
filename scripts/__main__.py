"""The `veche` command: one subcommand for each act of an election.

`veche cast` is `command` in `scripts/voters/cast.py`, which is imported only then, so
that the list of acts appears at once.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Final

import typer

from election.errors import ElectionError
from scripts.acts import ACTS, ROOM_OF, SERVICES, find_module
from scripts.command_line import make_app
from scripts.shared.errors import NodeActError, OutputError
from scripts.shared.terminal import complain, hint_for, open_streams, tell

_NO_CHOICE: Final = re.compile(r"'(?P<given>[^']*)' is not one of (?P<known>.*)")
_QUOTED: Final = re.compile(r"'([^']*)'")
_WIDTH, _INDENT = 80, 22  # columns of the list of acts
EXIT_UNEXPECTED, EXIT_REFUSED, EXIT_UNWRITTEN, EXIT_INTERRUPTED = 1, 2, 4, 130
"""3 is an act's own: it was done, and what it looked at does not hold. 5 is that of
`veche cast`: it was done as far as the node lets see."""


def main() -> None:
    """Run the act that the command line names."""
    open_streams()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run an act, by its name and what follows it; returns the exit code."""
    name, *rest = arguments or ["--help"]
    if (
        name == "live"
        and (not rest or rest[0].startswith("--"))
        and "--help" not in rest
    ):
        rest = ["run", *rest]
    is_act = name in SERVICES or name in ROOM_OF
    try:
        if name in ("--help", "-h"):
            tell(*_overview())
            return 0
        if name in ("--version", "-V"):
            from importlib.metadata import version  # late: the list appears at once

            tell(f"veche {version('veche')}")
            return 0
        if is_act:
            return _run(name, rest)
    except OutputError as error:
        program = f"veche {name}" if is_act else "veche"
        complain(program, str(error), hint=hint_for(error))
        return EXIT_UNWRITTEN
    near = suggest(name, [*ROOM_OF, *SERVICES])
    complain("veche", f"{name}: there is no such act{near}", hint="veche --help")
    return EXIT_REFUSED


def suggest(given: str, known: Sequence[str]) -> str:
    """Ask whether the nearest of what is known was meant; empty if none is near."""
    near = get_close_matches(given, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def spell_usage(text: str) -> str:
    """Say in our words what Typer says of a wrong value, with the nearest right one."""
    text = text.replace("Value error, ", "")
    found = _NO_CHOICE.search(text)
    if found is None:
        return text
    near = suggest(found["given"], _QUOTED.findall(found["known"]))
    return text.rstrip(".") + near if near else text


def _overview() -> Iterator[str]:
    yield "Hold verifiable elections on a permissioned EVM chain."
    services = {name: what for name, what in SERVICES.items() if name not in ROOM_OF}
    for group, acts in {**ACTS, "Services": services}.items():
        yield from ("", f"{group}:")
        for name, what in acts.items():
            lines = textwrap.wrap(what, _WIDTH - _INDENT)
            yield f"  {name:<{_INDENT - 2}}{lines[0]}"
            yield from (" " * _INDENT + line for line in lines[1:])
    yield from ("", "veche ACT --help says more of one act.")


def _describe(app: typer.Typer, name: str, arguments: list[str]) -> list[str]:
    command = typer.main.get_command(app)
    for word in arguments:
        inner = getattr(command, "commands", {})
        if word not in inner:
            break
        name, command = f"{name} {word}", inner[word]
    context = command.make_context(f"veche {name}", [], resilient_parsing=True)
    return command.get_help(context).splitlines()


def _run(name: str, arguments: list[str]) -> int:
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


if __name__ == "__main__":
    main()
