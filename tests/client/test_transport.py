"""What a bad network can do to a client: one error for each cause, in bounded time."""

from __future__ import annotations

import gc
import gzip
import json
import socket
import threading
import tracemalloc
import warnings
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.client import transport
from election.client.errors import ConnectionFailedError, Trouble, WrongChainError
from election.client.rpc import Connection, connect
from election.client.transport import open_post, show_url
from scripts.shared.terminal import hint_for
from tests.client.servers import CHAIN, Answer, drip, http, reset, say, serving

_LONG = 60  # seconds; after them a client that has no deadline would end well
PASSING = {Trouble.NAME, Trouble.AWAY, Trouble.LOST, Trouble.SLOW, Trouble.BUSY}


def fail(url: str) -> ConnectionFailedError:
    """Give the error that connecting to a URL ends in."""
    with pytest.raises(ConnectionFailedError) as failed:
        connect(url)
    assert failed.value.may_come_back == (failed.value.trouble in PASSING)
    return failed.value


def fail_at(answer: Answer) -> ConnectionFailedError:
    """Give the error that asking a server ends in."""
    with serving(answer) as url:
        return fail(url)


def stay_silent(peer: socket.socket, _: bytes) -> None:
    """Say nothing for long, unless the client leaves."""
    peer.settimeout(_LONG)
    with suppress(TimeoutError):
        peer.recv(65_536)
    peer.sendall(http(CHAIN))


@pytest.mark.parametrize(
    "answer", [drip(http(CHAIN)), drip(http(CHAIN)[:40]), stay_silent]
)
def test_answer_is_given_up_when_the_whole_of_it_takes_too_long(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a deadline of the whole, each of these ends well, or in another way."""
    monkeypatch.setattr("election.client.transport._DEADLINE", 0.2)
    assert fail_at(answer).trouble is Trouble.SLOW


def test_request_is_given_up_when_nobody_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("election.client.transport._DEADLINE", 0.2)

    given_up = threading.Event()

    def read_nothing(peer: socket.socket, _: bytes) -> None:
        given_up.wait(_LONG)
        peer.sendall(http(CHAIN))

    with serving(read_nothing) as url:
        node = Connection(open_post(url), url=url, chain_id=7)
        with pytest.raises(ConnectionFailedError) as failed:
            node.request("web3_sha3", "0x" + "00" * 8_000_000)
        given_up.set()
    assert failed.value.trouble is Trouble.SLOW
    with warnings.catch_warnings():  # of a socket that was closed with bytes to send
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Go", "308 Go"])
def test_nobody_is_redirected(status: str) -> None:
    heard: list[bytes] = []

    def listen(peer: socket.socket, head: bytes) -> None:
        heard.append(head)
        peer.sendall(http(CHAIN))

    with serving(listen) as other:
        told = http(b"", status=status, headers=f"Location: {other}\r\n")
        error = fail_at(say(told))
    assert (error.trouble, heard) == (Trouble.STATUS, [])


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_proxy_of_the_environment_is_not_asked(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(say(http(CHAIN))) as url:
        assert connect(url).chain_id == 7


def test_credentials_of_the_environment_are_not_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    heard: list[bytes] = []

    def listen(peer: socket.socket, head: bytes) -> None:
        heard.append(head)
        peer.sendall(http(CHAIN))

    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(listen) as url:
        connect(url)
    assert b"authorization" not in heard[0].lower()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_packed_answer_is_not_unpacked(coding: str) -> None:
    packed = gzip.compress(CHAIN + b" " * 2**26)
    headers = f"Content-Encoding: {coding}\r\n"
    tracemalloc.start()
    error = fail_at(say(http(packed, headers=headers)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.fact == "packs its answer, though asked not to"
    assert peak < 2**22


@pytest.mark.parametrize(
    ("answer", "trouble", "fact"),
    [
        (say(http(b"", status="502 Bad Gateway")), Trouble.BUSY, "http status 502"),
        (say(http(b"", status="503 Nobody")), Trouble.BUSY, "http status 503"),
        (say(http(b"", status="504 Late")), Trouble.BUSY, "http status 504"),
        (say(http(b"", status="429 Slow down")), Trouble.BUSY, "http status 429"),
        (say(http(b"", status="404 Not Found")), Trouble.STATUS, "http status 404"),
        (say(http(b"", status="401 Who")), Trouble.STATUS, "http status 401"),
        (say(http(b"", status="500 Oh")), Trouble.STATUS, "http status 500"),
        (say(b"SSH-2.0-OpenSSH_9.6\r\n"), Trouble.FOREIGN, "does not speak http"),
        (say(http(b"<html>")), Trouble.FOREIGN, "does not answer in json-rpc"),
        (say(http(CHAIN)[:-5]), Trouble.LOST, "breaks off"),
        (say(http(CHAIN)[:20]), Trouble.LOST, "breaks off"),
        (say(b""), Trouble.LOST, "breaks off"),
        (reset, Trouble.LOST, "breaks off"),
    ],
)
def test_answer_that_is_none_names_its_cause(
    answer: Answer, trouble: Trouble, fact: str
) -> None:
    error = fail_at(answer)
    assert error.trouble is trouble
    assert fact in error.fact


@pytest.mark.parametrize(
    ("url", "trouble"),
    [
        ("", Trouble.ADDRESS),
        ("127.0.0.1:8545", Trouble.ADDRESS),
        ("localhost:8545", Trouble.ADDRESS),
        ("ftp://127.0.0.1", Trouble.ADDRESS),
        ("ws://127.0.0.1:8545", Trouble.ADDRESS),
        ("file:///etc/passwd", Trouble.ADDRESS),
        ("http:/127.0.0.1:8545", Trouble.ADDRESS),
        ("http://", Trouble.ADDRESS),
        ("http://:8545", Trouble.ADDRESS),
        ("http://127.0.0.1:0", Trouble.ADDRESS),
        ("http://127.0.0.1:65536", Trouble.ADDRESS),
        ("http://127.0.0.1:port", Trouble.ADDRESS),
        ("http://[::1", Trouble.ADDRESS),
        ("http://" + "a" * 70, Trouble.ADDRESS),
        ("http://a..b", Trouble.ADDRESS),
        ("http://127.0.0.1:1", Trouble.AWAY),
        ("https://127.0.0.1:1", Trouble.AWAY),
    ],
)
def test_address_without_a_node_names_its_cause(url: str, trouble: Trouble) -> None:
    assert fail(url).trouble is trouble


def test_name_that_does_not_resolve_names_its_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "nobody knows it")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = fail("http://node.invalid:8545")
    assert (error.trouble, error.fact) == (Trouble.NAME, "no host has this name")


def test_server_without_tls_names_its_cause() -> None:
    with serving(say(http(CHAIN))) as url:
        assert fail(url.replace("http", "https")).trouble is Trouble.TLS


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@127.0.0.1:1",
        "http://user:sec/secret@127.0.0.1:1",
        "http://user:secret@127.0.0.1:port",
        "http://secret@127.0.0.1:1/secret?secret#secret",
        "http://127.0.0.1:1/v3/secret",
        "http://127.0.0.1:1?key=secret",
        "ftp://user:secret@host/secret",
        "user:secret@host:8545",
        "user:secret@http://host",
    ],
)
def test_password_in_an_address_is_not_shown(url: str) -> None:
    error = fail(url)
    assert "secret" not in f"{error}{error!r}{hint_for(error)}"
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:secret@host:8545/path", "http://host:8545"),
        ("https://host/path?to=user@elsewhere", "https://host"),
        ("http://[::1]:8545", "http://[::1]:8545"),
        ("http://host\x1b[2J", "http://host?[2J"),
    ],
)
def test_host_of_an_address_is_shown(url: str, shown: str) -> None:
    assert show_url(url) == shown


def test_credentials_of_an_address_reach_its_node_only() -> None:
    heard: list[bytes] = []

    def listen(peer: socket.socket, head: bytes) -> None:
        heard.append(head)
        peer.sendall(http(CHAIN))

    with serving(listen) as url:
        connect(url.replace("//", "//user:secret@"))
    assert b"Authorization: Basic dXNlcjpzZWNyZXQ=" in heard[0]


@pytest.mark.parametrize("trouble", list(Trouble))
def test_each_trouble_has_a_next_step_of_its_own(trouble: Trouble) -> None:
    hint = hint_for(ConnectionFailedError("http://host", "fact", trouble))
    others = {
        hint_for(ConnectionFailedError("http://host", "fact", other))
        for other in Trouble
        if other is not trouble
    }
    assert hint is not None
    assert hint not in others
    assert ("is the node running?" in hint) == (trouble is Trouble.AWAY)
    if trouble is Trouble.AWAY:  # whoever plays no game with a devnet comes first
        assert hint.index("--rpc-url") < hint.index("veche devnet")


def losing(*chains: int | None) -> Connection:
    """Give a connection to a node of chain 7 that is lost, and who is there then."""
    left = iter(chains)

    def post(_: bytes) -> bytes:
        chain = next(left)
        if chain is None:
            raise ConnectionFailedError("http://node", "is away", Trouble.AWAY)
        return json.dumps({"id": 0, "result": hex(chain)}).encode()

    return Connection(post, url="http://node", chain_id=7)


def test_act_goes_on_when_its_node_comes_back() -> None:
    node = losing(None, None, 7, 5, 5)
    for _ in range(2):
        with pytest.raises(ConnectionFailedError) as failed:
            node.request("eth_gasPrice")
        assert failed.value.may_come_back
    assert (node.request("eth_gasPrice"), node.request("eth_gasPrice")) == ("0x5",) * 2


def test_act_ends_when_another_chain_comes_back() -> None:
    node = losing(None, 8, 8)
    with pytest.raises(ConnectionFailedError):
        node.request("eth_gasPrice")
    for _ in range(2):
        with pytest.raises(WrongChainError, match="serves chain 8 instead of 7"):
            node.request("eth_gasPrice")


@pytest.mark.parametrize(
    ("status", "fact"),
    [(307, "sends to another address"), (404, "refuses the request")],
)
def test_refusal_is_no_redirection(status: int, fact: str) -> None:
    response: Any = SimpleNamespace(status=status, headers={})
    with pytest.raises(ConnectionFailedError, match=fact):
        transport._check_response("http://node", response)
