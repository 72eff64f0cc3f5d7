"""A network on this machine: nodes of organisations, each a process of its own."""

from __future__ import annotations

import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from election.client.rpc import Connection, connect
from election.errors import ElectionError
from scripts.demo.link import Link, link_to

_ORGANISATIONS: Final = ("commission", "university", "press", "party")
_OBSERVER: Final = "observer-1"
_FIRST_PORT, _LAST_PORT, _SPREAD = 20_000, 32_000, 10_000
_PATIENCE: Final = 180  # seconds for nodes to agree again
_STOPPING: Final = 20  # seconds that a node gets to stop


@dataclass
class Node:
    """One node. name: its organisation. home: its folder. port: for clients."""

    name: str
    home: Path
    port: int = 0
    process: subprocess.Popen[str] | None = None
    connection: Connection | None = None

    def start(self) -> None:
        """Begin it."""
        command = [*_VECHE, "network", "start", f"--home={self.home}"]
        with (self.home / "node.log").open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [*command, f"--port={self.port}", "--json"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def await_start(self) -> Connection:
        """Wait until it says where it listens; raises ElectionError with its words."""
        process = self.process
        line = process.stdout.readline() if process and process.stdout else ""
        if not line:
            words = (self.home / "node.log").read_text("utf-8").splitlines()
            raise ElectionError(f"node {self.name}", "; ".join(words[-2:]))
        url = str(json.loads(line)["url"])
        self.port = int(url.rpartition(":")[2])  # clients find it again, begun anew
        self.connection = connect(url)
        return self.connection

    def kill(self) -> None:
        """End it with no chance to put anything in order."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End it in order, or else without."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOPPING)
        except subprocess.TimeoutExpired:
            self.kill()
        if self.process.stdout is not None:
            self.process.stdout.close()


@dataclass(frozen=True)
class Nodes:
    """A network. link: the wire between the first two. genesis: SHA-256 of its file."""

    validators: tuple[Node, ...]
    observer: Node
    link: Link
    genesis: bytes

    @property
    def all(self) -> tuple[Node, ...]:
        """Give validators and observer."""
        return *self.validators, self.observer


@contextmanager
def network_processes(count: int) -> Iterator[Nodes]:
    """Make a network of so many validators and an observer, run it, forget it.

    Raises ElectionError if it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="veche-network-"))
    with ExitStack() as stack:
        before = signal.signal(signal.SIGTERM, _interrupt)  # else nodes would stay
        stack.callback(signal.signal, signal.SIGTERM, before)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        names = [*_ORGANISATIONS, *(f"organisation-{n}" for n in range(5, count + 1))]
        ports = _find_ports(count + 1)
        made = _make(folder / "nodes", [*names[:count], _OBSERVER], ports)
        link = stack.enter_context(link_to(ports))
        _lay(made, link)
        nodes = [Node(name, Path(home)) for name, home in made.items()]
        genesis = _hash_genesis(nodes[0].home)
        for node in nodes:
            stack.callback(node.stop)
            node.start()
        for node in nodes:
            node.await_start()
        yield Nodes(tuple(nodes[:-1]), nodes[-1], link, genesis)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def await_agreement(nodes: Sequence[Node]) -> tuple[int, str]:
    """Wait until all have one head; returns its number and hash.

    Raises ElectionError if they do not come to it.
    """
    give_up = time.monotonic() + _PATIENCE
    while True:
        heads = {_read_head(node) for node in nodes}
        if len(heads) == 1:
            return heads.pop()
        if time.monotonic() > give_up:
            fact = f"has {len(heads)} heads after {_PATIENCE} s"
            raise ElectionError("network", fact)
        time.sleep(0.5)


def _read_head(node: Node) -> tuple[int, str]:
    assert node.connection is not None  # noqa: S101  only nodes that run are asked
    head = node.connection.request("eth_getBlockByNumber", "latest", False)
    return int(head["number"], 16), str(head["hash"])


_VECHE: Final = (sys.executable, "-m", "scripts")


def _run(*arguments: str) -> Any:
    done = subprocess.run(  # noqa: S603  our own program
        [*_VECHE, *arguments, "--json"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["did not start"]
        raise ElectionError("network", words[0].rpartition("error: ")[2])
    return json.loads(done.stdout)


def _make(folder: Path, names: Sequence[str], port: int) -> dict[str, str]:
    members = [f"--member={name}" for name in names]
    made = _run("network", "init", f"--out={folder}", f"--port={port}", *members)
    return {name: made[name] for name in names}


def _lay(made: dict[str, str], link: Link) -> None:
    """Have the second node reach the first by the link alone."""
    first, second, *others = map(Path, made.values())
    cards = {home: _read_card(home) for home in (first, second, *others)}
    rest = [f"--peer={_peer(cards[home])}" for home in others]
    by_link = f"--peer={cards[first]['node_id']}@127.0.0.1:{link.port}"
    for home, peers in ((first, rest), (second, [by_link, *rest])):
        genesis = home / "engine" / "config" / "genesis.json"
        listen = f"--listen={cards[home]['address']}"
        where = (f"--home={home}", f"--genesis={genesis}")
        _run("network", "join", *where, listen, *peers)


def _read_card(home: Path) -> dict[str, str]:
    return dict(json.loads((home / "card.json").read_text("utf-8")))


def _peer(card: dict[str, str]) -> str:
    return f"{card['node_id']}@{card['address']}"


def _hash_genesis(home: Path) -> bytes:
    from hashlib import sha256

    return sha256((home / "engine" / "config" / "genesis.json").read_bytes()).digest()


def _find_ports(count: int) -> int:
    """Find free ports in a row; returns the first."""
    begin = _FIRST_PORT + secrets.randbelow(_SPREAD)  # others look, too
    for first in range(begin, _LAST_PORT, count):
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    held = stack.enter_context(socket.socket())
                    held.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise ElectionError("network", f"finds no {count} free ports in a row")
