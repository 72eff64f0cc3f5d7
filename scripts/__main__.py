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
from types import ModuleType
from typing import Final

import typer

from election.errors import ElectionError
from scripts.shared.errors import NodeActError, OutputError
from scripts.shared.terminal import complain, hint_for, open_streams, tell

_ROOMS: Final = {
    "Begin here": "scripts",
    "Developers": "scripts.developer",
    "Nodes": "scripts.nodes",
    "Commission": "scripts.commission",
    "Trustees and issuers": "scripts.members",
    "Voters and those who serve them": "scripts.voters",
    "Anybody": "scripts.anybody",
}
ACTS: Final = {
    "Begin here": {
        "demo": "Hold a whole election in small, and audit it.",
    },
    "Developers": {
        "devnet": "Run a development chain on this machine.",
        "time": "Move a development chain's clock.",
    },
    "Nodes": {
        "node": "Keep a chain in a folder, serve it, copy it, verify it.",
        "network": "Make a network of nodes, or run one of its nodes.",
    },
    "Commission": {
        "deploy": "Put an election on the chain.",
        "create-boxes": "Make the ballot boxes, once the keys are final.",
        "publish-list": "Publish the voter lists.",
        "authorize": "Sign for an extension or an override.",
        "extend": "Shift both closings of the polls.",
        "override": "Open a tally that few ballots withhold.",
    },
    "Trustees and issuers": {
        "trustee": "Take a trustee's next step in the making of the election key.",
        "issuer": "Take an issuer's next step in the making of the credential keys.",
        "expire": "Exclude a member who lets the others wait.",
        "issue": "Answer requests for credentials, as an issuer.",
        "share": "Decrypt a contest's sum in part, as a trustee.",
    },
    "Voters and those who serve them": {
        "request": "Ask to vote online, not to, or for a credential.",
        "words": "Show a voter's recovery words, to write them down.",
        "attest": "Attest a request, as the portal or the SMS gateway.",
        "register": "Send a request to vote online.",
        "withdraw": "Send a request not to vote online after all.",
        "mark-paper": "Note that a voter is given a paper ballot.",
        "request-credential": "Send a request for a credential.",
        "credential": "Combine the issuers' answers into a credential.",
        "ballot": "Encrypt a choice into a ballot.",
        "cast": "Bring ballots into the box, as a relay.",
    },
    "Anybody": {
        "keygen": "Make a key file for a role.",
        "status": "Show where an election stands, and what comes next.",
        "freeze": "Close the sums after the polls.",
        "publish-result": "Publish the counts that the trustees' shares give.",
        "terms": "Write the terms that voters and attesters go by.",
        "audit": "Verify a whole election.",
        "reconcile": "Compare issued, cast and margin, and draw whom to ask.",
        "proof": "Write what proves a transaction or a value to who has no node.",
        "verify-proof": "Check such a proof, without a node.",
        "verify-booth": "Compare what booths serve with what the election announced.",
        "export": "Write the public record into one file.",
    },
}
SERVICES: Final[dict[str, str]] = {
    "live": "Run all of it on this machine, with made-up voters.",
    "booth": "Make a booth's files for an election, sign for them, serve them.",
    "gateway": "Send codes to phones, and attest who typed them.",
    "portal": "Serve the personal account, and attest for who is logged in.",
    "issuer": "Answer requests for credentials (init, serve, check).",
    "relay": "Take ballots from anybody and bring them into the box.",
    "registrar": "The register of voters, and the applications to vote online.",
}
"""Parties that serve people: `veche NAME` is of `services/NAME`."""

SERVICE_COMMANDS: Final = ("init", "serve", "check", "backup", "restore")
"""What makes an act's name a service's, where one word is both."""

_ROOM_OF: Final = {act: _ROOMS[group] for group, acts in ACTS.items() for act in acts}
_NO_CHOICE: Final = re.compile(r"'(?P<given>[^']*)' is not one of (?P<known>.*)")
_QUOTED: Final = re.compile(r"'([^']*)'")
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
    is_act = name in SERVICES or name in _ROOM_OF
    try:
        if name in ("--help", "-h"):
            tell(*_overview())
            return 0
        if is_act:
            return _run(name, rest)
    except OutputError as error:
        program = f"veche {name}" if is_act else "veche"
        complain(program, str(error), hint=hint_for(error))
        return EXIT_UNWRITTEN
    near = suggest(name, [*_ROOM_OF, *SERVICES])
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
    services = {"Services": SERVICES} if SERVICES else {}
    for group, acts in {**ACTS, **services}.items():
        yield from ("", f"{group}:")
        yield from (f"  {name:<20}{what}" for name, what in acts.items())
    yield from ("", "veche ACT --help says more of one act.")


def _spell_example(example: str) -> str:
    """Wrap a command line so that it can be copied as it stands."""
    lines = textwrap.wrap(example, 74, break_on_hyphens=False, break_long_words=False)
    return "\b\nExample:\n  " + " \\\n    ".join(lines)


def _describe(app: typer.Typer, name: str, arguments: list[str]) -> list[str]:
    command = typer.main.get_command(app)
    for word in arguments:
        inner = getattr(command, "commands", {})
        if word not in inner:
            break
        name, command = f"{name} {word}", inner[word]
    context = command.make_context(f"veche {name}", [], resilient_parsing=True)
    return command.get_help(context).splitlines()


def _make_app(name: str, module: ModuleType) -> typer.Typer:
    """Make the command line of an act, or of the acts that go by one name."""
    example = _spell_example(module.EXAMPLE)
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        help=module.__doc__,
        epilog=example,
    )
    acts = getattr(module, "COMMANDS", None)
    if acts is None:
        app.command(name, epilog=example)(module.command)
        return app
    groups: dict[str, typer.Typer] = {"": app}
    for act, (command, example_of_act) in acts.items():
        group, _, last = act.rpartition(" ")
        if group not in groups:
            groups[group] = typer.Typer(rich_markup_mode=None)
            app.add_typer(groups[group], name=group, help=command.__doc__)
            groups[group].callback()(_group)
        epilog = _spell_example(example_of_act)
        groups[group].command(last, epilog=epilog)(command)
    return app


def _group() -> None:
    """Let a group of one act stay a group."""


def _run(name: str, arguments: list[str]) -> int:
    try:
        module = import_module(find_module(name, arguments))
        app = _make_app(name, module)
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


def find_module(name: str, arguments: Sequence[str] = ()) -> str:
    """Find the module of an act or a service; `issuer serve` is the service's."""
    asks_service = bool(arguments) and arguments[0] in SERVICE_COMMANDS
    if name in _ROOM_OF and not (name in SERVICES and asks_service):
        return f"{_ROOM_OF[name]}.{name.replace('-', '_')}"
    return f"services.{name}.command"


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
