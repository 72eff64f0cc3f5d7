"""`veche node` keeps a chain in a folder."""

from __future__ import annotations

import fcntl
import json
import re
import shlex
import socket
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from election.artifacts import ROOT
from node import errors
from node.config import DEFAULT_PATH, read_config
from node.exit_codes import ExitCode, exit_code
from scripts.nodes.acts.node import COMMANDS
from scripts.shared.exit_codes import ExitCode as OfActs
from scripts.shared.node_refusals import HINTS
from tests.node.running import running
from tests.patience import PATIENCE
from tests.scripts.conftest import Cli
from tests.scripts.pasting import list_to_paste


@pytest.fixture
def home(tmp_path: Path, cli: Cli) -> Path:
    made = cli("node", "init", "--home", str(tmp_path / "chain"))
    assert made.code == 0
    return tmp_path / "chain"


def _ask(cli: Cli, *arguments: str) -> dict[str, Any]:
    answer = cli("node", *arguments, "--json")
    assert answer.code == 0
    result: dict[str, Any] = json.loads(answer.out)
    return result


def test_a_chain_is_made_copied_moved_and_verified(cli: Cli, home: Path) -> None:
    copy, blocks, other = (home.with_name(name) for name in ("copy", "rlp", "other"))
    chain = ("--home", str(home))
    assert _ask(cli, "backup", *chain, "--to", str(copy))["height"] == 0
    exported = _ask(cli, "export", *chain, "--out", str(blocks))
    assert exported["bytes"] == len(blocks.read_bytes()) > 0
    imported = ("import", "--home", str(other), "--blocks", str(blocks))
    assert _ask(cli, *imported)["height"] == 0
    heads = [
        _ask(cli, "verify", "--home", str(each))["head"] for each in (home, copy, other)
    ]
    assert len(set(heads)) == 1


def test_what_follows_an_act_works_as_it_stands_with_a_configuration_of_ones_own(
    cli: Cli, tmp_path: Path
) -> None:
    """Each line that says what is next is typed, up to what serves until it ends."""
    own, first, blocks = (tmp_path / name for name in ("own.toml", "first", "rlp"))
    own.write_text(
        DEFAULT_PATH.read_text("utf-8").replace("id = 1447379784", "id = 777")
    )
    by = ("--config", str(own), "--home", str(first))
    assert "id = 777" in own.read_text()

    def follow(*arguments: str, other: str = "") -> list[str]:
        done = cli("node", *arguments)
        assert done.code == 0, done.err
        (line,) = list_to_paste(done.err)
        return shlex.split(line.replace("OTHER", other))[2:]

    assert follow("init", *by)[0] == "start"
    copied = follow("backup", *by, "--to", str(tmp_path / "copy"))
    assert cli("node", *copied).code == 0
    exported = follow("export", *by, "--out", str(blocks), other=f"{tmp_path}/other")
    assert follow(*exported)[0] == "start"
    refused = cli("node", "verify", "--home", str(first))
    assert "give the --config that it was made by" in refused.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing command"),
        (["nonsense"], "No such command 'nonsense'"),
        (["verify"], "home: give --home, or store.home in"),
        (["verify", "--home", "/nowhere"], "/nowhere: holds no chain"),
        (
            ["verify", "--config", "/nowhere.toml"],
            "/nowhere.toml: there is no such file",
        ),
        (["init", "--home", "{home}"], "{home}: is not empty"),
        (["export", "--home", "{home}", "--out", "{home}"], "{home}: file exists"),
    ],
)
def test_what_is_wrong_is_one_error_and_a_hint_if_any_helps(
    cli: Cli, home: Path, arguments: list[str], words: str
) -> None:
    given = [each.format(home=home) for each in arguments]
    refused = cli("node", *given)
    is_taken = words.endswith(("file exists", "is not empty"))  # never overwritten
    assert refused.code == (OfActs.INPUT if is_taken else ExitCode.REFUSED)
    first, *hints = refused.err.splitlines()
    act = " ".join(("veche node", *(each for each in given[:1] if each in COMMANDS)))
    assert first.startswith(f"{act}: error: " + words.format(home=home))
    assert all(hint.startswith(f"{act}: hint: ") for hint in hints[:1])
    assert "--help shows an example" not in refused.err
    assert len(hints) <= 1
    assert not refused.out


def test_a_file_of_blocks_that_is_cut_says_how_many_are_kept(
    cli: Cli, home: Path, tmp_path: Path
) -> None:
    blocks, other = tmp_path / "blocks", tmp_path / "other"
    given = ("--home", str(other), "--blocks", str(blocks))
    told = cli("node", "import", *given)
    assert (told.code, other.exists()) == (OfActs.INPUT, False)
    assert f"{blocks}: there is no such file" in told.err
    assert cli("node", "export", "--home", str(home), "--out", str(blocks)).code == 0
    blocks.write_bytes(blocks.read_bytes() + b"\xf9\x01\x00")
    told = cli("node", "import", *given)
    assert told.code == OfActs.INPUT
    assert "item 1 is cut short; blocks 0 to 0 are kept" in told.err


def test_a_missing_folder_is_not_served(cli: Cli, tmp_path: Path) -> None:
    """A chain that was expected there must not be begun anew."""
    home = tmp_path / "nowhere"
    started = cli("node", "start", "--home", str(home), "--port", "0")
    assert started.code == 2
    assert f"{home}: holds no chain; `veche node init` makes one" in started.err
    assert not home.exists()


@pytest.mark.parametrize("act", COMMANDS)
def test_help_of_every_act_on_a_folder_shows_its_example(act: str, cli: Cli) -> None:
    shown = cli("node", *act.split(), "--help")
    assert shown.code == 0
    assert f"Example:\n    veche node {act} --" in shown.out


# How it ends


def test_whatever_ends_with_a_code_of_its_own_has_a_next_step() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    ends = {
        kind.__name__
        for kind in kinds
        if issubclass(kind, errors.NodeError)
        if exit_code(kind.__new__(kind)) != ExitCode.REFUSED
    }
    assert len(ends) > 5
    assert ends <= set(HINTS)


def test_a_port_in_use_ends_with_a_code_of_its_own(cli: Cli, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        refused = cli("node", "start", "--home", str(home), "--port", port)
    assert refused.code == ExitCode.PORT
    assert f"127.0.0.1:{port} is in use; --port gives another" in refused.err


def test_a_folder_in_use_ends_with_a_code_of_its_own(cli: Cli, home: Path) -> None:
    with (home / "node.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = cli("node", "start", "--home", str(home), "--port", "0")
    assert refused.code == ExitCode.IN_USE
    assert f"{home}: another node is using it" in refused.err


@pytest.mark.parametrize("act", ["start", "verify", "backup"])
def test_a_damaged_folder_ends_with_a_code_of_its_own(
    cli: Cli, home: Path, act: str
) -> None:
    (home / "data.mdb").write_bytes(b"\xff" * 8_192)
    more = {"start": ["--port", "0"], "backup": ["--to", str(home) + "2"]}
    refused = cli("node", act, "--home", str(home), *more.get(act, []))
    assert refused.code == ExitCode.DAMAGED
    assert "hint: give a copy that `veche node backup` made" in refused.err


# The configuration


def test_all_that_is_wrong_is_told_a_line_each_with_file_and_key(
    cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    text = DEFAULT_PATH.read_text("utf-8")
    path.write_text(text.replace("8545", "-1").replace("warn = 5", "wran = 5"), "utf-8")
    refused = cli("node", "config", "show", "--config", str(path))
    assert refused.code == ExitCode.REFUSED
    start = f"veche node config show: error: {path}: "
    *errors, hint = refused.err.splitlines()
    keys = {line.removeprefix(start).split(":")[0] for line in errors}
    assert keys == {"rpc.port", "clock.warn", "clock.wran"}
    assert "hint: hardhat-free-devnet.toml shows every key" in hint


def test_the_configuration_is_shown_whole_and_without_keys(cli: Cli) -> None:
    shown = _ask(cli, "config", "show")
    config = read_config()
    text = cli("node", "config", "show").out
    for account in config.accounts:
        assert account.private_key not in text + json.dumps(shown)
    assert {*shown} == {*type(config).model_fields, "file", "genesis"}
    assert shown["accounts"][0]["name"] == "commission"
    assert shown["log"]["abi"] == str(DEFAULT_PATH.parent / "abi")
    read = tomllib.loads(text)
    assert read["rpc"] == shown["rpc"]
    assert read["names"] == shown["names"]


def test_the_names_of_the_file_are_those_of_rehearsals() -> None:
    accounts = (ROOT / "elections" / "test-accounts.toml").read_text("utf-8")
    named = re.findall(r'"(0x\w{40})",?  # (.*)|\[\[\w+\.members\]\]  # (.*)\n'
                       r'account = "(0x\w{40})"', accounts)  # fmt: skip
    expected = {
        "test-" + (a or b).replace(" ", "-"): address or other
        for address, a, b, other in named
    }
    assert read_config().names == expected


# How it is


def test_status_tells_of_a_node_that_is_ready(cli: Cli) -> None:
    with running() as (_, announced):
        asked = ("node", "status", "--rpc-url", announced["url"], "--wait", "30")
        shown, told = cli(*asked), cli(*asked, "--json")
    assert (shown.code, told.code) == (0, 0)
    assert "ready        yes" in shown.out
    assert json.loads(told.out)["height"] == 0


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:1", "nothing answers: connection refused"),
        ("http://nowhere.invalid", "nothing answers: "),
    ],
)
def test_status_of_nothing_is_not_ready(cli: Cli, url: str, why: str) -> None:
    told = cli("node", "status", "--rpc-url", url)
    assert told.code == ExitCode.NOT_SO
    assert why in told.out


def test_status_of_something_else_is_not_ready(cli: Cli) -> None:
    """The beds of these tests answer nothing at /ready but what is theirs."""
    with serving(b'{"ready": "\x1b[2J"}') as url:
        told = cli("node", "status", "--rpc-url", url)
    assert told.code == ExitCode.NOT_SO
    assert "what answers is no node of this kind" in told.out
    refused = cli("node", "status", "--rpc-url", "file:///etc/passwd")
    assert refused.code == ExitCode.REFUSED


@contextmanager
def serving(body: bytes) -> Iterator[str]:
    """Answer one HTTP request with a body; gives where."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(10_000)
                client.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + body)

        thread = Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(PATIENCE)
