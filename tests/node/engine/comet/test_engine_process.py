"""The engine's process: what it is given, and when it ends or has to."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from node.engine.comet import standstill
from node.engine.comet.home import NodeHome
from node.engine.comet.supervisor import Sockets, Supervisor
from node.watching.journal import LogFile
from tests.patience import wait_until

_HANGS: Final = "exec sleep 600"


def _supervise(folder: Path, *, hangs: bool = False) -> Supervisor:
    """Return what runs the program in a folder, as a node at rest does."""

    async def fell_silent() -> bool:
        return hangs

    info = SimpleNamespace(engine_height=7)
    node: Any = SimpleNamespace(
        awaits_block=lambda: False, machine=SimpleNamespace(info=lambda: info)
    )
    reach: Any = SimpleNamespace(lose=lambda: None, fell_silent=fell_silent)
    return Supervisor(
        folder / "engine.sh",
        NodeHome(folder),
        Sockets(folder / "app.sock", folder / "engine.sock"),
        log=LogFile(folder / "engine.log", 10_000, 1),
        reach=reach,
        node=node,
    )


def _write(folder: Path, *lines: str) -> None:
    program = folder / "engine.sh"
    program.write_text("\n".join(("#!/bin/sh", f"cd {folder}", *lines, "")))
    program.chmod(0o700)


async def _run_until(supervisor: Supervisor, told: Path) -> None:
    running = asyncio.create_task(supervisor.run())
    while not told.exists():
        await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(("own", "found"), [(None, "400"), ("70", "70")])
def test_it_collects_garbage_less_often_unless_the_operator_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str | None, found: str
) -> None:
    monkeypatch.delenv("GOGC", raising=False)
    if own is not None:
        monkeypatch.setenv("GOGC", own)
    _write(tmp_path, "echo $GOGC > aside; mv aside told", _HANGS)
    asyncio.run(_run_until(_supervise(tmp_path), tmp_path / "told"))
    assert (tmp_path / "told").read_text().strip() == found


def test_one_that_hangs_does_not_outlive_a_node_that_is_killed(tmp_path: Path) -> None:
    """It would hold the ports of the next one, and could sign beside it."""
    _write(
        tmp_path, "trap '' TERM PIPE; echo $$ > aside; mv aside told; exec sleep 600"
    )
    told = tmp_path / "told"
    killed = os.fork()
    if not killed:
        try:
            asyncio.run(_supervise(tmp_path).run())
        finally:
            os._exit(1)
    wait_until(told.exists)
    os.kill(killed, signal.SIGKILL)
    os.waitpid(killed, 0)
    engine = int(told.read_text())
    try:
        wait_until(lambda: not _runs(engine))
    finally:
        with suppress(ProcessLookupError):
            os.kill(engine, signal.SIGKILL)


def _runs(process: int) -> bool:
    """Say whether a process is there, and no remains of one."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    ("line", "how"), [("exit 3", "with 3"), ("kill -9 $$", "by SIGKILL")]
)
def test_how_it_ended_is_told(tmp_path: Path, line: str, how: str) -> None:
    _write(tmp_path, line)
    reason = asyncio.run(_supervise(tmp_path)._run_once())
    assert reason.startswith(f"ended {how}: it says no reason")


def test_one_that_answers_no_more_begins_anew_at_rest_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits here, but the others miss its votes."""
    monkeypatch.setattr(standstill, "_STUCK", 0.1)
    monkeypatch.setattr(standstill, "_ASK", 0.05)
    monkeypatch.setattr("node.engine.comet.supervisor._LOOK", 0.01)
    _write(tmp_path, _HANGS)
    reason = asyncio.run(_supervise(tmp_path, hangs=True)._run_once())
    assert reason == "does not answer at height 7"


@pytest.mark.parametrize(
    ("names", "stays"),
    [
        (("LOCK", "LOG", "MANIFEST-000000"), False),
        (("LOCK", "LOG", "MANIFEST-000000", "CURRENT"), True),
        (("LOCK", "MANIFEST-000000", "000001.log"), True),
        (("LOCK", "MANIFEST-000000", "000001.ldb"), True),
    ],
    ids=str,
)
def test_one_that_was_killed_over_its_first_start_begins_all_the_same(
    tmp_path: Path, names: tuple[str, ...], stays: bool
) -> None:
    """What it had not begun to fill is forgotten, and nothing else."""
    database = tmp_path / "engine/data/blockstore.db"
    database.mkdir(parents=True)
    for name in names:
        (database / name).touch()
    _write(tmp_path, "exit 3")
    asyncio.run(_supervise(tmp_path)._run_once())
    assert database.exists() is stays
