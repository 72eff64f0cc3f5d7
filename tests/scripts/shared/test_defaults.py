"""What the environment says stands for options, in every act that has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from inspect import Parameter, signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from scripts.acts import ACTS, find_module
from scripts.command_line import make_app
from scripts.nodes.acts.registry import members
from scripts.shared.homes.defaults import _ASKS_ON_PURPOSE, _OF_HOME
from scripts.shared.homes.home import FILE
from scripts.shared.homes.settings import Settings, render_settings
from scripts.shared.roles import Role

_TOLD: Final = {variable: "ab" * 32 for variable, _ in _OF_HOME.values()}
_KEEPS: Final = ("home",)
"""What it is told it writes down: what stands in the environment is not meant."""


def _list_acts() -> Iterator[tuple[str, str, Any, Callable[..., None]]]:
    """List acts whose options the environment can give: name, word, module, act."""
    for name in [each for acts in ACTS.values() for each in acts]:
        module: Any = import_module(find_module(name))
        several = getattr(module, "COMMANDS", None)
        acts = several or {"": (module.command, "")}
        for word, (act, _) in acts.items():
            if signature(act).parameters.keys() & _OF_HOME.keys():
                yield name, word, module, act


def _note(act: Callable[..., None], seen: dict[str, Any]) -> Callable[..., None]:
    """Give an act that notes such options, and has no others that it would miss."""

    @wraps(act)
    def note(**given: Any) -> None:
        seen.update(given)

    shown: Any = note
    full = signature(act, eval_str=True)
    own = [
        each.replace(kind=Parameter.KEYWORD_ONLY)
        for name, each in full.parameters.items()
        if name in _OF_HOME or name == "home"
    ]
    shown.__signature__ = full.replace(parameters=own)
    shown.__annotations__ = {each.name: each.annotation for each in own}
    return note


@pytest.mark.parametrize(
    ("name", "word", "module", "act"),
    [
        pytest.param(*each, id=f"{each[0]} {each[1]}".strip())
        for each in _list_acts()
        if each[0] not in _KEEPS
    ],
)
def test_the_environment_stands_for_options_of_every_act(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    word: str,
    module: Any,
    act: Callable[..., None],
) -> None:
    seen: dict[str, Any] = {}
    note, own = _note(act, seen), signature(act).parameters
    shown: Any = SimpleNamespace(__doc__="", EXAMPLE="")
    shown.BESIDE_ROLE = getattr(module, "BESIDE_ROLE", False)
    shown.COMMANDS = {word: (note, ""), "other": (note, "")} if word else None
    shown.command = note
    for variable, value in _TOLD.items():
        monkeypatch.setenv(variable, value)
    home = ["--home=node"] if "home" in own else []
    app = make_app(name, shown)
    app([*word.split(), *home], prog_name=f"veche {name}", standalone_mode=False)
    for option in own.keys() & _OF_HOME.keys():
        value = _TOLD[_OF_HOME[option][0]]
        asked = None if option == "rpc_urls" and name in _ASKS_ON_PURPOSE else value
        kinds = (asked, Path(value), [asked], bytes.fromhex(value))
        assert seen[option] in kinds, option


def test_an_act_on_a_nodes_folder_takes_a_roles_home_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its own --home is the node's."""
    role, seen = tmp_path / "role", dict[str, Any]()
    role.mkdir(mode=0o700)
    settings = Settings(
        "veche-home/1", role=Role.OBSERVER, nodes=("http://127.0.0.1:1",)
    )
    (role / FILE).write_text(render_settings(settings))
    monkeypatch.setenv("VECHE_HOME", str(role))
    shown: Any = SimpleNamespace(__doc__="", EXAMPLE="", BESIDE_ROLE=True)
    shown.COMMANDS = {"members": (_note(members, seen), ""), "other": (members, "")}
    make_app("network", shown)(["members", "--home=node"], standalone_mode=False)
    assert seen == {"home": Path("node"), "rpc_urls": ["http://127.0.0.1:1"]}
