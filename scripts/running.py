"""Run an act that the command line names, and turn what goes wrong into its end.

`veche cast` is `command` in `scripts/voters/acts/cast.py`, which is imported only then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import Final

import typer

from election.errors import ElectionError
from scripts.acts import find_module
from scripts.command_line import make_app
from scripts.shared.errors import NodeActError
from scripts.shared.exit_codes import ExitCode, code_of
from scripts.shared.suggesting import suggest
from scripts.shared.terminal import complain, hint_for, say_json, tell

_NO_CHOICE: Final = re.compile(r"'(?P<given>[^']*)' is not one of (?P<known>.*)")
_OF_SIZE: Final = re.compile(r"Unable to parse .* exceeded maximum size")
_QUOTED: Final = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class End:
    """How an act ended that did not do what it was asked to.

    sent, succeeded: transactions that a node was given, and was seen to succeed with.
    """

    code: ExitCode
    facts: tuple[str, ...]
    hint: str | None
    sent: int = 0
    succeeded: int = 0


_INTERRUPTED: Final = End(
    ExitCode.INTERRUPTED, ("interrupted",), "run it again to go on"
)


def run_act(name: str, arguments: list[str]) -> ExitCode:
    """Run an act by its name, and tell what it refused; returns how it ended."""
    try:
        code = _run(name, arguments)
        if code is not ExitCode.INTERRUPTED:
            return code
        end = _INTERRUPTED  # which Typer took for itself
    except ElectionError as error:
        end = _find_end(error)
    except (typer.Abort, KeyboardInterrupt):
        end = _INTERRUPTED
    except Exception as error:  # noqa: BLE001  a user is shown no traceback
        end = _find_foreign_end(name, arguments, error)
    tell_end(f"veche {_name(name, arguments)}", end, as_json="--json" in arguments)
    return end.code


def _name(name: str, arguments: list[str]) -> str:
    """Name an act in full, where several go by one name."""
    try:
        module = import_module(find_module(name, arguments))
    except Exception:  # noqa: BLE001  whose end is told by now
        return name
    typed = " ".join(arguments)
    own = [
        each
        for each in getattr(module, "COMMANDS", {})
        if typed == each or typed.startswith(f"{each} ")
    ]
    return " ".join((name, *own[:1]))


def tell_end(program: str, end: End, *, as_json: bool) -> None:
    """Say on stderr what went wrong: in lines to read, or as one line of JSON."""
    if not as_json:
        complain(program, *end.facts, hint=end.hint)
        return
    say_json(
        {
            "error": {
                "act": program,
                "code": end.code.word,
                "exit_code": int(end.code),
                "facts": list(end.facts),
                "hint": end.hint,
                "sent": end.sent,
                "succeeded": end.succeeded,
            }
        }
    )


def spell_usage(text: str) -> str:
    """Say in our words what Typer says of a wrong value, with the nearest right one."""
    text = _OF_SIZE.sub("is far too large", text.replace("Value error, ", ""))
    found = _NO_CHOICE.search(text)
    if found is None:
        return text
    near = suggest(found["given"], _QUOTED.findall(found["known"]))
    return text.rstrip(".") + near if near else text


def _find_end(error: ElectionError) -> End:
    if isinstance(error, NodeActError):
        return End(code_of(error), error.facts, error.hint)
    sent, succeeded = getattr(error, "sent", 0), getattr(error, "succeeded", 0)
    return End(code_of(error), (str(error),), hint_for(error), sent, succeeded)


def _find_foreign_end(name: str, arguments: list[str], error: Exception) -> End:
    # Typer does not export the classes of its own errors about usage
    describe = getattr(error, "format_message", None)
    if describe is not None:
        fact = spell_usage(" ".join(describe().split()))
        return End(ExitCode.USAGE, (fact,), f"veche {_name(name, arguments)} --help")
    what = f"unexpected {type(error).__name__}: {error}"
    return End(ExitCode.FAULT, (what,), "this is a fault of the program")


def _run(name: str, arguments: list[str]) -> ExitCode:
    app = make_app(name, import_module(find_module(name, arguments)))
    if "--help" in arguments:
        tell(*_describe(app, name, arguments))
        return ExitCode.DONE
    code = app(arguments, prog_name=f"veche {name}", standalone_mode=False)
    return ExitCode(code or 0)


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
