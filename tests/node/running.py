"""A node as its own process, and what a client sends it byte by byte."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from node.config import DEFAULT_PATH
from tests.patience import PATIENCE


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a node and stop it, come what may."""
    with subprocess.Popen(  # noqa: S603  # our own node
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

    def __post_init__(self) -> None:
        place = urlsplit(self.url)
        assert place.hostname
        assert place.port
        self._host = f"{place.hostname}:{place.port}"
        self.socket = socket.create_connection((place.hostname, place.port), PATIENCE)
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self.socket.close()

    def post(self, body: bytes, *headers: str) -> None:
        """Send a request and do not wait."""
        head = [
            "POST / HTTP/1.1",
            f"Host: {self._host}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            *headers,
        ]
        self.socket.sendall("\r\n".join([*head, "", ""]).encode() + body)

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
        return status, headers, self._file.read(int(headers["content-length"]))

    def answer(self) -> Any:
        """Wait for a JSON answer."""
        return json.loads(self.status()[2])

    def result(self, method: str, *params: Any) -> Any:
        """Ask, wait, and return the result."""
        self.ask(method, *params)
        return self.answer()["result"]
