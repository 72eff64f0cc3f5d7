"""Acts that are killed at any moment and run again: the same end, and nothing twice.

An act is killed (SIGKILL) at a step that a seed draws: before or after a request to the
node, or where a file is opened for writing, named, linked or removed.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from election.client import rpc
from election.client.rpc import Connection, connect
from election.client.transport import open_post
from tests.scripts.conftest import Cli, Outcome, read_address, write_election

SEED: Final = 2019
KILLS: Final = 3  # of each act
_WRITING: Final = os.O_WRONLY | os.O_RDWR
_NAMING: Final = ("os.rename", "os.link", "os.remove")

Act = Callable[[Cli], Outcome]


class Steps:
    """Count what an act does, and kill it at one of these steps; 0 kills at none."""

    def __init__(self, fatal: int) -> None:
        self.fatal = fatal
        self.count = 0

    def take(self) -> None:
        self.count += 1
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Watch files by audit events, and the node by what is posted to it."""
        sys.addaudithook(self._hear)

        def open_watched(url: str) -> Callable[[bytes], bytes]:
            post = open_post(url)

            def post_watched(body: bytes) -> bytes:
                self.take()
                answer = post(body)
                self.take()
                return answer

            return post_watched

        pytest.MonkeyPatch().setattr(rpc, "open_post", open_watched)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_writing = event == "open" and bool(arguments[2] & _WRITING)
        if is_writing or event in _NAMING:
            self.take()


def run_child(act: Act, cli: Cli, *, fatal: int) -> tuple[int, int]:
    """Run an act in a process of its own; give its exit code, and its steps if told."""
    context = get_context("fork")  # which inherits the cost of passwords
    near, far = context.Pipe(duplex=False)

    def run() -> None:
        sys.stdout = sys.stderr = StringIO()
        steps = Steps(fatal)
        steps.watch()
        code = act(cli).code
        far.send(steps.count)
        os._exit(code)

    program = context.Process(target=run)
    program.start()
    far.close()
    program.join()
    code = program.exitcode
    assert code is not None
    return code, near.recv() if code == 0 else 0


def deploy(cli: Cli) -> Outcome:
    return cli.attempt_deploy("--shift-to", "now+10m")


def publish(cli: Cli) -> Outcome:
    table, lists = cli.folder / "voters.csv", cli.folder / "lists"
    return cli.attempt("publish-list", table, "--out", lists, key="commission")


def list_files(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*")}


def clear(folder: Path, files: set[str]) -> None:
    for each in sorted(folder.rglob("*"), reverse=True):
        if str(each.relative_to(folder)) not in files:
            each.rmdir() if each.is_dir() else each.unlink()


@pytest.fixture
def chain(cli: Cli) -> Connection:
    write_election(cli)
    return connect(cli.url)


def count_sent(connection: Connection, cli: Cli) -> int:
    sender = "0x" + read_address(cli.key("commission")).hex()
    return int(str(connection.request("eth_getTransactionCount", sender, "latest")), 16)


def begin_list(cli: Cli) -> None:
    cli.deploy()
    cli.act("time", "list")
    (cli.folder / "voters.csv").write_text("contest,voter_id\n1,AB-1\n1,AB-2\n")


@pytest.mark.parametrize(
    ("prepare", "act"), [(None, deploy), (begin_list, publish)], ids=["deploy", "lists"]
)
def test_act_that_is_killed_ends_as_it_would_have(
    prepare: Callable[[Cli], None] | None, act: Act, cli: Cli, chain: Connection
) -> None:
    if prepare is not None:
        prepare(cli)
    random, files = Random(SEED), list_files(cli.folder)  # noqa: S311  to repeat it
    snapshot = chain.request("evm_snapshot")
    code, steps = run_child(act, cli, fatal=0)
    assert code == 0
    expected = count_sent(chain, cli), list_files(cli.folder)
    for fatal in random.sample(range(1, steps + 1), KILLS):
        chain.request("evm_revert", snapshot)
        snapshot = chain.request("evm_snapshot")
        clear(cli.folder, files)
        assert run_child(act, cli, fatal=fatal)[0] == -signal.SIGKILL
        ended = act(cli)
        assert ended.code == 0, (fatal, ended.raw_err)
        assert (count_sent(chain, cli), list_files(cli.folder)) == expected, fatal
        assert act(cli).code == 0
        assert count_sent(chain, cli) == expected[0], fatal
