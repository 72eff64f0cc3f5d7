"""Run one node of a network: application, engine and JSON-RPC, until a signal."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from node.config import Config, abi_folder, read_config
from node.door import Door
from node.engine.comet.agreement import Agreement
from node.engine.comet.application import Application
from node.engine.comet.card import read_card
from node.engine.comet.engine import CometEngine
from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.finality import Finality
from node.engine.comet.genesis import encode_shared, network_config, read_shared
from node.engine.comet.guard import hold_home, hold_key
from node.engine.comet.home import NodeHome, read_listen, read_peers, read_signing_key
from node.engine.comet.membership import Membership
from node.engine.comet.misbehaviour import Misbehaviours
from node.engine.comet.peers_port import require_peers_port
from node.engine.comet.reach import Reach
from node.engine.comet.socket_folder import open_socket_folder
from node.engine.comet.sockets import serve_application
from node.engine.comet.standing import Standing
from node.engine.comet.supervisor import Sockets, Supervisor
from node.errors import ConfigError, HomeError
from node.front import make_application
from node.keeping import continue_chain
from node.listening import listen, spell_url
from node.machine import StateMachine
from node.naming.dictionary import read_dictionary
from node.readers.pool import Readers
from node.service import (
    Place,
    Talk,
    look_regularly,
    open_folder,
    open_journal,
    watch_engine,
)
from node.serving import Desk
from node.watching.journal import LogFile
from node.watching.watch import Watch
from node.writer import begin_writer


def read_described(root: Path, local: Config) -> tuple[Config, str]:
    """Return a node's configuration, and the genesis that it shares with its network.

    local: what is not shared. Raises: ConfigError.
    """
    home = NodeHome(root)
    try:
        genesis = home.genesis.read_bytes().decode()
    except FileNotFoundError as error:
        raise HomeError(
            root, "is in no network; `veche network join` is next"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((str(home.genesis), "cannot be read as text")) from error
    return network_config(read_shared(genesis), local), genesis


def run_node(root: Path, program: Path, path: Path, place: Place, talk: Talk) -> None:
    """Serve a network's node from its folder until Ctrl-C or SIGTERM.

    path: of what is not shared, which place goes before. Raises: NodeError if it cannot
    begin, or cannot go on.
    """
    home, local = NodeHome(root), read_config(path)
    config, genesis = read_described(root, local)
    host = place.host or local.rpc.host
    port = local.rpc.port if place.port is None else place.port
    with (
        hold_home(root),
        hold_key(read_signing_key(home)),
        open_folder(config, home.chain) as (folder, spawner),
        listen(host, port) as listener,
        continue_chain(config, folder, begin=True) as store,
        open_journal(talk, None) as journal,
    ):
        require_peers_port(read_listen(home))
        machine = StateMachine(config, store)
        readers = Readers(spawner, config.reads, store.inode)
        dictionary = read_dictionary(abi_folder(config, path))
        engine = CometEngine(machine, lambda: int(time.time()))
        watch = watch_engine(engine, journal, dictionary, folder, names=local)
        watch.readers = spawner.is_there
        log = LogFile(home.log, local.log.file_size, local.log.files)
        running = _Running(home, program, engine, watch, genesis, log)
        asyncio.run(running.serve(listener, readers, talk.say))


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


def _end_with(stopped: asyncio.Future[None], task: asyncio.Task[None]) -> None:
    """End the node with what ended a part of it: half a node is none."""
    if not task.cancelled() and not stopped.done() and (error := task.exception()):
        stopped.set_exception(error)


class _Running:
    """Hold the parts of a node that runs."""

    def __init__(
        self,
        home: NodeHome,
        program: Path,
        engine: CometEngine,
        watch: Watch,
        genesis: str,
        log: LogFile,
    ) -> None:
        self._home = home
        self._log = log
        self._program = program
        self._engine = engine
        self._watch = watch
        self._genesis = genesis
        shared = encode_shared(read_shared(genesis))
        self._peers = read_peers(home)
        ids = [peer.partition("@")[0] for peer in self._peers]
        own = read_card(home.card).node_id
        self._membership = Membership(engine.machine, ids, own)
        self._misbehaviours = Misbehaviours(home.misbehaviour)
        self._application = Application(
            self._membership, shared, self._misbehaviours, engine.follow, watch
        )

    async def serve(
        self, listener: socket.socket, readers: Readers, say: Callable[[str], None]
    ) -> None:
        """Serve until a signal. Raises: what ended the application."""
        stopped = _await_signal()
        with (
            open_socket_folder(self._home.root) as folder,
            begin_writer() as writer,
        ):
            sockets = Sockets(folder / "app.sock", folder / "engine.sock")
            server = await serve_application(
                self._application, sockets.application, stopped, writer
            )
            rpc = EngineRpc(sockets.engine)
            desk = self._open_desk(rpc, readers, writer)
            bounds = self._engine.chain.config.rpc
            door = Door(make_application(desk, bounds, self._watch), bounds)
            try:
                async with door.opened(listener):
                    tasks = self._begin(sockets, rpc, writer)
                    for task in tasks:
                        task.add_done_callback(partial(_end_with, stopped))
                    url = spell_url(listener)
                    say(url)
                    self._watch.begin(url, self._home.root)
                    try:
                        await stopped
                    finally:
                        for task in tasks:
                            task.cancel()
                        await asyncio.gather(*tasks, return_exceptions=True)
                        server.close()
            finally:
                await rpc.close()
                await asyncio.get_running_loop().run_in_executor(writer, int)
                self._watch.end()

    def _open_desk(self, rpc: EngineRpc, readers: Readers, writer: Executor) -> Desk:
        finality = Finality(rpc, self._genesis, self._membership.changes)
        standing = Standing(
            rpc,
            self._membership,
            self._misbehaviours,
            self._application.clock,
            self._genesis,
            self._say_stalled,
        )
        return Desk(
            self._engine, readers, finality.prove, stand=standing.tell, writer=writer
        )

    def _say_stalled(self) -> str | None:
        return self._watch.stalled()

    def _begin(
        self, sockets: Sockets, rpc: EngineRpc, writer: Executor
    ) -> list[asyncio.Task[None]]:
        reach = Reach(rpc, self._membership, self._peers)
        agreement = Agreement(reach, self._engine, self._watch.tell)
        self._watch.stalled = lambda: agreement.reason
        supervisor = Supervisor(
            self._program,
            self._home,
            sockets,
            log=self._log,
            reach=reach,
            node=self._engine,
        )
        return [
            asyncio.create_task(supervisor.run()),
            asyncio.create_task(reach.keep()),
            asyncio.create_task(agreement.keep()),
            asyncio.create_task(self._engine.give_on(rpc, writer)),
            asyncio.create_task(look_regularly(self._watch)),
        ]
