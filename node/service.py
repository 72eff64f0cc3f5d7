"""Serve JSON-RPC over HTTP: the shell that owns socket, clock, timer and signals."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec
from aiohttp import web

from node.bounds import MAX_PORT
from node.config import DEFAULT_PATH, Config, home_of, read_config
from node.engine.local import LocalEngine
from node.errors import ConfigError, NodeError, PortUnavailableError
from node.keeping import continue_chain, identify
from node.readers.pool import Readers
from node.readers.reader import serve_reads
from node.readers.spawner import Spawner
from node.serving import Desk

_log = logging.getLogger(__name__)
_GRACE = 2.0  # seconds that open connections get when the node stops
_BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a node listens and keeps its chain, instead of what its file says.

    port: 0 takes any free one. begin: make the folder's chain if it has none.
    """

    host: str | None = None
    port: int | None = None
    home: Path | None = None
    begin: bool = True


def run(
    config_path: Path | None = None,
    place: Place = Place(),
    *,
    as_json: bool = False,
    say: Callable[[str], None],
) -> None:
    """Serve a devnet until Ctrl-C or SIGTERM; raises NodeError if it cannot begin.

    as_json: announce the node as one line of JSON. say: told line by line.
    """
    path = config_path or DEFAULT_PATH
    config = read_config(path)
    rpc = config.rpc
    port = rpc.port if place.port is None else place.port
    home = place.home or home_of(config, path)
    announce = _announce_json if as_json else _announce

    def begin(url: str) -> None:
        for line in announce(config, url, home):
            say(line)

    with (
        open_folder(config, home) as (folder, spawner),
        listen(place.host or rpc.host, port) as listener,
        continue_chain(
            config, folder, begin=place.begin or home is None, passing=home is None
        ) as store,
    ):
        engine = LocalEngine(config, lambda: int(time.time()), store)
        readers = Readers(spawner, config.reads)
        with suppress(KeyboardInterrupt):
            asyncio.run(_serve(engine, readers, listener, begin))


@contextmanager
def open_folder(config: Config, home: Path | None) -> Iterator[tuple[Path, Spawner]]:
    """Give the folder of the chain, and what forks its readers.

    Without a home it is a folder for now, which goes however the node ends.
    """
    passing = None if home else Path(tempfile.mkdtemp(prefix="veche-devnet-"))
    folder = home or cast("Path", passing) / "chain"
    identity = identify(config)

    def read(channel: socket.socket) -> None:
        serve_reads(channel, config, folder, identity)

    spawner = Spawner(read, passing)
    try:
        yield folder, spawner
    finally:
        spawner.close()


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything slow starts. Raises: PortUnavailableError."""
    if not 0 <= port <= MAX_PORT:  # getaddrinfo would take it modulo 65,536
        fact = f"{port} is not from 0, which takes any free one, to {MAX_PORT}"
        raise ConfigError(("port", fact))
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, ValueError) as error:  # a host that no name can be
        raise PortUnavailableError(host, port) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortUnavailableError(host, port) from error
    return listener


async def _serve(
    engine: LocalEngine,
    readers: Readers,
    listener: socket.socket,
    announce: Callable[[str], None],
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    runner = serve_desk(Desk(engine, readers), engine.chain.config.rpc.max_body)
    await runner.setup()
    site = web.SockSite(runner, listener, shutdown_timeout=_GRACE)
    await site.start()
    miner = asyncio.create_task(_mine_regularly(engine))
    host, port = listener.getsockname()[:2]
    announce(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    await stopped.wait()
    miner.cancel()
    await runner.cleanup()


def serve_desk(desk: Desk, max_body: int) -> web.AppRunner:
    """Return what answers HTTP from a desk; max_body: bytes of a request."""

    async def answer(request: web.Request) -> web.Response:
        # Any web page may post a form to this port; only JSON makes browsers ask first.
        if request.content_type != "application/json":
            return web.Response(status=415, text="content type must be JSON\n")
        body = await desk.answer(await request.read())
        return web.Response(body=body, content_type="application/json")

    application = web.Application(client_max_size=max_body)
    application.router.add_post("/", answer)
    # A request whose client is gone is given up.
    return web.AppRunner(application, access_log=None, handler_cancellation=True)


async def _mine_regularly(engine: LocalEngine) -> None:
    interval = engine.chain.config.mining.interval
    while True:
        await asyncio.sleep(interval)
        try:
            engine.tick()
        except NodeError as error:  # a disk that is full may have room again
            _log.error("no block was made: %s", error)


def _announce(config: Config, url: str, home: Path | None) -> list[str]:
    lines = [
        "",
        "  A DEVNET, NOT A NETWORK: one process, nobody checks its blocks,",
        "  and the keys below are known to the whole world.",
        "",
        f"  chain     {home or 'in a folder for now, forgotten when it stops'}",
        f"  JSON-RPC  {url}",
        f"  chain id  {config.chain.id}",
        f"  rules     {config.chain.hard_fork}, gas price 0",
        "",
        "  accounts, each with its private key",
    ]
    for account in config.accounts:
        lines += [f"  0x{account.address.hex()}", f"    {account.private_key}"]
    return [*lines, "", "  Ctrl-C stops it."]


def _announce_json(config: Config, url: str, home: Path | None) -> list[str]:
    line = {
        "url": url,
        "home": None if home is None else str(home),
        "chain_id": config.chain.id,
        "accounts": [
            {"address": "0x" + a.address.hex(), "private_key": a.private_key}
            for a in config.accounts
        ],
    }
    return [msgspec.json.encode(line).decode()]
