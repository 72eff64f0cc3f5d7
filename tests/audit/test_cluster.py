"""Workers of a Dask cluster are believed as far as a sample that is computed here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread, current_thread, main_thread

import pytest
from distributed import Client, LocalCluster, get_worker

from election.audit import casts
from election.protocol.board import Board
from scripts.__main__ import run
from scripts.anybody import cluster as module
from scripts.anybody.cluster import (
    Answers,
    Cluster,
    WorkerLiedError,
    accept_address,
    connected,
)
from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.bundle_file import write_bundle
from tests.patience import wait_until

LIAR = 1


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Two workers in this process; the second is the liar where one lies."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # any other may be taken
    ) as cluster:
        yield cluster.scheduler_address


def is_worker() -> bool:
    """Tell whether this thread is of a worker, or of the loop that all share."""
    return current_thread() is not main_thread()


def am_liar() -> bool:
    try:
        return bool(get_worker().name == LIAR)
    except ValueError:  # here, and no worker
        return False


def double(number: int) -> int:
    return 2 * number


def double_or_lie(number: int) -> int:
    return 0 if am_liar() else 2 * number


def double_or_fail(number: int) -> int:
    if am_liar():
        raise MemoryError
    return 2 * number


def test_workers_do_as_map_does_and_a_share_is_recomputed(scheduler: str) -> None:
    with connected(scheduler, 25) as cluster:
        numbers = range(1, 101)
        assert [*cluster.spread(double, numbers)] == [2 * each for each in numbers]
        answers = cluster.answers
    assert (answers.workers, answers.given, answers.redone) == (2, 100, 0)
    assert answers.recomputed == 25
    told = "\n".join(answers.lines())
    assert "a chance of 75%" in told


def test_lying_worker_is_noticed_and_named(scheduler: str) -> None:
    with connected(scheduler, 50) as cluster:
        with pytest.raises(WorkerLiedError) as caught:
            [*cluster.spread(double_or_lie, range(1, 201))]
        workers = cluster._client.scheduler_info()["workers"]
    (liar,) = (at for at, each in workers.items() if each["name"] == LIAR)
    assert caught.value.workers == (liar,)


def test_part_of_a_failing_worker_is_done_here(scheduler: str) -> None:
    with connected(scheduler, 10) as cluster:
        assert [*cluster.spread(double_or_fail, range(40))] == [*range(0, 80, 2)]
        answers = cluster.answers
    assert answers.given + answers.redone == 40
    assert answers.redone > 0


def wait_forever_as_a_process(told: tuple[str, int]) -> int:
    """Never come back where a worker is a process of its own; say which it is."""
    folder, number = told
    if os.getpid() != number:
        Path(folder, "begun").write_text(str(os.getpid()))
        Event().wait()
    return number


def test_part_of_a_dead_worker_is_done_by_another(
    scheduler: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "dask", "worker", scheduler, "--no-nanny"]
    command += ["--no-dashboard", "--nthreads", "1", "--host", "127.0.0.1"]
    command += ["--local-directory", str(tmp_path)]
    quiet = subprocess.DEVNULL
    with (
        Client(scheduler, set_as_default=False) as client,
        subprocess.Popen(command, stdout=quiet, stderr=quiet) as worker,  # noqa: S603
    ):
        client.wait_for_workers(3)
        cluster = Cluster(client, 10)
        begun = tmp_path / "begun"
        parts = ((str(tmp_path), os.getpid()) for _ in range(30))
        answers = cluster.spread(wait_forever_as_a_process, parts)

        def kill() -> None:
            wait_until(begun.exists)
            os.kill(worker.pid, signal.SIGKILL)

        killer = Thread(target=kill)  # here a part of its may be waited for
        killer.start()
        given = list(answers)
        killer.join()
        assert given == [os.getpid()] * 30
        assert cluster.answers.given + cluster.answers.redone == 30


@pytest.mark.parametrize(
    "address",
    ["tcp://192.0.2.1:8786", "192.0.2.1:8786", "tls://", "tcp://127.0.0.1", "tcp://["],
)
def test_scheduler_that_anybody_could_reach_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="--cluster"):
        accept_address(address)


def test_scheduler_with_tls_may_be_anywhere() -> None:
    for address in ("tls://192.0.2.1:8786", "tcp://127.0.0.1:8786", "tcp://[::1]:1"):
        assert accept_address(address) == address


def digest_another() -> str:
    return "theirs" if is_worker() else "ours"


def test_worker_of_another_release_is_refused(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "digest_program", digest_another)
    with (
        pytest.raises(InputError, match="another version"),
        connected(scheduler, 10),
    ):
        pass


def test_without_dask_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match="needs Dask"),
        connected("tcp://127.0.0.1:8786", 10),
    ):
        pass


def test_chance_of_not_noticing_falls_with_each_lie() -> None:
    answers = Answers(one_of=10, workers=1)
    assert answers.chance(1) == pytest.approx(0.9)
    assert answers.chance(50) == pytest.approx(0.9**50)
    assert Answers(one_of=1, workers=1).chance(1) == 0


def test_nothing_of_a_cluster_is_kept_in_a_checkpoint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = ["audit", "x", "--cluster", "tcp://127.0.0.1:1", "--checkpoint", "y"]
    assert run(line) == ExitCode.USAGE
    assert "leave out --checkpoint" in capsys.readouterr().err
    assert run(["audit", "x", "--recompute", "50"]) == ExitCode.USAGE


def audit(
    bundle: Path, scheduler: str, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, dict[str, object]]:
    line = ["audit", str(bundle), "--json", "--cluster", scheduler, *more]
    code = run(line)
    return code, json.loads(capsys.readouterr().out)


def test_audit_by_a_cluster_is_that_of_one_machine(
    scheduler: str, board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "all.jsonl"
    write_bundle(bundle, board)
    assert run(["audit", str(bundle), "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    code, told = audit(bundle, scheduler, capsys)
    answers = told.pop("cluster")
    assert (code, told) == (0, alone)
    assert isinstance(answers, dict)
    assert answers["given"] > 0
    assert answers["lied"] == []


def sum_falsely(portion: casts.Portion) -> bytes | None:
    """Answer as a worker that leaves a portion out, and truly here."""
    try:
        get_worker()
    except ValueError:
        return TRUE_SUM(portion)
    return bytes(len(TRUE_SUM(portion) or b""))


TRUE_SUM = casts.sum_portion


def test_audit_counts_no_answer_of_a_cluster_with_a_liar(
    scheduler: str,
    board: Board,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = tmp_path / "all.jsonl"
    write_bundle(bundle, board)
    monkeypatch.setattr(casts, "sum_portion", sum_falsely)
    code, told = audit(bundle, scheduler, capsys, "--recompute", "100")
    answers = told["cluster"]
    assert isinstance(answers, dict)
    assert (code, told["held"]) == (0, True)
    assert answers["lied"]
