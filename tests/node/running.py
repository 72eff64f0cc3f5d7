"""A node as its own process, and what a client sends it byte by byte."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from node.config import DEFAULT_PATH
from tests.forks import Forked
from tests.patience import PATIENCE


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a node and stop it, come what may."""
    with Forked(
        [sys.executable, "-m", "node", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def running(
    *arguments: str, quiet: bool = True
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Start a node on a free port; yields the process and its announcement."""
    with started(
        *("--port", "0", "--json", *(["--quiet"] if quiet else [])), *arguments
    ) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())


def write_config(folder: Path, **changes: int | str) -> Path:
    """Write the devnet's file with other values for some keys, as TOML."""
    lines = DEFAULT_PATH.read_text("utf-8").splitlines()
    for key, value in changes.items():
        at = [n for n, line in enumerate(lines) if line.startswith(f"{key} =")]
        assert len(at) == 1, key
        lines[at[0]] = f"{key} = {value}"
    path = folder / "devnet.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


@dataclass
class Line:
    """One connection, on which requests are sent and answers read when wanted."""

    url: str
    host: str = ""  # what the Host header says, if it is not the node's address
    receive_buffer: int = 0  # bytes, 0 for the system's

    def __post_init__(self) -> None:
        place = urlsplit(self.url)
        assert place.hostname
        assert place.port
        self.host = self.host or f"{place.hostname}:{place.port}"
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        if self.receive_buffer:
            size = self.receive_buffer
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
        self.socket.connect((place.hostname, place.port))
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self.socket.close()

    def reset(self) -> None:
        """Hang up at once, whatever is under way."""
        linger = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def send(self, first: str, *headers: str) -> None:
        """Send the head of a request."""
        lines = [first, f"Host: {self.host}", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())

    def post(self, body: bytes, *headers: str) -> None:
        """Send a request and do not wait."""
        length = f"Content-Length: {len(body)}"
        kind = "Content-Type: application/json"
        self.send("POST / HTTP/1.1", kind, length, *headers)
        self.socket.sendall(body)

    def ask(self, method: str, *params: Any) -> None:
        """Send one JSON-RPC request and do not wait."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        self.post(json.dumps(request).encode())

    def status(self) -> tuple[int, dict[str, str], bytes]:
        """Wait for an answer: status, headers and body."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while (line := self._file.readline().strip()) != b"":
            key, _, value = line.decode().partition(": ")
            headers[key.lower()] = value
        return status, headers, self._file.read(int(headers.get("content-length", 0)))

    def answer(self) -> Any:
        """Wait for a JSON answer."""
        return json.loads(self.status()[2])

    def result(self, method: str, *params: Any) -> Any:
        """Ask, wait, and return the result."""
        self.ask(method, *params)
        return self.answer()["result"]
