"""No node keeps a voter's device from the others, by what it says or how slowly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread
from typing import Any

import pytest

from election.client.rpc import Connection
from election.errors import EncodingError
from scripts.shared.files.booth_files import Host
from scripts.voters.device import nodes
from scripts.voters.device.nodes import Nodes
from tests.patience import PATIENCE
from tests.scripts.voters.device.test_asking import answer
from tests.scripts.voters.device.test_asking import serving as serving_get

CHAIN = 7


@contextmanager
def serving(say: Callable[[Any], Any]) -> Iterator[str]:
    """Serve a node that answers one question after the other."""

    def handle(handler: Any) -> None:
        asked = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        said = {"jsonrpc": "2.0", "id": asked["id"], "result": say(asked)}
        answer(handler, json.dumps(said).encode(), status=200)

    with serving_get(handle) as url:
        yield url


def ask(url: str, look: Callable[[Connection], Any]) -> list[Any]:
    return [told for _, told in Nodes((Host("A", url),), CHAIN, True).ask_all(look)]


def say_chain(asked: Any) -> Any:
    return hex(CHAIN) if asked["method"] == "eth_chainId" else "0x5"


def test_a_node_of_the_chain_is_asked() -> None:
    with serving(say_chain) as url:
        assert ask(url, Connection.read_clock) == [5]
        assert (
            Nodes((Host("A", url),), 8, True).ask_owners(1, Connection.read_clock) == {}
        )


def test_a_node_hears_no_version_of_anything() -> None:
    heard: list[str] = []

    def handle(handler: Any) -> None:
        heard.append(str(handler.headers).lower())
        answer(handler, b"{}", status=200)

    with serving_get(handle) as url:
        assert ask(url, Connection.read_clock) == []
    assert heard
    assert not [each for each in heard if "python" in each or "aiohttp" in each]


def test_a_node_that_always_has_one_more_answer_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nodes, "_LONGEST", 0.2)

    def look(connection: Connection) -> None:
        for _ in count():
            connection.read_clock()

    left: list[list[Any]] = []
    with serving(say_chain) as url:
        asking = Thread(target=lambda: left.append(ask(url, look)), daemon=True)
        asking.start()
        asking.join(PATIENCE)
    assert left == [[]]


def test_a_node_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "_PATIENCE", 0.2)
    stop = Event()

    def say(asked: Any) -> Any:
        if asked["method"] != "eth_chainId":
            stop.wait(PATIENCE)
        return say_chain(asked)

    with serving(say) as url:
        assert ask(url, Connection.read_clock) == []
        stop.set()


def test_a_node_whose_logs_are_none_is_passed_over() -> None:
    def look(_: Connection) -> None:
        raise EncodingError("log", "is not in its one encoding")

    with serving(say_chain) as url:
        assert ask(url, look) == []
        assert Nodes((Host("A", url),), CHAIN, True).ask_owners(1, look) == {}
