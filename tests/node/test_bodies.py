"""What bodies under way hold is bounded, for all and for each, and has an owner."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from node.bodies import LARGE, Bodies, client_of
from node.config import read_config

_RPC = read_config().rpc.model_copy(update={"bodies": 800_000, "max_body": 150_000})


def _body(size: int | None) -> web.Request:
    headers = {} if size is None else {"Content-Length": str(size)}
    return make_mocked_request("POST", "/", headers=headers)


def test_all_large_bodies_are_bounded_together_and_each_clients() -> None:
    bodies = Bodies(_RPC)
    with ExitStack() as held:
        taken = [
            held.enter_context(bodies.held(_body(100_000), client))
            for client in "aaabbccdde"
        ]
        assert taken == [True, True, False] + [True] * 6 + [False]
        with bodies.held(_body(LARGE), "a") as small:
            assert small
    with bodies.held(_body(100_000), "a") as again:
        assert again
    assert not bodies._held  # and who is gone is forgotten


def test_a_body_of_no_known_length_counts_as_the_largest() -> None:
    bodies = Bodies(_RPC)
    with bodies.held(_body(None), "a") as first, bodies.held(_body(None), "a") as next_:
        assert (first, next_) == (True, False)


def test_a_body_larger_than_any_holds_no_more_than_the_largest() -> None:
    """It is refused when it is read, by its size."""
    with Bodies(_RPC).held(_body(10**12), "a") as has_room:
        assert has_room


def test_a_client_has_room_for_one_of_the_largest() -> None:
    few = _RPC.model_copy(update={"bodies": 150_000})
    with Bodies(few).held(_body(150_000), "a") as has_room:
        assert has_room


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.7"], "192.0.2.7"),
        ("10.0.0.1", ["1.1.1.1, 192.0.2.7"], "192.0.2.7"),
        ("10.0.0.1", ["1.1.1.1", "192.0.2.7"], "192.0.2.7"),
        ("10.0.0.1", ["192.0.2.7,"], "10.0.0.1"),
        ("192.0.2.9", ["192.0.2.7"], "192.0.2.9"),
    ],
)
def test_only_a_trusted_proxy_says_for_whom_it_asks(
    remote: str, forwarded: list[str], client: str
) -> None:
    headers = [("X-Forwarded-For", each) for each in forwarded]
    request = make_mocked_request("POST", "/", headers=CIMultiDict(headers))
    assert client_of(request.clone(remote=remote), ("10.0.0.1",)) == client
