"""What the options of an act are where nobody types them: flag, environment, home.

The one place where that is decided. Typer asks its map of defaults for whatever stands
on no command line, and this fills the map before any other option is looked at.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.shared.homes.here import VARIABLE, acting_at
from scripts.shared.options import path_option

if TYPE_CHECKING:
    from scripts.shared.homes.home import Home


def _first(values: tuple[str, ...]) -> str | None:
    return values[0] if values else None


def _terms(home: Home) -> Path | None:
    """Give the terms once their hash is known: the one says nothing alone."""
    return home.terms if home.settings.terms_hash else None


def _booth(home: Home) -> str | None:
    """Give where a booth is served, or the folder of one."""
    named = home.settings.booth
    return named if named is None or "://" in named else str(home.path(named))


_OF_HOME: Final[Mapping[str, tuple[str, Callable[[Home], Any]]]] = {
    "election": ("VECHE_ELECTION", lambda home: home.election),
    "key": ("VECHE_KEY", lambda home: home.key),
    "password_file": ("VECHE_PASSWORD_FILE", lambda home: home.password_file),
    "rpc_urls": ("VECHE_RPC_URL", lambda home: list(home.settings.nodes) or None),
    "rpc_url": ("VECHE_RPC_URL", lambda home: _first(home.settings.nodes)),
    "terms": ("VECHE_TERMS", _terms),
    "terms_hash": ("VECHE_TERMS_HASH", lambda home: home.settings.terms_hash),
    "genesis_hash": ("VECHE_GENESIS_HASH", lambda home: home.settings.genesis_hash),
    "booth": ("VECHE_BOOTH", _booth),
    "booth_hash": ("VECHE_BOOTH_HASH", lambda home: home.settings.booth_hash),
}
"""By the parameter of an act: the variable, and what a home has for it."""


_ASKS_ON_PURPOSE: Final = ("place",)
"""Acts that ask a node only where one is typed: it learns which line is the voter's."""


def list_defaults(home: Home | None, told: Mapping[str, str]) -> dict[str, Any]:
    """List what options are by default; told: the environment."""
    found: dict[str, Any] = {}
    for name, (variable, of_home) in _OF_HOME.items():
        value: Any = told.get(variable)
        value = value if value and value.strip() else None
        if value is not None and name.startswith("rpc_url"):
            value = value.split() if name == "rpc_urls" else _first((*value.split(),))
        if value is None and home is not None:
            value = of_home(home)
        if value is not None:
            found[name] = str(value) if isinstance(value, Path) else value
    return found


def _fill(context: typer.Context, folder: Path | None) -> Path | None:
    """Fill the map of defaults; returns the folder of the home, if there is one."""
    if context.resilient_parsing:
        return folder
    told = os.environ.get(VARIABLE)
    home = _open(folder, told) if folder or told else None
    found: dict[str, Any] = list_defaults(home, os.environ)
    election = found.pop("election", None)
    if election is not None:  # a bundle is a source of its own
        found["election"] = lambda: None if context.params.get("bundle") else election
    is_apart = home is not None and home.settings.offline
    if any(each.name == "carried" for each in context.command.params):
        _fill_by_carried(found, context, is_apart=is_apart)
    act = (context.info_name or "").rpartition(" ")[2]
    if act in _ASKS_ON_PURPOSE:
        found.pop("rpc_urls", None)
    if home is not None:
        found |= _list_files(home, context, act)
    context.default_map = found
    return None if home is None else home.folder


def _fill_by_carried(
    found: dict[str, Any], context: typer.Context, *, is_apart: bool
) -> None:
    """Let an act ask no node where a record was carried, and by whom it was signed.

    is_apart: the machine has no network, so that no node is asked unless one is typed.
    """
    nodes, genesis = found.pop("rpc_urls", None), found.pop("genesis_hash", None)
    if nodes is not None and not is_apart:
        found["rpc_urls"] = lambda: None if context.params.get("carried") else nodes
    if genesis is not None:
        found["genesis_hash"] = lambda: (
            genesis if context.params.get("carried") else None
        )


def _open(folder: Path | None, told: str | None) -> Home | None:
    from scripts.shared.homes.home import find_home  # late: most acts have none

    return find_home(folder, told=told)


def _list_files(home: Home, context: typer.Context, act: str) -> dict[str, Any]:
    """List the files that an act reads and leaves in a home, by the act's name.

    A function is asked when its option is looked at, once the words that were typed
    are known.
    """
    slip = home.path("slip.csv")
    files: Mapping[str, dict[str, Any]] = {
        "deploy": {"out": home.election},
        "publish-list": {"out": home.lists},
        "terms": {"out": home.terms},
        "issue": {"out": lambda: _place_answers(home, context.params.get("contest"))},
        "request": {
            "list_file": home.lists,
            "slip": slip if slip.exists() else None,
            "out": lambda: str(home.path(f"{context.params['wish']}.json")),
        },
        "credential": {"out": home.path("credential.json")},
        "vote": {"folder": home.folder},
        "ballot": {
            "credential": home.path("credential.json"),
            "out": home.path("ballot.json"),
        },
    }
    found = files.get(act, {})
    return {
        name: str(value) if isinstance(value, Path) else value
        for name, value in found.items()
        if value is not None
    }


def _place_answers(home: Home, contest: int | None) -> str:
    """Name the folder of all answers, or the file of those of a contest."""
    folder = home.path("answers")
    return str(folder if contest is None else folder / f"{contest}.jsonl")


HomeFolder = Annotated[
    Path | None,
    path_option(
        "--home",
        help="Folder of a role, that of VECHE_HOME if missing: whence key, election "
        "and nodes come that are not named.",
        is_eager=True,
        callback=_fill,
    ),
]


def at_home(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take from a home what is not typed; one without such options stays.

    Whoever acts by the key of a home is alone in it for so long.
    """
    own = inspect.signature(command, eval_str=True)
    if not own.parameters.keys() & _OF_HOME.keys():
        return command

    @wraps(command)
    def filled(*, home: Path | None, **given: Any) -> None:
        with ExitStack() as held:
            if home is not None:
                held.enter_context(acting_at(home))
                if _is_in(given.get("key"), home):
                    held.enter_context(_hold(home))
            command(**given)

    option = inspect.Parameter(
        "home", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=HomeFolder
    )
    inner = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for each in own.parameters.values()
    ]
    shown: Any = filled
    shown.__signature__ = own.replace(parameters=[*inner, option])
    shown.__annotations__ = {**command.__annotations__, "home": HomeFolder}
    return filled


def beside_role(command: Callable[..., None]) -> Callable[..., None]:
    """Let an act on a node's folder take from a role's home what is not typed.

    Its --home is the node's, so that VECHE_HOME alone names the role's. Map its options
    with `map_beside`.
    """

    @wraps(command)
    def filled(**given: Any) -> None:
        home = _find_told()
        with ExitStack() as held:
            if home is not None and _is_in(given.get("key"), home.folder):
                held.enter_context(_hold(home.folder))
            command(**given)

    return filled


def map_beside(command: Callable[..., None]) -> dict[str, Callable[[], Any]]:
    """Map options of such an act to what gives them, once one is looked for."""

    def give(name: str) -> Any:
        return list_defaults(_find_told(), os.environ).get(name)

    own = inspect.signature(command).parameters.keys()
    return {name: partial(give, name) for name in own & _OF_HOME.keys()}


def _find_told() -> Home | None:
    told = os.environ.get(VARIABLE)
    return _open(None, told) if told else None


def _hold(folder: Path) -> AbstractContextManager[None]:
    from scripts.shared.homes.home import hold

    return hold(folder)


def _is_in(path: Path | None, folder: Path) -> bool:
    if path is None:
        return False
    return Path(os.path.normpath(path.absolute())).is_relative_to(folder)
