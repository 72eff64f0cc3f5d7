"""A second node of the polls, which may be away, or lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

import httpx2
from typing_extensions import override

from tests.patience import PATIENCE

Answer = dict[str, Any]
AWAY: Final = 503


def honest(_: str, answer: Answer) -> Answer:
    return answer


@dataclass
class Mirror:
    """Gives what a real node answers; change: what it makes of it, by method."""

    url: str
    change: Callable[[str, Answer], Answer] = honest
    is_away: bool = False
    asked: int = 0

    def answer(self, raw: bytes, of: str) -> bytes:
        self.asked += 1
        headers = {"Content-Type": "application/json"}
        with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
            told = client.post(of, content=raw, headers=headers).json()
        requests = json.loads(raw)
        if isinstance(requests, dict):
            return json.dumps(self.change(requests["method"], told)).encode()
        methods = {each["id"]: each["method"] for each in requests}
        changed = [self.change(methods[each["id"]], each) for each in told]
        return json.dumps(changed).encode()


@contextmanager
def mirroring(of: str) -> Iterator[Mirror]:
    """Run a mirror of a node."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            said = b"" if mirror.is_away else mirror.answer(raw, of)
            self.send_response(AWAY if mirror.is_away else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        @override
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    mirror = Mirror(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
