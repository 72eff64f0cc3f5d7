"""What a service answers is read in bounds, and nobody leads a device elsewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typing_extensions import override

from scripts.shared.errors import ServiceAwayError, ServiceError
from scripts.voters.device import asking
from scripts.voters.device.asking import open_asker

DRIP = 0.05  # seconds between two bytes
Handle = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(handle: Handle) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            handle(self)

        def do_POST(self) -> None:
            handle(self)

        @override
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def answer(
    handler: BaseHTTPRequestHandler, body: bytes, *headers: tuple[str, str], status: int
) -> None:
    handler.send_response(status)
    for name, value in (("Content-Length", str(len(body))), *headers):
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def test_nobody_is_redirected() -> None:
    seen: list[str] = []

    def handle(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        answer(handler, b"{}", ("Location", "/elsewhere"), status=307)

    with serving(handle) as url, open_asker() as asker, pytest.raises(ServiceError):
        asker.ask("portal", f"{url}/here")
    assert seen == ["/here"]


def test_no_cookie_is_kept() -> None:
    seen: list[str | None] = []

    def handle(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Cookie"))
        answer(handler, b"{}", ("Set-Cookie", "who=1; Path=/"), status=200)

    with serving(handle) as url, open_asker() as asker:
        for _ in range(2):
            asker.ask("relay", url)
    assert seen == [None, None]


def test_no_more_is_read_than_an_answer_may_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "LARGEST", 1_000)

    def handle(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, b'{"a": "' + b"x" * 2_000 + b'"}', status=200)

    with (
        serving(handle) as url,
        open_asker() as asker,
        pytest.raises(ServiceAwayError),
    ):
        asker.ask("relay", url)


def test_who_drips_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    stop = threading.Event()

    def handle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not stop.wait(DRIP):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return

    with serving(handle) as url, open_asker() as asker:
        with pytest.raises(ServiceAwayError):
            asker.ask("relay", url)
        stop.set()


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"a": 1} x'],
)
def test_what_is_no_object_is_no_answer(body: bytes) -> None:
    with (
        serving(lambda each: answer(each, body, status=200)) as url,
        open_asker() as asker,
        pytest.raises(ServiceError),
    ):
        asker.ask("gateway", url)


@pytest.mark.parametrize(
    ("said", "wait"),
    [("60", 60), ("999999999999", 0), ("9999999", 3_600), ("-5", 0), ("²", 0), ("", 0)],
)
def test_a_wait_is_whole_seconds_an_hour_at_most(said: str, wait: int) -> None:
    refuse = ("Retry-After", said.encode().decode("latin-1"))
    body = b'{"code": "too_soon", "case": "K7Q2MX"}'
    with (
        serving(lambda each: answer(each, body, refuse, status=429)) as url,
        open_asker() as asker,
        pytest.raises(ServiceError, match="K7Q2MX") as refused,
    ):
        asker.ask("gateway", f"{url}/issues")
    assert (refused.value.code, refused.value.wait) == ("too_soon", wait)


def test_nobody_says_what_only_the_device_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECHE_LANGUAGE", "en")
    for said in ("other_issued", "locked", "nodes_differ", "too_soon", 7, ["a"]):
        body = json.dumps({"code": said}).encode()
        with (
            serving(lambda each, raw=body: answer(each, raw, status=409)) as url,  # type: ignore[misc]
            open_asker() as asker,
            pytest.raises(ServiceError, match=r"refused it$") as refused,
        ):
            asker.ask("portal", f"{url}/booth/attestations")
        assert refused.value.code == "refused"


def test_who_is_away_is_away() -> None:
    with open_asker() as asker, pytest.raises(ServiceAwayError):
        asker.ask("relay", "http://127.0.0.1:1/ballots")
