"""The application over its socket: in order, one at a time, beside the clients."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from threading import Event, get_ident
from typing import Any

import pytest

from node.engine.comet import abci_pb2 as abci
from node.engine.comet.engine import CometEngine
from node.engine.comet.frames import FrameReader, encode_frame
from node.engine.comet.socket_folder import open_socket_folder
from node.engine.comet.sockets import serve_application
from node.errors import EngineProtocolError
from node.rpc.dispatch import Dispatcher
from node.writer import begin_writer
from tests.node.engine.comet.conftest import Driver
from tests.node.wallet import Client, Wallet

_RECIPIENT = b"\x22" * 20
_NEVER = 60  # seconds after which a test that hangs fails


def _encode(name: str, value: Any = None) -> bytes:
    asked: dict[str, Any] = {name: abci.Empty() if value is None else value}
    return encode_frame(abci.Request(**asked).SerializeToString())


async def _names(incoming: asyncio.StreamReader, count: int) -> list[str | None]:
    """Return the names of the answers that come next."""
    frames, names = FrameReader(), list[str | None]()
    while len(names) < count:
        for message in frames.feed(await incoming.read(1 << 16)):
            names.append(abci.Response.FromString(message).WhichOneof("value"))
    return names


@pytest.fixture
def path() -> Iterator[Path]:
    with TemporaryDirectory() as folder:  # a socket's path is short
        yield Path(folder) / "app.sock"


def test_clients_are_answered_while_a_block_is_executed(
    driver: Driver, wallet: Wallet, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, answered, events = Event(), Event(), list[str]()
    execute = driver.machine.chain.execute_after

    def wait_and_execute(*arguments: Any) -> Any:
        events.append("executes")
        begun.set()
        assert answered.wait(_NEVER)
        events.append("executed")
        return execute(*arguments)

    monkeypatch.setattr(driver.machine.chain, "execute_after", wait_and_execute)
    client = Client(Dispatcher(CometEngine(driver.machine, lambda: 1_900_000_000)))
    block = driver.block(1, wallet.sign(_RECIPIENT))

    async def run() -> list[str | None]:
        with begin_writer() as writer:
            ended = asyncio.get_running_loop().create_future()
            server = await serve_application(driver.application, path, ended, writer)
            incoming, outgoing = await asyncio.open_unix_connection(path)
            for name, value in (("finalize_block", block), ("commit", None)):
                outgoing.write(_encode(name, value))
            await asyncio.to_thread(begun.wait, _NEVER)
            events.append(client.ask("eth_blockNumber"))
            answered.set()
            names = await _names(incoming, 2)
            outgoing.close()
            server.close()
            return names

    assert asyncio.run(run()) == ["finalize_block", "commit"]
    assert events == ["executes", "0x0", "executed"]
    assert client.ask("eth_blockNumber") == "0x1"


def test_who_may_connect_is_said_while_a_block_is_executed(
    driver: Driver, wallet: Wallet, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, answered = Event(), Event()
    execute = driver.machine.chain.execute_after

    def wait_and_execute(*arguments: Any) -> Any:
        begun.set()
        assert answered.wait(_NEVER)
        return execute(*arguments)

    monkeypatch.setattr(driver.machine.chain, "execute_after", wait_and_execute)
    block = driver.block(1, wallet.sign(_RECIPIENT))
    peer = abci.RequestQuery(path=f"/p2p/filter/id/{'ab' * 20}")

    async def run() -> list[str | None]:
        with begin_writer() as writer:
            ended = asyncio.get_running_loop().create_future()
            server = await serve_application(driver.application, path, ended, writer)
            consensus, queries = [
                await asyncio.open_unix_connection(path) for _ in range(2)
            ]
            consensus[1].write(_encode("finalize_block", block))
            await asyncio.to_thread(begun.wait, _NEVER)
            queries[1].write(_encode("query", peer) + _encode("flush"))
            names = await asyncio.wait_for(_names(queries[0], 2), _NEVER / 2)
            answered.set()
            names += await _names(consensus[0], 1)
            for _incoming, outgoing in (consensus, queries):
                outgoing.close()
            server.close()
            return names

    assert asyncio.run(run()) == ["query", "flush", "finalize_block"]


def test_a_node_that_stops_while_its_engine_is_connected_tells_of_no_error(
    driver: Driver, path: Path
) -> None:
    told: list[object] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: told.append(context))
        with begin_writer() as writer:
            ended = loop.create_future()
            server = await serve_application(driver.application, path, ended, writer)
            await asyncio.to_thread(ask)
            server.close()

    def ask() -> None:
        engine.connect(str(path))
        engine.sendall(_encode("info", abci.RequestInfo()))
        assert engine.recv(1)

    with socket.socket(socket.AF_UNIX) as engine:
        asyncio.run(run())
    assert told == []


def test_one_thread_answers_all_connections(
    driver: Driver, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, answer = set[int](), driver.application.answer

    def note(message: bytes) -> bytes:
        threads.add(get_ident())
        return answer(message)

    monkeypatch.setattr(driver.application, "answer", note)

    async def run() -> list[list[str | None]]:
        with begin_writer() as writer:
            ended = asyncio.get_running_loop().create_future()
            server = await serve_application(driver.application, path, ended, writer)
            lines = [await asyncio.open_unix_connection(path) for _ in range(4)]
            for _incoming, outgoing in lines:
                outgoing.write(_encode("info", abci.RequestInfo()) * 2)
            names = [await _names(incoming, 2) for incoming, _ in lines]
            for _incoming, outgoing in lines:
                outgoing.close()
            server.close()
            return names

    assert asyncio.run(run()) == [["info", "info"]] * 4
    assert len(threads) == 1
    assert get_ident() not in threads


def test_what_the_application_cannot_answer_ends_the_node(
    driver: Driver, path: Path
) -> None:
    async def run() -> None:
        with begin_writer() as writer:
            ended = asyncio.get_running_loop().create_future()
            server = await serve_application(driver.application, path, ended, writer)
            _incoming, outgoing = await asyncio.open_unix_connection(path)
            outgoing.write(_encode("commit"))
            try:
                await ended
            finally:
                outgoing.close()
                server.close()

    with pytest.raises(EngineProtocolError, match="before a block"):
        asyncio.run(run())


def test_the_folder_of_a_node_that_was_killed_goes_at_its_next_start(
    tmp_path: Path,
) -> None:
    killed = open_socket_folder(tmp_path)
    left = killed.__enter__()
    with open_socket_folder(tmp_path) as folder:
        assert not left.exists()
        assert folder.exists()
    assert [*tmp_path.iterdir()] == []
    assert not folder.exists()


def test_a_copy_of_a_folder_removes_nothing_of_the_node_that_runs(
    tmp_path: Path,
) -> None:
    (tmp_path / "node").mkdir()
    with open_socket_folder(tmp_path / "node") as running:
        copytree(tmp_path / "node", tmp_path / "copy")
        with open_socket_folder(tmp_path / "copy"):
            assert running.exists()
