"""Make the command line of an act, of what stands in its module."""

from __future__ import annotations

import textwrap
from types import ModuleType

import typer


def make_app(name: str, module: ModuleType) -> typer.Typer:
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


def _spell_example(example: str) -> str:
    """Wrap a command line so that it can be copied as it stands."""
    lines = textwrap.wrap(example, 74, break_on_hyphens=False, break_long_words=False)
    return "\b\nExample:\n  " + " \\\n    ".join(lines)
