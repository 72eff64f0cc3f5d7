"""Run one node of a network: application, engine and JSON-RPC, until a signal."""

from __future__ import annotations

import asyncio
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from node.config import read_config
from node.engine.comet.application import Application
from node.engine.comet.engine import CometEngine
from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.finality import Finality
from node.engine.comet.genesis import encode_shared, network_config, read_shared
from node.engine.comet.home import NodeHome
from node.engine.comet.sockets import serve_application
from node.engine.comet.supervisor import Sockets, Supervisor
from node.errors import ConfigError
from node.keeping import continue_chain
from node.listening import listen
from node.machine import StateMachine
from node.readers.pool import Readers
from node.service import open_folder, serve_desk
from node.serving import Desk

_GRACE = 2.0  # seconds that open connections get when the node stops


def run_node(
    root: Path, program: Path, *, host: str, port: int, say: Callable[[str], None]
) -> None:
    """Serve a network's node from its folder until Ctrl-C or SIGTERM.

    Raises: NodeError if it cannot begin, or cannot go on.
    """
    home = NodeHome(root)
    try:
        genesis = home.genesis.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((str(home.genesis), "cannot be read as text")) from error
    config = network_config(read_shared(genesis), read_config())
    with (
        open_folder(config, home.chain) as (folder, spawner),
        listen(host, port) as listener,
        continue_chain(config, folder, begin=True) as store,
    ):
        machine = StateMachine(config, store)
        readers = Readers(spawner, config.reads)
        running = _Running(home, program, machine, genesis)
        asyncio.run(running.serve(listener, readers, say))


def _await_signal() -> asyncio.Future[None]:
    """Return what is done at Ctrl-C and SIGTERM, or fails with what ends the node."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if not stopped.done():
            stopped.set_result(None)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return stopped


class _Running:
    """Hold the parts of a node that runs."""

    def __init__(
        self,
        home: NodeHome,
        program: Path,
        machine: StateMachine,
        genesis: str,
    ) -> None:
        self._home = home
        self._program = program
        self._engine = CometEngine(machine, lambda: int(time.time()))
        self._genesis = genesis
        shared = encode_shared(read_shared(genesis))
        self._application = Application(machine, shared, self._engine.forget_mined)

    async def serve(
        self, listener: socket.socket, readers: Readers, say: Callable[[str], None]
    ) -> None:
        """Serve until a signal. Raises: what ended the application."""
        stopped = _await_signal()
        with tempfile.TemporaryDirectory(prefix="veche-") as folder:
            sockets = Sockets(Path(folder) / "app.sock", Path(folder) / "engine.sock")
            server = await serve_application(
                self._application, sockets.application, stopped
            )
            rpc = EngineRpc(sockets.engine)
            finality = Finality(rpc, self._genesis, lambda: ())
            desk = Desk(self._engine, readers, finality.prove)
            runner = serve_desk(desk, self._engine.chain.config.rpc.max_body)
            await runner.setup()
            site = web.SockSite(runner, listener, shutdown_timeout=_GRACE)
            await site.start()
            host, port = listener.getsockname()[:2]
            tasks = self._begin(sockets, rpc)
            say(f"http://{host}:{port}")
            try:
                await stopped
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                server.close()
                await runner.cleanup()
                await rpc.close()

    def _begin(self, sockets: Sockets, rpc: EngineRpc) -> list[asyncio.Task[None]]:
        supervisor = Supervisor(
            self._program,
            self._home,
            sockets,
            rpc=rpc,
            waiting=lambda: len(self._engine.pending) > 0,
            height=lambda: self._engine.machine.info().engine_height,
        )
        return [
            asyncio.create_task(supervisor.run()),
            asyncio.create_task(self._engine.give_on(rpc)),
        ]
