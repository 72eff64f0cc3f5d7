"""The `veche` command: one subcommand for each act of an election.

The list of acts and `--version` need no act; all else is `scripts.running`'s, which is
imported only then, so that they appear at once.
"""

from __future__ import annotations

import gc
import sys
import textwrap
from collections.abc import Iterator

from scripts.acts import ACTS, ROOM_OF, SERVICES
from scripts.shared.errors import OutputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.stopping import obey_sigterm
from scripts.shared.suggesting import suggest
from scripts.shared.terminal import complain, hint_for, open_streams, tell

_WIDTH, _INDENT = 80, 22  # columns of the list of acts


def main() -> None:
    """Run the act that the command line names, until SIGTERM or Ctrl-C."""
    open_streams()
    obey_sigterm()
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before an act was there to be interrupted
        code = ExitCode.INTERRUPTED
    gc.freeze()  # else all of memory is looked through once more: a second for a node
    sys.exit(code)


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
            return ExitCode.DONE
        if name in ("--version", "-V"):
            from importlib.metadata import version  # late: the list appears at once

            tell(f"veche {version('veche')}")
            return ExitCode.DONE
        if is_act:
            from scripts.running import run_act  # late, too

            return run_act(name, rest)
    except OutputError as error:
        complain("veche", str(error), hint=hint_for(error))
        return ExitCode.UNWRITTEN
    near = suggest(name, [*ROOM_OF, *SERVICES])
    complain("veche", f"{name}: there is no such act{near}", hint="veche --help")
    return ExitCode.USAGE


def _overview() -> Iterator[str]:
    yield "Hold verifiable elections on a permissioned EVM chain."
    services = {name: what for name, what in SERVICES.items() if name not in ROOM_OF}
    for group, acts in {**ACTS, "Services": services}.items():
        yield from ("", f"{group}:")
        for name, what in acts.items():
            lines = textwrap.wrap(what, _WIDTH - _INDENT)
            yield f"  {name:<{_INDENT - 2}}{lines[0]}"
            yield from (" " * _INDENT + line for line in lines[1:])
    yield ""
    yield "veche ACT --help says more of one act, veche exit-codes how acts end."


if __name__ == "__main__":
    main()
