"""An option whose value is missing, empty, or told twice is refused."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import typer

from scripts.acts import ROOM_OF, SERVICE_COMMANDS, SERVICES, find_module
from scripts.command_line import make_app
from scripts.shared.given import Known, StrictCommand, find_slip, map_names
from tests.scripts.conftest import Cli

KNOWN = {
    "--home": Known("--home", takes_value=True),
    "--rpc-url": Known("--rpc-url", takes_value=True, may_repeat=True),
    "--json": Known("--json", takes_value=False),
    "--offline": Known("--offline", takes_value=False),
    "--online": Known("--offline", takes_value=False, is_on=False),
}


def test_name_of_an_option_is_no_value_unless_it_is_joined() -> None:
    assert find_slip(["--home", "--json"], KNOWN) == (
        "--home: is given no value, since --json follows it; "
        "if that is the value, write --home=--json"
    )
    assert find_slip(["--rpc-url", "--else", "x"], KNOWN) is not None
    assert find_slip(["--home=--json", "--json"], KNOWN) is None
    assert find_slip(["--home", "-1"], KNOWN) is None


def test_empty_value_is_an_unset_variable() -> None:
    fact = "--rpc-url: is given an empty value; is a variable not set?"
    assert find_slip(["--rpc-url", ""], KNOWN) == fact
    assert find_slip(["--rpc-url="], KNOWN) == fact


def test_second_value_is_no_correction_of_the_first() -> None:
    assert find_slip(["--home", "a", "--home", "b"], KNOWN) == (
        "--home: is given twice, and not alike"
    )
    assert find_slip(["--home", "a", "--home=a", "--json", "--json"], KNOWN) is None
    assert find_slip(["--rpc-url", "a", "--rpc-url", "b"], KNOWN) is None


def test_yes_and_no_do_not_go_together() -> None:
    told = ["--offline", "x", "--online"]
    assert find_slip(told, KNOWN) == "--online: does not go with --offline"
    assert find_slip(["--online", "--online"], KNOWN) is None


def test_what_is_no_option_is_left_to_the_parser() -> None:
    assert find_slip(["", "x", "--nonsense", "", "--", "--home"], KNOWN) is None
    assert find_slip(["--home"], KNOWN) is None


def list_innermost() -> Iterator[Any]:
    """List the command lines of all acts and services, without what only holds some."""
    modules = [find_module(name) for name in ROOM_OF]
    modules += [find_module(name, SERVICE_COMMANDS) for name in SERVICES]
    for module in map(import_module, modules):
        left = [typer.main.get_command(make_app(module.__name__, module))]
        while left:
            command: Any = left.pop()
            inner = getattr(command, "commands", {}).values()
            left += inner
            if not inner:
                yield command


def test_every_act_is_strict_and_knows_its_options() -> None:
    for command in list_innermost():
        assert isinstance(command, StrictCommand), command.name
        names = map_names(command.params)
        assert {each.option for each in names.values()} == {
            each.opts[0] for each in command.params if each.param_type_name == "option"
        }


def test_names_are_mapped_as_the_parser_takes_them() -> None:
    from scripts.anybody.acts import home

    app = typer.main.get_command(make_app("home", home))
    found = map_names(app.commands["set"].params)  # type: ignore[attr-defined]
    assert found["--online"] == Known("--offline", takes_value=False, is_on=False)
    assert found["--rpc-url"] == Known("--rpc-url", takes_value=True, may_repeat=True)
    assert found["--terms"] == Known("--terms", takes_value=True)


def test_act_tells_a_slip_as_usage_and_where_help_is(cli: Cli) -> None:
    refused = cli("home", "show", "--home", "--json")
    assert refused.code == 2
    assert refused.err.startswith("veche home show: error: --home: is given no value")
    assert refused.err.endswith("hint: veche home show --help\n")
