"""Every option of every act, given what nobody should: an error, never a fault."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_args

import pytest
import typer

from election.client.rpc import connect
from scripts.acts import ACTS, find_module
from scripts.command_line import make_app
from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.json_file import read_text
from scripts.shared.options import (
    accept_chain,
    accept_contest,
    accept_delta,
    accept_pace,
    accept_path,
    accept_sha256,
    accept_wait,
)
from tests.scripts.conftest import Cli

_LONG_AGO: Final = "0001-01-01T00:00:00+23:59"
NUMBERS: Final = ["-1", "0", str(2**64), str(2**256), "9" * 5_000, "1e3", "", " 1"]
HOSTILE: Final[dict[Any, list[str]]] = {
    accept_path: [
        "",
        "x" * 300,
        "a/" * 5_000,
        "x\0",
        "\udcff" * 200,
        "/dev/null/x",
        "/dev/zero",
    ],
    accept_contest: ["-1", str(2**256), "9" * 5_000, "1_0", "\u0661", "", " 1", "999"],
    accept_chain: ["0", str(2**63), *NUMBERS],
    accept_delta: ["0", "7201", *NUMBERS],
    accept_wait: ["86401", *NUMBERS],
    accept_sha256: ["0x", "0" * 63, "g" * 64, "\u0660" * 64, "\udcff", *NUMBERS],
    accept_pace: ["0.1", "20.1", "1e1", "nan", "inf", *NUMBERS],
    int: NUMBERS,
    str: ["", "\0", "\udcff", "x" * 9_000, "\u202e", "-1", _LONG_AGO],
}
"""Values by what an option accepts."""

KEYS: Final = {
    "attest": "portal",
    "mark-paper": "polling_station",
    "trustee": "trustee-1",
    "share": "trustee-1",
    "issuer": "issuer-1",
    "issue": "issuer-1",
    "authorize": "observer",
    "cast": "relay",
    "request": "voter",
    "words": "voter",
    "credential": "voter",
    "ballot": "voter",
}
"""Who takes an act; the commission takes the others."""

ENDS: Final = {
    ExitCode.DONE,
    ExitCode.USAGE,
    ExitCode.NOT_SO,
    ExitCode.DISK,
    ExitCode.INPUT,
    ExitCode.NOT_YET,
    ExitCode.REFUSED,
    ExitCode.UNREACHABLE,
    ExitCode.UNBELIEVABLE,
}
"""How an act may end: as no fault of the program, and with nothing begun."""

SERVE: Final = ("devnet", "node", "network", "demo", "rehearse")
"""What is not run: it would not end, or would leave a node's folder."""


def list_commands() -> Iterator[tuple[list[str], Any]]:
    """List the command lines of all acts."""
    for act in (act for acts in ACTS.values() for act in acts):
        module = import_module(find_module(act))
        command: Any = typer.main.get_command(make_app(act, module))
        inner = getattr(command, "commands", {"": command})
        for name, each in inner.items():
            yield [act, name] if name else [act], each


def kind_of(parameter: Any) -> Any:
    """Tell by what an option's value is accepted; its type if by Typer alone."""
    described = parameter.type_descriptor
    inner = get_args(described.annotation) or (described.annotation,)
    return described.parameter_info.parser or inner[0]


def is_choice(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


PARAMETERS: Final = [
    pytest.param(line, command, each, id=" ".join([*line, each.name]))
    for line, command in list_commands()
    for each in command.params
    if kind_of(each) in HOSTILE and line[0] not in SERVE
]


def test_every_value_has_a_checked_type() -> None:
    """A path is never Typer's own, which asks nothing of the system."""
    kinds = {kind_of(each) for _, command in list_commands() for each in command.params}
    words = {each for each in kinds if each is bool or is_choice(each)}
    assert kinds - words == {*HOSTILE}


def test_every_id_of_a_contest_is_accepted_alike() -> None:
    named = ("contest", "contests", "no_voters", "override")
    found = [
        kind_of(each)
        for _, command in list_commands()
        for each in command.params
        if each.name in named
    ]
    assert len(found) > len(named)
    assert set(found) == {accept_contest}


def test_ids_of_contests_are_accepted_up_to_the_largest() -> None:
    assert [accept_contest(each) for each in ("0", str(2**256 - 1))] == [0, 2**256 - 1]
    assert [accept_delta(each) for each in ("1", "7200")] == [1, 7200]


REFUSED: Final = (
    (accept_path, ("", "x" * 300, "x\0")),
    (accept_contest, ("-1", str(2**256), "9" * 5_000, "1_0", "\u0661", "", " 1")),
    (accept_chain, ("0", str(2**63))),
    (accept_wait, ("-1", "86401")),
    (accept_delta, ("0", "7201")),
    (accept_pace, ("0.1", "20.1", "1e1", "nan", "1.55")),
    (accept_sha256, ("", "0" * 63, "0" * 65, "g" * 64)),
)


@pytest.mark.parametrize(
    ("accept", "text"), [(each, text) for each, texts in REFUSED for text in texts]
)
def test_value_beyond_its_bounds_is_refused_before_the_act(
    accept: Callable[[str], object], text: str
) -> None:
    with pytest.raises(typer.BadParameter):
        accept(text)


def test_named_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    """Neither where it is typed, nor where another file or a setting names it."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(typer.BadParameter, match="is no file, but a pipe"):
        accept_path(str(tmp_path / "pipe"))
    with pytest.raises(InputError, match="is no file, but a pipe"):
        read_text(tmp_path / "pipe")


def test_pace_is_accepted_from_the_slowest_to_the_fastest() -> None:
    assert [accept_pace(each) for each in ("0.2", "1.5", "20")] == [0.2, 1.5, 20]


@pytest.fixture
def values(
    prepared: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Give each option that is required something plausible."""
    monkeypatch.chdir(tmp_path)  # where a hostile name that can be is written
    (tmp_path / "file").write_text("{}")
    return {
        "election": str(prepared.folder / "election.json"),
        "password_file": str(prepared.folder / "password"),
        "terms": str(prepared.folder / "terms.json"),
        "terms_hash": (prepared.folder / "terms-hash").read_text(),
        "out": str(tmp_path / "out"),
        "contest": "1",
        "delta": "60",
        "role": "relay",
        "wish": "register",
        "ceremony": "trustees",
        "moment": "2019-01-01T00:00:00Z",
        "list_file": str(tmp_path / "file"),
        "places": "http://127.0.0.1:1",
        "rpc_url": prepared.url,
        "rpc_urls": prepared.url,
    }


@pytest.mark.parametrize(("line", "command", "tried"), PARAMETERS)
def test_value_that_nobody_should_give_is_an_error_and_no_fault(
    prepared: Cli,
    values: dict[str, str],
    line: list[str],
    command: Any,
    tried: Any,
) -> None:
    connection = connect(prepared.url)
    head = connection.read_head()
    values["key"] = str(prepared.key(KEYS.get(line[0], "commission")))
    for hostile in HOSTILE[kind_of(tried)]:
        named, placed = list(line), ["--"]
        for each in command.params:
            if each is tried:
                value = hostile
            elif each.required or each.name in ("password_file", "rpc_url", "rpc_urls"):
                value = values.get(each.name, values["list_file"])
            else:
                continue
            if each.param_type_name == "argument":
                placed.append(value)
            else:
                named.append(f"{each.opts[0]}={value}")
        done = prepared(*named, *placed)
        assert done.code in ENDS, (hostile[:20], done.err)
        assert done.err.count(": error: ") == (done.code != ExitCode.DONE)
        assert "Traceback" not in done.err
    assert connection.read_head() == head
