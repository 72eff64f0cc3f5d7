"""What takes long runs beside the chain: it stops nothing, and ends when it must.

The gas limits here are so high that a hostile call would run for days: whatever a test
sees answered was not answered after it.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from node.hashing import keccak
from node.readers.spawner import Spawner
from node.rpc.methods import POLLS, READS
from tests.node.bytecode import assemble, deployment
from tests.node.running import Line, running, write_config
from tests.node.wallet import Wallet
from tests.patience import PATIENCE, wait_until

_CALLS_ITSELF = assemble("JUMPDEST 0 0 0 0 0 ADDRESS GAS CALL POP 0 JUMP")
_ENDLESS_GAS = 2**40
_HUNDREDS_OF_MB = 700_000_000
_ENOUGH = 86_400  # seconds; longer than any test


def _limits(**changes: int) -> dict[str, int]:
    return {
        "block_limit": _ENDLESS_GAS,
        "transaction_limit": _ENDLESS_GAS,
        "processes": 1,
        "seconds": _ENOUGH,
    } | changes


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Run a node with one reader that may take as long as it likes."""
    with running("--config", str(write_config(tmp_path, **_limits()))) as started:
        yield started


def _deploy(line: Line, runtime: bytes) -> dict[str, str]:
    raw = Wallet().sign(data=deployment(runtime))
    digest = line.result("eth_sendRawTransaction", "0x" + raw.hex())
    assert digest == "0x" + keccak(raw).hex()
    address = line.result("eth_getTransactionReceipt", digest)["contractAddress"]
    return {"to": address}


@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
def test_a_call_without_end_stops_nobody(
    hostile: tuple[Any, dict[str, Any]], method: str
) -> None:
    url = hostile[1]["url"]
    with Line(url) as canary, Line(url) as endless:
        call = _deploy(canary, _CALLS_ITSELF)
        endless.ask(method, call)
        assert canary.result("eth_blockNumber") == "0x1"
        sent = Wallet(nonce=1).sign(b"\x22" * 20)
        digest = canary.result("eth_sendRawTransaction", "0x" + sent.hex())
        assert (
            canary.result("eth_getTransactionReceipt", digest)["blockNumber"] == "0x2"
        )
        endless.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            endless.socket.recv(1)


def test_a_transaction_without_end_stops_nobody(
    hostile: tuple[Any, dict[str, Any]],
) -> None:
    """Its block is made in a thread; who reads is answered meanwhile."""
    url = hostile[1]["url"]
    with Line(url) as canary, Line(url) as endless:
        call = _deploy(canary, _CALLS_ITSELF)
        raw = Wallet(nonce=1).sign(
            bytes.fromhex(call["to"][2:]), gas=_ENDLESS_GAS, maxFeePerGas=0
        )
        endless.ask("eth_sendRawTransaction", "0x" + raw.hex())
        for _ in range(3):
            assert canary.result("eth_blockNumber") == "0x1"
            assert canary.result("eth_call", {"to": "0x" + "22" * 20}) == "0x"
        endless.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            endless.socket.recv(1)


@pytest.mark.parametrize("method", sorted(POLLS))
def test_a_poll_waits_for_a_reader_and_stops_nobody(
    hostile: tuple[Any, dict[str, Any]], method: str
) -> None:
    """The one reader is at an endless call; a poll would look at the whole chain."""
    url = hostile[1]["url"]
    with Line(url) as canary, Line(url) as endless, Line(url) as poller:
        call = _deploy(canary, _CALLS_ITSELF)
        number = canary.result("eth_newFilter", {})
        endless.ask("eth_call", call)
        poller.ask(method, number)
        assert canary.result("eth_blockNumber") == "0x1"
        poller.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            poller.socket.recv(1)


def test_what_a_reader_reported_of_a_filter_is_reported_once(
    hostile: tuple[Any, dict[str, Any]],
) -> None:
    with Line(hostile[1]["url"]) as line:
        logs = line.result("eth_newFilter", {})
        blocks = line.result("eth_newBlockFilter")
        raw = Wallet().sign(data=deployment(assemble("0 0 LOG0")))
        digest = line.result("eth_sendRawTransaction", "0x" + raw.hex())
        made = line.result("eth_getTransactionReceipt", digest)
        named = Wallet(nonce=1).sign(bytes.fromhex(made["contractAddress"][2:]))
        line.result("eth_sendRawTransaction", "0x" + named.hex())
        assert len(line.result("eth_getFilterChanges", blocks)) == 2
        assert line.result("eth_getFilterChanges", blocks) == []
        (log,) = line.result("eth_getFilterChanges", logs)
        assert log["blockNumber"] == "0x2"
        assert line.result("eth_getFilterChanges", logs) == []


def test_a_call_ends_when_its_client_leaves(
    hostile: tuple[Any, dict[str, Any]],
) -> None:
    """There is one reader only: who comes next could not be answered else."""
    process, announced = hostile
    with Line(announced["url"]) as canary, Line(announced["url"]) as endless:
        call = _deploy(canary, _CALLS_ITSELF)
        endless.ask("eth_call", call)
        assert canary.result("eth_blockNumber") == "0x1"  # it is under way by now
        endless.close()
        assert canary.result("eth_call", {"to": "0x" + "22" * 20}) == "0x"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=PATIENCE)[1] == ""  # and leaves no traceback


def test_a_node_stops_while_calls_run(hostile: tuple[Any, dict[str, Any]]) -> None:
    process, announced = hostile
    with Line(announced["url"]) as line, Line(announced["url"]) as endless:
        endless.ask("eth_call", _deploy(line, _CALLS_ITSELF))
        assert line.result("eth_blockNumber") == "0x1"
        process.send_signal(signal.SIGTERM)
        _, talk = process.communicate(timeout=PATIENCE)
    assert (process.returncode, talk) == (0, "")


def test_a_call_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = write_config(tmp_path, **_limits(seconds=1))
    with (
        running("--config", str(path)) as (_, announced),
        Line(announced["url"]) as line,
    ):
        line.ask("eth_call", _deploy(line, _CALLS_ITSELF))
        assert line.answer()["error"] == {
            "code": -32005,
            "message": "takes more than 1 seconds; ask for less",
        }


def test_a_call_that_takes_too_much_memory_is_given_up(
    hostile: tuple[Any, dict[str, Any]],
) -> None:
    code = assemble(f"1 {_HUNDREDS_OF_MB} MSTORE")
    with Line(hostile[1]["url"]) as line:
        line.ask("eth_call", {"data": "0x" + code.hex()})
        assert line.answer()["error"] == {
            "code": -32005,
            "message": "takes more than 512000000 bytes; ask for less",
        }
        assert line.result("eth_call", {"to": "0x" + "22" * 20}) == "0x"


def test_a_batch_of_calls_lets_others_in_between(
    hostile: tuple[Any, dict[str, Any]],
) -> None:
    with Line(hostile[1]["url"]) as canary, Line(hostile[1]["url"]) as busy:
        loop = "0x" + assemble("3_000 JUMPDEST 1 SWAP1 SUB DUP1 2 JUMPI").hex()
        call = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "eth_call",
            "params": [{"data": loop}],
        }
        busy.post(json.dumps([call] * 1_000).encode())
        assert canary.result("eth_call", {"to": "0x" + "22" * 20}) == "0x"
        busy.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            busy.socket.recv(1)


def test_a_reader_that_is_killed_is_replaced(
    hostile: tuple[Any, dict[str, Any]],
) -> None:
    process, announced = hostile
    with Line(announced["url"]) as canary, Line(announced["url"]) as endless:
        endless.ask("eth_call", _deploy(canary, _CALLS_ITSELF))
        assert canary.result("eth_blockNumber") == "0x1"
        wait_until(lambda: len(_descendants(process.pid)) == 2)
        os.kill(_descendants(process.pid)[1], signal.SIGKILL)
        error = endless.answer()["error"]
        assert error["message"].startswith("the process that answered is gone")
        assert canary.result("eth_call", {"to": "0x" + "22" * 20}) == "0x"


def test_blocks_are_made_when_nothing_forks_readers_any_more(
    hostile: tuple[Any, dict[str, Any]],
) -> None:
    process, announced = hostile
    with Line(announced["url"]) as line:
        os.kill(_descendants(process.pid)[0], signal.SIGKILL)
        wait_until(lambda: not _is_answered(line, "eth_call", {"to": "0x" + "22" * 20}))
        assert line.result("evm_mine") == "0x0"
        line.send("GET /ready HTTP/1.1")
        status, _headers, told = line.status()
        assert status == 503
        assert b"what answers calls and logs is gone" in told


def _is_answered(line: Line, method: str, *params: Any) -> bool:
    line.ask(method, *params)
    return "result" in line.answer()


def test_nothing_is_left_of_a_node_that_was_killed(
    hostile: tuple[Any, dict[str, Any]],
) -> None:
    process, announced = hostile
    with Line(announced["url"]) as canary, Line(announced["url"]) as endless:
        endless.ask("eth_call", _deploy(canary, _CALLS_ITSELF))
        assert canary.result("eth_blockNumber") == "0x1"
        wait_until(lambda: len(_descendants(process.pid)) == 2)
        left, folder = _descendants(process.pid), _folder_of(process.pid)
        assert folder.is_dir()
        process.kill()
        wait_until(lambda: not any(map(_is_running, left)))
        assert not folder.exists()


def _descendants(process: int) -> list[int]:
    """Return what a process forked, and what those forked; Linux only."""
    found = []
    children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    for child in map(int, children.split()):
        found += [child, *_descendants(child)]
    return found


def _folder_of(process: int) -> Path:
    """Return the folder that a process keeps its chain in for now."""
    files = [each.readlink() for each in Path(f"/proc/{process}/fd").iterdir()]
    return next(file.parent for file in files if file.name == "data.mdb")


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_simulation_sees_time_travel_and_what_was_taken_back(
    hostile: tuple[Any, dict[str, Any]],
) -> None:
    """A reader has no view of its own that outlives a request."""
    now = "0x" + assemble("TIMESTAMP 0 MSTORE NUMBER 32 MSTORE 64 0 RETURN").hex()
    with Line(hostile[1]["url"]) as line:
        seen = []
        snapshot = line.result("evm_snapshot")
        for _ in range(2):
            line.result("evm_mine", 2_000_000_000)
            line.result("evm_setNextBlockTimestamp", 3_000_000_000)
            seen.append(line.result("eth_call", {"data": now}))
            assert line.result("evm_revert", snapshot)
            seen.append(line.result("eth_call", {"data": now})[-2:])
            snapshot = line.result("evm_snapshot")
        ahead = "0x" + (3_000_000_000).to_bytes(32).hex() + (2).to_bytes(32).hex()
        assert seen == [ahead, "01"] * 2


def test_only_methods_that_read_go_to_readers() -> None:
    assert not any(name.startswith(("evm_", "eth_send")) for name in READS)


def test_readers_are_forked_again_when_a_process_was_one_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forks = iter([os.fork, _no_more_processes, os.fork])
    monkeypatch.setattr(os, "fork", lambda: next(forks)())  # noqa: PLW0108  each its own
    passing = tmp_path / "passing"
    passing.mkdir()
    spawner = Spawner(lambda channel: channel.sendall(b"hello"), passing=passing)
    try:
        with spawner.fork() as refused:
            assert refused.recv(5) == b""
        with spawner.fork() as begun:
            assert begun.recv(5) == b"hello"
    finally:
        spawner.close()
    assert not passing.exists()


def _no_more_processes() -> int:
    raise BlockingIOError
