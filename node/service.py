"""Serve JSON-RPC over HTTP: the shell that owns socket, clock, timer and signals."""

from __future__ import annotations

import asyncio
import logging
import socket
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from node.config import DEFAULT_PATH, Config, abi_folder, beside, home_of, read_config
from node.door import Door
from node.engine.local import LocalEngine
from node.errors import ConfigError, NodeError
from node.front import make_application
from node.helper import helped, serve_help
from node.keeping import continue_chain, identify
from node.listening import listen, spell_url
from node.naming.dictionary import Dictionary, read_dictionary
from node.naming.report import Reporter
from node.readers.pool import Readers
from node.readers.reader import serve_reads
from node.readers.spawner import Spawner
from node.serving import Desk
from node.watching.banner import announce, announce_json
from node.watching.clock import ClockWatch, steady
from node.watching.journal import Journal, LogFile, Messages, Say
from node.watching.stopping import Stopping
from node.watching.supervisor import notify
from node.watching.watch import Watch
from node.writer import begin_writer

if TYPE_CHECKING:  # a devnet needs none of it
    from node.engine.comet.engine import CometEngine

_LATE = 3  # intervals without a block, from which on they do not come
_HELP = 1  # which job of the spawner's
_LOOK = 1.0  # seconds between looks at the clock


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a node listens and keeps its chain, instead of what its file says.

    port: 0 takes any free one. begin: make the folder's chain if it has none.
    """

    host: str | None = None
    port: int | None = None
    home: Path | None = None
    begin: bool = True


@dataclass(frozen=True, slots=True)
class Talk:
    """Say how a node talks.

    say: prints a line of the announcement. tell: shows a line of what happens; it may
    come from another thread. quiet: show warnings alone. as_json: announce as one line.
    """

    say: Say
    tell: Say
    quiet: bool = False
    as_json: bool = False


def run(config_path: Path | None, place: Place, talk: Talk) -> None:
    """Serve a devnet until Ctrl-C or SIGTERM; raises NodeError if it cannot begin."""
    path = config_path or DEFAULT_PATH
    config = read_config(path)
    dictionary = read_dictionary(abi_folder(config, path), str(path))
    file = log_file(config, path)
    rpc = config.rpc
    port = rpc.port if place.port is None else place.port
    home = place.home or home_of(config, path)
    tell = announce_json if talk.as_json else announce
    with (
        open_folder(config, home) as (folder, spawner),
        listen(place.host or rpc.host, port) as listener,
        continue_chain(
            config, folder, begin=place.begin or home is None, passing=home is None
        ) as store,
        open_journal(talk, file) as journal,
    ):
        engine = LocalEngine(config, lambda: int(time.time()), store)
        watch = watch_engine(engine, journal, dictionary, folder)
        watch.readers = spawner.is_there
        url = spell_url(listener)

        def begin() -> None:
            for line in tell(config, url, home):
                talk.say(line)
            regular = engine.mode == "interval"
            ahead = engine.machine.info().clock if regular else None
            watch.begin(url, home, ahead=ahead)

        readers = Readers(spawner, config.reads, store.inode)
        asyncio.run(_serve(engine, watch, readers, listener, begin))


def log_file(config: Config, path: Path) -> LogFile | None:
    """Return the file that takes a node's lines. Raises: ConfigError."""
    place = beside(path, config.log.file)
    if place is None:
        return None
    try:
        place.open("ab").close()
    except OSError as error:
        fact = f"{place} cannot be written: {(error.strerror or str(error)).lower()}"
        raise ConfigError(("log.file", fact), file=str(path)) from error
    return LogFile(place, config.log.file_size, config.log.files)


@contextmanager
def open_journal(talk: Talk, file: LogFile | None) -> Iterator[Journal]:
    """Give a journal that writes what waits before the node ends."""
    say = None if talk.quiet else talk.tell
    journal = Journal(say=say, warn=talk.tell, file=file)
    messages = Messages(journal)
    logging.getLogger().addHandler(messages)
    try:
        yield journal
    finally:
        logging.getLogger().removeHandler(messages)
        journal.close()


def watch_engine(
    engine: LocalEngine | CometEngine,
    journal: Journal,
    dictionary: Dictionary,
    folder: Path,
    names: Config | None = None,
) -> Watch:
    """Have an engine watched; names: whose, if not the chain's own configuration's."""
    config = engine.chain.config

    def late() -> int | None:
        at_interval = isinstance(engine, LocalEngine) and engine.mode == "interval"
        return _LATE * config.mining.interval if at_interval else None

    clock = ClockWatch(time.time, steady, config.clock.warn)
    reporter = Reporter.of(names or config, dictionary, config.chain.id)
    watch = Watch(engine, journal, reporter, clock, folder, late)
    engine.watcher = watch
    return watch


@contextmanager
def open_folder(config: Config, home: Path | None) -> Iterator[tuple[Path, Spawner]]:
    """Give the folder of the chain, and what forks its readers and who helps.

    Without a home it is a folder for now, which goes however the node ends.
    """
    passing = None if home else Path(tempfile.mkdtemp(prefix="veche-devnet-"))
    folder = home or cast("Path", passing) / "chain"
    identity = identify(config)

    def read(channel: socket.socket) -> None:
        serve_reads(channel, config, folder, identity)

    spawner = Spawner(read, serve_help, passing=passing)
    try:
        with helped(lambda: spawner.fork(_HELP)):
            yield folder, spawner
    finally:
        spawner.close()


async def _serve(
    engine: LocalEngine,
    watch: Watch,
    readers: Readers,
    listener: socket.socket,
    begin: Callable[[], None],
) -> None:
    config = engine.chain.config
    with (
        Stopping(
            lambda: watch.end("stopped, and gave up what was under way,")
        ) as stopping,
        begin_writer() as writer,
    ):
        desk = Desk(engine, readers, writer=writer)
        door = Door(make_application(desk, config.rpc, watch), config.rpc)
        async with door.opened(listener):
            with suppress(NodeError):  # the engine tells of it
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(writer, engine.resume)
            begin()  # before the clock is looked at: it says what the clock was
            looking = asyncio.create_task(look_regularly(watch))
            tasks = [asyncio.create_task(_mine_regularly(engine, writer)), looking]
            notify("READY=1")
            await _first(stopping.wait(), looking)
            notify("STOPPING=1")
            for task in tasks:
                task.cancel()
        await asyncio.get_running_loop().run_in_executor(writer, int)  # its last block
        watch.end()
        watch.require_there()


async def _first(
    stopped: Coroutine[Any, Any, None], looking: asyncio.Task[None]
) -> None:
    """Wait until the node is stopped, or what it looks at forbids going on."""
    waiting = asyncio.create_task(stopped)
    await asyncio.wait({waiting, looking}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _mine_regularly(engine: LocalEngine, writer: Executor) -> None:
    interval = engine.chain.config.mining.interval
    while True:
        await asyncio.sleep(interval)
        # The engine tells of it; a disk that is full may have room again.
        with suppress(NodeError):
            await asyncio.get_running_loop().run_in_executor(writer, engine.tick)


async def look_regularly(watch: Watch) -> None:
    """Look at clock and folder, and show a supervisor that the node still turns.

    Raises: HomeLostError.
    """
    while True:
        watch.look()
        notify("WATCHDOG=1")
        await asyncio.sleep(_LOOK)
