from __future__ import annotations

import gc
import json
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version

import pytest

from election.artifacts import ROOT
from scripts import __main__ as program
from scripts.acts import ACTS, SERVICES, find_module
from scripts.anybody.acts import status
from scripts.shared import stopping, terminal
from scripts.shared.exit_codes import ExitCode
from tests.scripts.conftest import Cli

EVERY_ACT = [act for acts in ACTS.values() for act in acts]


@pytest.mark.parametrize("act", EVERY_ACT)
def test_help_of_every_act_shows_its_example(act: str, cli: Cli) -> None:
    module = import_module(find_module(act))
    shown = cli(act, "--help")
    assert shown.code == 0
    assert module.EXAMPLE.startswith(f"veche {act}")
    assert f"Example:\n    veche {act}" in shown.out


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_every_act(arguments: list[str], cli: Cli) -> None:
    shown = cli(*arguments)
    assert shown.code == 0
    assert all(f"  {act} " in shown.out for act in EVERY_ACT)


def test_service_is_known_beside_the_acts(cli: Cli) -> None:
    shown = cli("booth", "--help")
    assert shown.code == 0
    assert "veche booth" in shown.out


def test_help_names_each_act_and_service_once_in_80_columns(cli: Cli) -> None:
    lines = cli("--help").out.splitlines()
    listed = [line.split()[0] for line in lines if line[:2] == "  " and line[2] != " "]
    assert sorted(listed) == sorted({*EVERY_ACT, *SERVICES})
    assert max(map(len, lines)) <= 80


def test_version_is_that_of_the_package(cli: Cli) -> None:
    shown = cli("--version")
    assert (shown.code, shown.out) == (0, f"veche {version('veche')}\n")


@pytest.mark.parametrize(
    ("arguments", "fact"),
    [
        (["nonsense"], "veche: error: nonsense: there is no such act"),
        (["status"], "veche status: error: Missing option '--election'"),
        (["status", "--nonsense"], "veche status: error: No such option"),
        (
            ["keygen", "king", "--out", "x"],
            "veche keygen: error: Invalid value for 'role': 'king' is not one of",
        ),
    ],
)
def test_wrong_usage_is_one_error_with_a_hint(
    arguments: list[str], fact: str, cli: Cli
) -> None:
    refused = cli(*arguments)
    assert refused.code == 2
    assert refused.err.startswith(fact)
    assert ": hint: " in refused.err.splitlines()[1]
    assert not refused.out


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["keygen", "comission", "--out", "x"], "commission"),
        (["satus", "--help"], "status"),
    ],
)
def test_slip_is_told_with_the_nearest_that_there_is(
    arguments: list[str], near: str, cli: Cli
) -> None:
    error, _ = cli(*arguments).err.splitlines()
    assert error.endswith(f"; did you mean {near}?")


def test_fault_of_the_program_shows_no_traceback(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise KeyError("k")

    monkeypatch.setattr(status, "command", fail)
    failed = cli("status")
    assert failed.code == 1
    assert failed.err.startswith("veche status: error: unexpected KeyError: 'k'")
    assert "Traceback" not in failed.err


def test_interruption_is_no_traceback(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "command", interrupt)
    stopped = cli("status")
    assert stopped.code == 130
    assert stopped.err.startswith("veche status: error: interrupted")


@pytest.mark.parametrize("arguments", [["satus", "--json"], ["--json", "status"]])
def test_what_is_no_act_is_told_in_json_where_that_is_asked(
    arguments: list[str], cli: Cli
) -> None:
    error = json.loads(cli(*arguments).raw_err)["error"]
    assert (error["code"], error["hint"]) == ("usage", "veche --help")


_INTERRUPTED_WHILE_IT_LOADS = """
import sys

class Interruption:
    def find_spec(self, name, *_):
        if name == WHERE:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interruption())
sys.argv = ["veche", "exit-codes"]
from scripts.__main__ import main
main()
"""


@pytest.mark.parametrize(
    "where", ["scripts.acts", "scripts.shared.terminal", "typer", "scripts.exit_codes"]
)
def test_interruption_while_the_program_loads_is_no_traceback(where: str) -> None:
    code = _INTERRUPTED_WHILE_IT_LOADS.replace("WHERE", repr(where))
    command = [sys.executable, "-c", code]
    done = subprocess.run(  # noqa: S603  Python
        command, cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_a_program_that_ends_looks_through_its_memory_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A node's takes a second to look through, of the two in which it stops."""
    monkeypatch.setattr(sys, "argv", ["veche", "--version"])
    monkeypatch.setattr(terminal, "open_streams", lambda: None)
    for each in ("obey_sigterm", "obey_lost", "stop_at_once"):
        monkeypatch.setattr(stopping, each, lambda: None)
    try:
        with pytest.raises(SystemExit):
            program.main()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
