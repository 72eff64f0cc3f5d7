"""Make the command line of an act, of what stands in its module."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from types import ModuleType

import typer

from scripts.shared.given import StrictCommand


def make_app(name: str, module: ModuleType) -> typer.Typer:
    """Make the command line of an act, or of the acts that go by one name."""
    # late: the list appears at once
    from scripts.shared.homes.defaults import at_home, beside_role, map_beside

    example = _spell_example(module.EXAMPLE)
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        help=module.__doc__,
        epilog=example,
    )
    acts = getattr(module, "COMMANDS", None)
    if acts is None:
        app.command(name, cls=StrictCommand, epilog=example)(at_home(module.command))
        return app
    is_beside = getattr(module, "BESIDE_ROLE", False)
    fill = beside_role if is_beside else _keep if _has_own_homes(acts) else at_home
    groups: dict[str, typer.Typer] = {"": app}
    app.callback(help=module.__doc__)(_group)
    for act, (command, example_of_act) in acts.items():
        group, _, last = act.rpartition(" ")
        if group not in groups:
            groups[group] = typer.Typer(rich_markup_mode=None)
            told = getattr(module, "GROUPS", {}).get(group, command.__doc__)
            app.add_typer(groups[group], name=group, help=told)
            groups[group].callback()(_group)
        epilog = _spell_example(example_of_act)
        context = {"default_map": map_beside(command)} if is_beside else None
        add = groups[group].command(
            last, cls=StrictCommand, epilog=epilog, context_settings=context
        )
        add(fill(command))
    return app


def _has_own_homes(acts: dict[str, tuple[Callable[..., None], str]]) -> bool:
    """Tell acts on a folder of another kind, as a node's or a service's."""
    return any("home" in inspect.signature(act).parameters for act, _ in acts.values())


def _keep(command: Callable[..., None]) -> Callable[..., None]:
    return command


def _group() -> None:
    """Let a group of one act stay a group."""


def _spell_example(example: str) -> str:
    """Wrap a command line so that it can be copied as it stands."""
    lines = textwrap.wrap(example, 74, break_on_hyphens=False, break_long_words=False)
    return "\b\nExample:\n  " + " \\\n    ".join(lines)
