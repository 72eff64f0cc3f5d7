"""Nodes of a network, each a process of its own with the real engine."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from election.artifacts import ROOT
from tests.forks import Forked
from tests.patience import PATIENCE, wait_until

FIRST_PORT, SPREAD, LAST_PORT = 20_000, 10_000, 32_000
_HONEST: Final = ("-m", "scripts")
TESTED: Final = ROOT / "build" / "cometbft-clock"
"""The engine with a clock that can be wrong, and little patience with who is gone."""

_BATCH: Final = 50  # questions at once


@dataclass
class Node:
    """Run one node from its folder; engine: of another build."""

    home: Path
    engine: Path | None = None
    url: str = ""
    process: subprocess.Popen[str] | None = None

    @property
    def name(self) -> str:
        """Return its organisation."""
        return self.home.name

    def start(self, *faults: str, shift: int = 0) -> None:
        """Begin it; it says where it listens. faults: as `tests.network.faulty` has.

        shift: seconds that the clocks of node and of `TESTED` are ahead.
        """
        if shift:
            faults = (*faults, f"clock={shift}")
        engine = [] if self.engine is None else [f"--engine={self.engine}"]
        program = ("-m", "tests.network.faulty", *faults, "--") if faults else _HONEST
        command = [sys.executable, *program, "network", "start", "--port=0"]
        with (self.home / "node.log").open("a") as log:
            self.process = Forked(
                [*command, f"--home={self.home}", "--json", *engine],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "ENGINE_CLOCK": f"{shift}s"},
            )

    def await_url(self) -> None:
        """Wait for its announcement."""
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.said()
        self.url = json.loads(line)["url"]

    def require_running(self) -> None:
        """See that it did not end by itself."""
        assert self.process is not None
        assert self.process.poll() is None, self.said()[-2_000:]

    def await_end(self) -> int:
        """Wait until it ends by itself; returns its code, or minus its signal."""
        assert self.process is not None
        code = self.process.wait(PATIENCE)
        self._forget()
        return code

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop it and wait."""
        if self.process is not None:
            self.process.send_signal(number)
            self.await_end()

    def _forget(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None

    def ask(self, method: str, *params: Any) -> Any:
        """Return a method's result."""
        found = self.answer(method, *params)
        assert "error" not in found, found
        return found["result"]

    def ask_all(self, method: str, asked: Sequence[list[Any]]) -> list[Any]:
        """Return a method's result for each list of parameters, in that order."""
        results: list[Any] = []
        for begin in range(0, len(asked), _BATCH):
            some = enumerate(asked[begin : begin + _BATCH])
            found = self._post([_question(method, each, at) for at, each in some])
            assert not [each for each in found if "error" in each], found
            by_place = sorted(found, key=lambda each: int(each["id"]))
            results += [each["result"] for each in by_place]
        return results

    def answer(self, method: str, *params: Any) -> Any:
        """Return what it answers, an error, too."""
        return self._post(_question(method, list(params)))

    def _post(self, body: Any) -> Any:
        connection = HTTPConnection(self.url.removeprefix("http://"), timeout=PATIENCE)
        with closing(connection):
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/", json.dumps(body), headers)
            return json.load(connection.getresponse())

    def await_proof(self, *place: str) -> Any:
        """Return a proof as soon as the network has signed what it needs."""
        found: list[Any] = []

        def ask() -> bool:
            with suppress(AssertionError):  # it is not final yet
                found.append(self.ask("veche_finalityProof", *place))
            return bool(found)

        wait_until(ask)
        return found[0]

    def said(self) -> str:
        """Return what it said so far."""
        return (self.home / "node.log").read_text("utf-8", "replace")

    def engine_log(self) -> str:
        """Return what its engine said so far."""
        return (self.home / "engine.log").read_text("utf-8", "replace")

    def height(self) -> int:
        """Return the number of its last block."""
        return int(self.ask("eth_blockNumber"), 16)

    def has(self, digest: str) -> bool:
        """Say whether it has a transaction in a block."""
        return self.ask("eth_getTransactionReceipt", digest) is not None

    def has_all(self, digests: list[str]) -> bool:
        """Say whether it has all of some transactions in blocks."""
        return all(map(self.has, digests))


def _question(method: str, params: list[Any], number: int = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def free_ports(count: int) -> int:
    """Return the first of several ports that are free now."""
    begin = FIRST_PORT + secrets.randbelow(SPREAD)  # others look, too
    for first in range(begin, LAST_PORT, count):
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    held = stack.enter_context(socket.socket())
                    held.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError
