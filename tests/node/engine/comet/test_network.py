"""Four validators and an observer, as processes with the real engine."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from node.config import Config, read_config
from node.engine.comet.binary import find_engine
from node.engine.comet.joining import make_local_network
from tests.node.wallet import Wallet
from tests.patience import PATIENCE

_MEMBERS = ("commission", "university", "press", "party", "observer-1")
_RECIPIENT = b"\x22" * 20


@dataclass
class Node:
    """Run one node from its folder."""

    home: Path
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin it; it says where it listens."""
        command = [sys.executable, "-m", "scripts", "network", "start", "--port=0"]
        with (self.home / "node.log").open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [*command, f"--home={self.home}", "--json"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def await_url(self) -> None:
        """Wait for its announcement."""
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.home / "node.log").read_text()
        self.url = json.loads(line)["url"]

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop it and wait."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def ask(self, method: str, *params: Any) -> Any:
        """Return a method's result."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        connection = HTTPConnection(self.url.removeprefix("http://"), timeout=PATIENCE)
        with closing(connection):
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/", json.dumps(body), headers)
            found = json.load(connection.getresponse())
        assert "error" not in found, found
        return found["result"]

    def has(self, digest: str) -> bool:
        """Say whether it has a transaction in a block."""
        return self.ask("eth_getTransactionReceipt", digest) is not None


@dataclass
class Network:
    """Hold all nodes, and what sends to them."""

    nodes: list[Node]
    wallet: Wallet = field(default_factory=Wallet)

    def send(self, node: Node) -> str:
        """Send a transaction to a node; returns its hash."""
        raw = self.wallet.sign(_RECIPIENT)
        return str(node.ask("eth_sendRawTransaction", "0x" + raw.hex()))


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def free_ports(count: int) -> int:
    """Return the first of several ports that are free now."""
    for first in range(27_000, 60_000, count):
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    held = stack.enter_context(socket.socket())
                    held.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    made = make_local_network(
        tmp_path,
        read_config(),
        find_engine(),
        members=_MEMBERS,
        port=free_ports(len(_MEMBERS)),
    )
    nodes = [Node(folder) for _, folder in made]
    try:
        for node in nodes:
            node.start()
        for node in nodes:
            node.await_url()
        yield Network(nodes)
    finally:
        for node in nodes:
            node.stop(signal.SIGKILL)


def test_a_network_agrees_while_one_of_four_is_gone(
    network: Network, config: Config
) -> None:
    *_, last, observer = network.nodes
    first = network.send(observer)
    until(lambda: all(node.has(first) for node in network.nodes))
    last.stop(signal.SIGKILL)
    second = network.send(network.nodes[0])
    until(lambda: all(node.has(second) for node in (*network.nodes[:3], observer)))
    last.start()
    last.await_url()
    until(lambda: last.has(second))
    heads = [
        node.ask("eth_getBlockByNumber", "latest", False) for node in network.nodes
    ]
    assert len({head["hash"] for head in heads}) == 1
    assert {node.ask("eth_chainId") for node in network.nodes} == {hex(config.chain.id)}
