"""Places that serve a small booth, honestly or by a lie, each in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scripts.booth.folder import Booth, accept_later, gather_booth
from services.booth.app import make_app
from services.shell.serving import open_socket
from tests.booth import made
from tests.patience import PATIENCE, wait_until

PAGE: Final = b"<!doctype html><title>Booth</title><script src=a.js></script>\n"
CODE: Final = b"const secret = 1;\nconst choice = 2;\n" * 40


@dataclass(frozen=True)
class Reply:
    """An answer that a lie may exchange; asked: of this path before, by anybody."""

    path: str
    headers_asked: dict[str, str]
    asked: int
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def put(self, **changes: Any) -> Reply:
        """Exchange parts; the length follows from the body."""
        changed = replace(self, **changes)
        headers = [each for each in changed.headers if each[0] != "content-length"]
        return replace(
            changed, headers=[*headers, ("content-length", str(len(changed.body)))]
        )

    def plain(self, body: bytes) -> Reply:
        """Give another body, unpacked."""
        headers = [each for each in self.headers if each[0] != "content-encoding"]
        return self.put(body=body, headers=headers)

    def with_header(self, name: str, value: str | None) -> Reply:
        """Give a header another value, or leave it out."""
        headers = [each for each in self.headers if each[0] != name]
        return replace(
            self, headers=[*headers, *([(name, value)] if value is not None else [])]
        )

    def header(self, name: str) -> str:
        """Give a header's value."""
        return dict(self.headers)[name]


Lie = Callable[[Reply], Reply]
Sending = Callable[[Reply, Send], Awaitable[None]]


def make_small(folder: Path) -> Booth:
    """Make a whole booth of two files, and what pins them."""
    folder.mkdir()
    (folder / "index.html").write_bytes(PAGE)
    (folder / "a.js").write_bytes(CODE)
    bare = gather_booth(made.make_election(), folder)
    return with_later(bare, made.make_later())


def with_later(booth: Booth, later: dict[str, bytes]) -> Booth:
    """Give a booth other files that are signed."""
    raw = dict(booth.raw) | later
    return replace(booth, raw=raw, services=accept_later(booth.election, raw))


async def send_whole(reply: Reply, send: Send) -> None:
    """Send a reply as it stands."""
    headers = [(name.encode(), value.encode()) for name, value in reply.headers]
    start = {"type": "http.response.start", "status": reply.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": reply.body})


def lying(app: ASGIApp, lie: Lie, sending: Sending = send_whole) -> ASGIApp:
    """Serve what a lie makes of each answer."""
    counts: dict[str, int] = {}

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        await app(scope, receive, keep)
        start, body = sent
        path = scope["path"]
        reply = Reply(
            path,
            {k.decode(): v.decode() for k, v in scope["headers"]},
            counts.setdefault(path, 0),
            start["status"],
            [(k.decode(), v.decode()) for k, v in start["headers"]],
            body["body"],
        )
        counts[path] += 1
        await sending(lie(reply), send)

    return asked


@contextmanager
def hosting(app: ASGIApp) -> Iterator[str]:
    """Serve on a free port while the block lasts; gives the URL."""
    config = uvicorn.Config(app, log_config=None, lifespan="off", server_header=False)
    server = uvicorn.Server(config)
    with open_socket("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve([listening])), daemon=True
        )
        thread.start()
        wait_until(lambda: server.started or not thread.is_alive())
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


def honest_app(booth: Booth) -> ASGIApp:
    """Give what an honest place runs."""
    return make_app(booth)
