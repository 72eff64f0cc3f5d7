"""Serve JSON-RPC over HTTP: the shell that owns socket, clock, timer and signals."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from aiohttp import web

from node.config import DEFAULT_PATH, MAX_PORT, Config, read_config
from node.engine.local import LocalEngine
from node.errors import PortUnavailableError
from node.rpc.dispatch import Dispatcher

_GRACE = 2.0  # seconds that open connections get when the node stops
_BACKLOG = 128


def run(
    config_path: Path | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    as_json: bool = False,
    say: Callable[[str], None],
) -> None:
    """Serve a devnet until Ctrl-C or SIGTERM; raises NodeError if it cannot begin.

    host, port: override the file's; port 0 takes any free one.
    as_json: announce the node as one line of JSON. say: told line by line.
    """
    config = read_config(config_path or DEFAULT_PATH)
    rpc = config.rpc
    listener = _listen(host or rpc.host, rpc.port if port is None else port)
    engine = LocalEngine(config, clock=lambda: int(time.time()))
    announce = _announce_json if as_json else _announce

    def begin(url: str) -> None:
        for line in announce(config, url):
            say(line)

    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(engine, listener, begin))


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything slow starts. Raises: PortUnavailableError."""
    if not 0 <= port <= MAX_PORT:  # getaddrinfo would take it modulo 65,536
        raise PortUnavailableError(host, port)
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
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
    engine: LocalEngine, listener: socket.socket, announce: Callable[[str], None]
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    runner = web.AppRunner(_application(engine), access_log=None)
    await runner.setup()
    site = web.SockSite(runner, listener, shutdown_timeout=_GRACE)
    await site.start()
    miner = asyncio.create_task(_mine_regularly(engine))
    host, port = listener.getsockname()[:2]
    announce(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    await stopped.wait()
    miner.cancel()
    await runner.cleanup()


def _application(engine: LocalEngine) -> web.Application:
    dispatcher = Dispatcher(engine)

    async def answer(request: web.Request) -> web.Response:
        # Any web page may post a form to this port; only JSON makes browsers ask first.
        if request.content_type != "application/json":
            return web.Response(status=415, text="content type must be JSON\n")
        body = dispatcher.handle(await request.read())
        return web.Response(body=body, content_type="application/json")

    application = web.Application(client_max_size=engine.chain.config.rpc.max_body)
    application.router.add_post("/", answer)
    return application


async def _mine_regularly(engine: LocalEngine) -> None:
    interval = engine.chain.config.mining.interval
    while True:
        await asyncio.sleep(interval)
        engine.tick()


def _announce(config: Config, url: str) -> list[str]:
    lines = [
        "",
        "  A DEVNET, NOT A NETWORK: one process, nobody checks its blocks, it forgets",
        "  everything when it stops, and the keys below are known to the whole world.",
        "",
        f"  JSON-RPC  {url}",
        f"  chain id  {config.chain.id}",
        f"  rules     {config.chain.hard_fork}, gas price 0",
        "",
        "  accounts, each with its private key",
    ]
    for account in config.accounts:
        lines += [f"  0x{account.address.hex()}", f"    {account.private_key}"]
    return [*lines, "", "  Ctrl-C stops it."]


def _announce_json(config: Config, url: str) -> list[str]:
    line = {
        "url": url,
        "chain_id": config.chain.id,
        "accounts": [
            {"address": "0x" + a.address.hex(), "private_key": a.private_key}
            for a in config.accounts
        ],
    }
    return [msgspec.json.encode(line).decode()]
