"""Who connects may neither take a node's places, nor its time, nor act for a page."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from node.guard import is_own_host
from tests.node.bytecode import deployment
from tests.node.running import Line, running, write_config
from tests.node.wallet import Wallet
from tests.patience import PATIENCE

_ASK = b'{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}'
_Node = tuple[Any, dict[str, Any]]


@pytest.fixture(scope="module")
def node() -> Iterator[_Node]:
    with running() as started:
        yield started


def _said(node: _Node) -> str:
    """Stop a node and return what it wrote to stderr."""
    node[0].send_signal(signal.SIGTERM)
    talk: str = node[0].communicate(timeout=PATIENCE)[1]
    return talk


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1:8545", True),
        ("127.0.0.1", True),
        ("[::1]:8545", True),
        ("192.0.2.7:80", True),
        ("localhost:8545", True),
        ("LOCALHOST", True),
        ("localhost.", True),
        ("node.example:8545", True),
        ("Node.Example", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("node.example.evil.example", False),
        ("evil.example@127.0.0.1.nip.io", False),
        ("", False),
        ("[::1", False),
    ],
)
def test_a_name_that_nobody_gave_this_node_is_not_its_own(
    host: str, ours: bool
) -> None:
    assert is_own_host(host, ("node.example",)) is ours


def test_a_page_whose_name_points_here_is_refused(node: _Node) -> None:
    with Line(node[1]["url"], host="evil.example:8545") as line:
        line.post(_ASK)
        status, _, body = line.status()
        assert status == 403
        assert b"rpc.hosts" in body


def test_a_page_elsewhere_is_refused(node: _Node) -> None:
    with Line(node[1]["url"]) as line:
        line.post(_ASK, "Origin: https://evil.example")
        status, headers, body = line.status()
    assert (status, "access-control-allow-origin" in headers) == (403, False)
    assert b"rpc.origins" in body
    with Line(node[1]["url"]) as line:
        line.send("OPTIONS / HTTP/1.1", "Origin: https://evil.example")
        status, headers, _ = line.status()
    assert (status, "access-control-allow-origin" in headers) == (403, False)


def test_a_page_that_may_ask_is_answered(tmp_path: Path) -> None:
    wallet = "https://wallet.example"
    path = write_config(tmp_path, origins=f'["{wallet}"]', hosts='["node.example"]')
    with (
        running("--config", str(path)) as (_, announced),
        Line(announced["url"], host="node.example") as line,
    ):
        line.send("OPTIONS / HTTP/1.1", f"Origin: {wallet}")
        status, headers, _ = line.status()
        assert (status, headers["access-control-allow-origin"]) == (204, wallet)
        assert headers["access-control-allow-headers"] == "content-type"
        line.post(_ASK, f"Origin: {wallet}")
        status, headers, _ = line.status()
        assert (status, headers["access-control-allow-origin"]) == (200, wallet)


def test_a_packed_body_is_refused(node: _Node) -> None:
    with Line(node[1]["url"]) as line:
        line.post(gzip.compress(bytes(10**6)), "Content-Encoding: gzip")
        assert line.status()[0] == 415


def test_many_connections_leave_a_place_for_others(tmp_path: Path) -> None:
    path = write_config(tmp_path, connections=8)
    with running("--config", str(path)) as node:
        url = node[1]["url"]
        idle = [Line(url) for _ in range(40)]
        with Line(url) as canary:
            assert canary.result("eth_blockNumber") == "0x0"
        assert idle[0].socket.recv(1) == b""  # it was idle for longest
        for line in idle:
            line.close()
        assert node[0].stderr is not None
        assert "more than 8 connections" in node[0].stderr.readline()
        assert _said(node) == ""


def test_who_says_nothing_is_hung_up_on(tmp_path: Path) -> None:
    path = write_config(tmp_path, idle=1)
    with (
        running("--config", str(path)) as (_, announced),
        Line(announced["url"]) as silent,
        Line(announced["url"]) as slow,
    ):
        slow.socket.sendall(b"POST / HTTP/1.1\r\nHost: 127")
        assert slow.socket.recv(1) == b""
        assert silent.socket.recv(1) == b""


def test_a_body_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    path = write_config(tmp_path, transfer=1)
    with (
        running("--config", str(path)) as (_, announced),
        Line(announced["url"]) as line,
    ):
        head = ("Content-Type: application/json", "Content-Length: 100")
        line.send("POST / HTTP/1.1", *head)
        line.socket.sendall(b"[")
        assert line.status()[0] == 408


def test_an_answer_that_nobody_takes_is_given_up(tmp_path: Path) -> None:
    path = write_config(tmp_path, transfer=1)
    with running("--config", str(path)) as node, Line(node[1]["url"]) as line:
        raw = Wallet().sign(data=deployment(bytes(24_000)), gas=6_000_000)
        digest = line.result("eth_sendRawTransaction", "0x" + raw.hex())
        receipt = line.result("eth_getTransactionReceipt", digest)
        ask: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "eth_getCode"}
        ask["params"] = [receipt["contractAddress"]]
        with Line(node[1]["url"], receive_buffer=4_096) as deaf:
            deaf.post(json.dumps([ask] * 450).encode())
            assert line.result("eth_blockNumber") == "0x1"
            taken = 0
            try:
                while part := _later(deaf.socket):
                    taken += len(part)
            except ConnectionResetError:
                pass
        assert taken < 450 * 48_000
        assert _said(node) == ""


def _later(connection: socket.socket) -> bytes:
    """Read one piece in a while: slower than the node waits."""
    time.sleep(0.5)
    return connection.recv(65_536)


def test_who_hangs_up_leaves_no_traceback() -> None:
    with running() as node:
        head = ("Content-Type: application/json", "Content-Length: 100")
        acts: tuple[Callable[[Line], object], ...] = (
            lambda line: line.send("POST / HTTP/1.1", *head),
            lambda line: line.post(_ASK),
            lambda line: line.ask("eth_call", {"data": "0x5b5f56"}),
            lambda line: line.socket.sendall(b"\0\r\n\r\n"),
            lambda line: line.socket.sendall(b"POST / HTTP/9.9\r\n\r\n"),
        )
        for send in acts:
            for _ in range(3):
                with Line(node[1]["url"]) as line:
                    send(line)
                    line.reset()
        with Line(node[1]["url"]) as canary:
            assert canary.result("eth_blockNumber") == "0x0"
        assert _said(node) == ""
