"""One table of exit codes: each of them from a real act, or from where its test is."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from election.artifacts import ROOT
from node import exit_codes as of_nodes
from scripts.anybody import status
from scripts.shared.errors import OutputError
from scripts.shared.exit_codes import MEANINGS, ExitCode
from tests.scripts.conftest import Arguments, Cli, Outcome

ELSEWHERE: Final = {
    ExitCode.IN_USE: "test_home_that_a_service_holds_is_left_alone",
    ExitCode.DAMAGED: "test_a_damaged_folder_ends_with_a_code_of_its_own",
    ExitCode.IN_PART: "test_exit_code_says_that_something_was_set_aside",
    ExitCode.DECLINED: "test_lock_is_closed_by_a_yes_at_a_terminal",
}
"""Those that take more than an election that was deployed: where each is seen."""

RAISED: Final = {
    ExitCode.FAULT: ValueError("nobody thought of it"),
    ExitCode.UNWRITTEN: OutputError("stdout", "takes no result"),
    ExitCode.INTERRUPTED: KeyboardInterrupt(),
}
"""What befalls an act in its middle."""


def status_of_another_chain(cli: Cli, folder: Path) -> Outcome:
    record = json.loads((cli.folder / "election.json").read_text())
    (folder / "other.json").write_text(json.dumps(record | {"chain_id": 1}))
    other: Arguments = ["--election", folder / "other.json", "--rpc-url", cli.url]
    return cli("status", *other, "--json")


def listen_twice(cli: Cli) -> Outcome:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return cli("devnet", "--port", str(taken.getsockname()[1]), "--json")


ACTS: Final[dict[ExitCode, Callable[[Cli, Path], Outcome]]] = {
    ExitCode.DONE: lambda cli, _: cli.attempt("status"),
    **dict.fromkeys(RAISED, lambda cli, _: cli.attempt("status")),
    ExitCode.USAGE: lambda cli, _: cli("status", "--json"),
    ExitCode.NOT_SO: lambda cli, _: cli("network", "status", "--rpc-url", cli.url),
    ExitCode.PORT: lambda cli, _: listen_twice(cli),
    ExitCode.DISK: lambda cli, _: cli.attempt(
        "export", "--out", cli.folder / "password" / "record"
    ),
    ExitCode.INPUT: lambda cli, _: cli.attempt("freeze", key="nobody"),
    ExitCode.NOT_YET: lambda cli, _: cli.attempt("freeze", key="relay"),
    ExitCode.REFUSED: lambda cli, _: cli(
        "time", "2019-01-01T00:00:00Z", "--rpc-url", cli.url, "--json"
    ),
    ExitCode.UNREACHABLE: lambda cli, _: Cli(cli.folder, "http://127.0.0.1:1").attempt(
        "status"
    ),
    ExitCode.UNBELIEVABLE: status_of_another_chain,
    ExitCode.UNKNOWN: lambda cli, _: cli(
        "verify-booth", "http://127.0.0.1:1", "--hash", "1" * 64
    ),
}
TELL_A_RESULT: Final = {ExitCode.DONE, ExitCode.NOT_SO, ExitCode.UNKNOWN}


@pytest.mark.parametrize("code", ACTS, ids=lambda code: code.word)
def test_act_ends_with_the_code_that_says_what_became_of_it(
    code: ExitCode, prepared: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise RAISED[code]

    if code in RAISED:
        monkeypatch.setattr(status, "read_status", fail)
    ended = ACTS[code](prepared, tmp_path)
    assert ended.code == code, ended.raw_err
    if code in TELL_A_RESULT:
        assert ended.out
        return
    told = json.loads(ended.raw_err.splitlines()[-1])["error"]
    assert (told["code"], told["exit_code"]) == (code.word, code)
    assert told["act"].startswith("veche ")
    assert told["facts"]
    assert ended.out == ""


def test_every_code_is_seen_here_or_where_its_test_is() -> None:
    assert {*ACTS, *ELSEWHERE} == {*ExitCode} == {*MEANINGS}
    sources = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    for name in ELSEWHERE.values():
        assert any(f"def {name}(" in text for text in sources), name


def test_codes_of_the_node_are_of_the_same_table() -> None:
    same = {"REFUSED": "USAGE"}  # by a node's own word
    for code in of_nodes.ExitCode:
        assert int(ExitCode[same.get(code.name, code.name)]) == int(code)


def test_documentation_has_the_table() -> None:
    text = (ROOT / "docs/command-line.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.*) \|$", text, re.MULTILINE)
    assert rows == [
        (str(int(code)), code.word, meaning) for code, meaning in MEANINGS.items()
    ]


def test_act_prints_the_table(cli: Cli) -> None:
    listed = cli("exit-codes", "--json").result
    assert [each["code"] for each in listed] == [code.word for code in ExitCode]
    lines = cli("exit-codes").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-1].startswith("130  interrupted")


def test_times_in_json_are_iso_8601_with_their_zone(prepared: Cli) -> None:
    told = prepared.act("status")
    for each in (told["now"], *told["times"].values()):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each)
    record: Arguments = ["--election", prepared.folder / "election.json"]
    read = prepared("status", *record, "--rpc-url", prepared.url).out
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", read)
