"""Serve a service until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp
from typing_extensions import override

from election.client.errors import ClientError
from election.protocol.terms import ElectionTerms
from scripts.shared.errors import PortError
from services.shell.app import make_app
from services.shell.database import require_undamaged
from services.shell.elections import nodes_of, reach
from services.shell.logs import Messages
from services.shell.patience import PatientProtocol
from services.shell.service import Context, Job, Parts, Service

_MOST_CONNECTIONS: Final = 1_000
_STOP: Final = 2  # seconds that requests get to end
_HEAD: Final = 16_384  # bytes of a request's line and headers
_FOLLOW: Final = 1  # seconds between two looks at a moved clock


def assemble(service: Service, context: Context) -> Starlette:
    """Make the application of a service, with the jobs that the shell adds."""
    parts = service.build(context)
    jobs = list(parts.jobs)
    if context.settings.clock == "chain" and context.elections:
        jobs.append(Job("clock", _FOLLOW, lambda: _follow_chain(context)))
    return make_app(context, replace_jobs(parts, jobs))


def replace_jobs(parts: Parts, jobs: Sequence[Job]) -> Parts:
    """Give parts other jobs."""
    return replace(parts, jobs=tuple(jobs))


async def _follow_chain(context: Context) -> None:
    name, terms = next(iter(context.elections.items()))
    for url in nodes_of(context.settings, context.elections)[name]:
        try:
            now = await asyncio.to_thread(_read_clock, terms, url)
        except ClientError:
            continue  # another one may answer, or this one at the next look
        context.clock.follow(now)
        return


def _read_clock(terms: ElectionTerms, url: str) -> int:
    return reach(terms, url).read_clock()


class _Server(uvicorn.Server):
    """Serve on a socket that is open already; signals are ours."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGTERM and SIGINT, as a process that ends well."""

        def stop(*_: Any) -> None:
            self.should_exit = True

        try:
            old = {each: signal.signal(each, stop) for each in _SIGNALS}
        except ValueError:  # in a thread of a test, whoever started it stops it
            old = {}
        try:
            yield
        finally:
            for each, handler in old.items():
                signal.signal(each, handler)


_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def open_socket(host: str, port: int) -> socket.socket:
    """Listen on a port, 0 for a free one; raises PortError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        fact = (error.strerror or "cannot be used").lower()
        hint = "stop what listens there, or give another with --port"
        raise PortError(f"{host}:{port}", fact, hint=hint) from None
    return listening


def make_server(app: Starlette, context: Context) -> uvicorn.Server:
    """Make the server of a service's application."""
    proxies = context.settings.trusted_proxies
    return _make_server(app, context.log, proxies=proxies, lifespan="on")


def _make_server(
    app: ASGIApp, log: Any, *, proxies: Sequence[str], lifespan: Literal["on", "off"]
) -> uvicorn.Server:
    """Make a server: no access log, bounds on what is open."""
    for name in ("uvicorn", "uvicorn.error", "alembic", "sqlalchemy", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [Messages(log)]
        logger.propagate = False
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_STOP,
        h11_max_incomplete_event_size=_HEAD,
        http=PatientProtocol,
        ws="none",
        lifespan=lifespan,
    )
    return _Server(config)


def serve(
    service: Service,
    context: Context,
    listening: socket.socket,
    *,
    announce: Callable[[str], None],
) -> None:
    """Serve until a signal; announce: is called with the URL once it answers.

    Raises InputError for a database that is damaged.
    """
    require_undamaged(context.database)
    server = make_server(assemble(service, context), context)
    _run(server, listening, log=context.log, announce=announce)


def serve_files(
    app: ASGIApp,
    listening: socket.socket,
    *,
    log: Any,
    announce: Callable[[str], None],
) -> None:
    """Serve an application that needs no home, until a signal; as `serve` does."""
    server = _make_server(app, log, proxies=(), lifespan="off")
    _run(server, listening, log=log, announce=announce)


def _run(
    server: uvicorn.Server,
    listening: socket.socket,
    *,
    log: Any,
    announce: Callable[[str], None],
) -> None:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host

    async def run() -> None:
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        if server.started:
            log.info("serving", port=port)
            announce(f"http://{shown}:{port}")
        await serving

    asyncio.run(run())
    log.info("stopped")
