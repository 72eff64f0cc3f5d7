"""Wires between nodes that can be cut, slowed and stalled: toxiproxy's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from election.artifacts import ROOT
from tests.network.nodes import free_ports
from tests.patience import PATIENCE, wait_until

_PROGRAM: Final = ROOT / "build" / "toxiproxy"
_LONG: Final = 3_600_000  # milliseconds: until the stall is taken away
_BOTH: Final = ("upstream", "downstream")


@dataclass(frozen=True)
class Wire:
    """Pass on to a port of this machine what comes to another one."""

    api: int
    name: str
    port: int

    def cut(self) -> None:
        """Break what is connected, and let nobody connect."""
        _ask(self.api, "POST", f"/proxies/{self.name}", {"enabled": False})

    def mend(self) -> None:
        """Pass on again, at once and all."""
        _ask(self.api, "POST", f"/proxies/{self.name}", {"enabled": True})
        for toxic in _ask(self.api, "GET", f"/proxies/{self.name}/toxics"):
            path = f"/proxies/{self.name}/toxics/{toxic['name']}"
            _ask(self.api, "DELETE", path)

    def slow(self, milliseconds: int) -> None:
        """Deliver everything later, each way, a tenth more or less."""
        jitter = {"latency": milliseconds, "jitter": milliseconds // 10}
        self._poison("latency", jitter)

    def stall(self) -> None:
        """Hold everything back; nothing is lost, and no end is told."""
        self._poison("latency", {"latency": _LONG})

    def reset(self) -> None:
        """Have connections end with a reset, what they carry being lost."""
        self._poison("reset_peer", {"timeout": 0})

    def _poison(self, kind: str, attributes: dict[str, int]) -> None:
        for stream in _BOTH:
            body = {"type": kind, "stream": stream, "attributes": attributes}
            _ask(self.api, "POST", f"/proxies/{self.name}/toxics", body)


@dataclass(frozen=True)
class Wires:
    """Lay wires, all of one process."""

    api: int

    def lay(self, name: str, target: int) -> Wire:
        """Lay a wire to a port of this machine."""
        made = {
            "name": name,
            "listen": "127.0.0.1:0",
            "upstream": f"127.0.0.1:{target}",
        }
        told = _ask(self.api, "POST", "/proxies", made)
        return Wire(self.api, name, int(told["listen"].rpartition(":")[2]))


@contextmanager
def open_wires(folder: Path) -> Iterator[Wires]:
    """Run what passes on; its log is in the folder."""
    port = free_ports(1)
    command = [str(_PROGRAM), "-host=127.0.0.1", f"-port={port}"]
    with (folder / "wires.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603  our own program
            command, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: _answers(port, process))
        yield Wires(port)
    finally:
        process.terminate()
        process.wait()


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the wires ended; wires.log says why"
    try:
        _ask(port, "GET", "/version")
    except OSError:
        return False
    return True


def _ask(api: int, method: str, path: str, body: Any = None) -> Any:
    with closing(HTTPConnection("127.0.0.1", api, timeout=PATIENCE)) as connection:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"User-Agent": "veche"})
        answer = connection.getresponse()
        told = answer.read()
        assert answer.status < 300, told
        return json.loads(told) if told else None
