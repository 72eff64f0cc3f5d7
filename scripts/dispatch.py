"""Find the act that a command line names: one subcommand for each act of an election.

The list of acts and `--version` need no act; all else is `scripts.running`'s, which is
imported only then, so that they appear at once.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from scripts.acts import ACTS, ROOM_OF, SERVICES
from scripts.shared.errors import OutputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.suggesting import suggest
from scripts.shared.terminal import complain, hint_for, tell

_WIDTH, _INDENT = 80, 22  # columns of the list of acts


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
    from scripts.running import End, tell_end  # late, too

    fact = _spell_no_act(name)
    end = End(ExitCode.USAGE, (fact,), "veche --help")
    tell_end("veche", end, as_json="--json" in arguments)
    return end.code


def _spell_no_act(name: str) -> str:
    if name.startswith("-"):
        return f"{name}: the act comes first, its options after it"
    near = suggest(name, [*ROOM_OF, *SERVICES])
    return f"{name}: there is no such act{near}"


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
