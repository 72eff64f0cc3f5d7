"""The border by itself, as any server of ASGI would call it."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any, Final

import pytest

from services.shell import border
from services.shell.border import Border, Pace

_LARGEST: Final = 10


class Application:
    """Read the body, and answer with its length; keeps what was read."""

    def __init__(self) -> None:
        self.read: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        del scope
        found, more = b"", True
        while more:
            message = await receive()
            found += message.get("body", b"")
            more = message.get("more_body", False)
        self.read.append(found)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


@pytest.fixture
def inner() -> Application:
    return Application()


def guard(inner: Application, *, burst: int = 9) -> Border:
    return Border(
        inner,
        hosts={"here.example"},
        largest=_LARGEST,
        pace=Pace(rate=1, burst=burst),
        is_https=False,
    )


def ask(
    guarded: Border, *parts: bytes, client: str = "192.0.2.1", **headers: str
) -> tuple[int, str]:
    """Send a request in these parts, and nothing more; gives status and code."""
    given = {"host": "here.example", **headers}
    named = [
        (k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in given.items()
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": named,
        "client": (client, 1),
        "app": SimpleNamespace(state=SimpleNamespace()),
    }
    waiting = [
        {"type": "http.request", "body": part, "more_body": True} for part in parts
    ]
    if waiting:
        waiting[-1]["more_body"] = False
    sent: list[Any] = []

    async def receive() -> Any:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(guarded(scope, receive, send))
    body = b"".join(each.get("body", b"") for each in sent)
    return sent[0]["status"], json.loads(body).get("code", "")


def test_request_passes_with_its_whole_body(inner: Application) -> None:
    assert ask(guard(inner), b"01234", b"56789", content_length="10") == (200, "")
    assert inner.read == [b"0123456789"]


@pytest.mark.parametrize("length", ["", "x", "-1", "+1", "1_0", "\xb2", "1" * 19])
def test_length_that_is_no_number_is_refused(inner: Application, length: str) -> None:
    """Whatever the server before us lets pass; a superscript two is a digit, too."""
    assert ask(guard(inner), b"", content_length=length) == (400, "bad_request")
    assert inner.read == []


def test_length_that_is_too_large_is_refused_before_a_body_is_awaited(
    inner: Application,
) -> None:
    assert ask(guard(inner), content_length="11") == (413, "too_large")


def test_body_that_grows_too_large_is_refused(inner: Application) -> None:
    assert ask(guard(inner), b"012345", b"6789ab") == (413, "too_large")
    assert inner.read == []


def test_body_that_does_not_arrive_is_not_awaited_for_ever(
    inner: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(border, "_BODY_TIME", 0)
    assert ask(guard(inner)) == (408, "too_slow")
    assert inner.read == []


def test_address_that_asks_too_often_waits_and_no_other(inner: Application) -> None:
    guarded = guard(inner, burst=2)
    told = [ask(guarded, b"") for _ in range(3)]
    assert told == [(200, ""), (200, ""), (429, "too_many_requests")]
    assert ask(guarded, b"", client="192.0.2.2") == (200, "")
    assert len(inner.read) == 3


@pytest.mark.parametrize(
    ("host", "passes"),
    [
        ("HERE.example", True),
        ("here.example:8443", True),
        ("here.example.", False),
        ("here.example:1:2", False),
        ("", False),
    ],
)
def test_host_is_ours_with_or_without_a_port(
    inner: Application, host: str, passes: bool
) -> None:
    assert (ask(guard(inner), b"", host=host)[0] == 200) is passes
    assert bool(inner.read) is passes
