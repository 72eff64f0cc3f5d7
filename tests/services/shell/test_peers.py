from __future__ import annotations

import asyncio
import gzip
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from typing_extensions import override

from services.shell import peer_tokens, peers
from services.shell.home import Home
from services.shell.opening import open_context
from services.shell.peer_tokens import (
    TokenError,
    TokenGate,
    digest_call,
    make_token,
)
from services.shell.peers import PeerAwayError, PeerError, Peers
from services.shell.settings import PeerSettings, PublicKey
from services.shell.vault import spell_public
from tests.services.desk import make_desk
from tests.services.running import PASSWORD, Running

KEY, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
NOW = 1_900_000_000
DIGEST = digest_call("POST", "/peer/echo", b"{}")


def gate() -> TokenGate:
    return TokenGate("desk", {"friend": KEY, "stranger": OTHER}, since=NOW - 1_000)


def token(key: ECKey = KEY, **changed: Any) -> str:
    claims: dict[str, Any] = {
        "iss": "friend",
        "aud": "desk",
        "iat": NOW,
        "exp": NOW + 60,
        "jti": "one",
        "digest": DIGEST,
    }
    claims = {k: v for k, v in {**claims, **changed}.items() if v is not None}
    return jwt.encode({"alg": "ES256"}, claims, key)


def test_token_is_accepted_once() -> None:
    door = gate()
    assert door.accept(token(), digest=DIGEST, now=NOW) == "friend"
    with pytest.raises(TokenError):
        door.accept(token(), digest=DIGEST, now=NOW)
    assert door.accept(token(jti="two"), digest=DIGEST, now=NOW) == "friend"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "relay"},
        {"aud": ["desk"]},
        {"aud": None},
        {"iss": "stranger"},
        {"iss": "nobody"},
        {"iss": None},
        {"digest": digest_call("POST", "/peer/echo", b"[]")},
        {"digest": digest_call("POST", "/peer/other", b"{}")},
        {"digest": digest_call("GET", "/peer/echo", b"{}")},
        {"digest": None},
        {"jti": None},
        {"iat": None},
        {"exp": None},
        {"exp": NOW + 61},
        {"iat": NOW - 91, "exp": NOW - 31},
        {"iat": NOW + 31, "exp": NOW + 91},
        {"iat": NOW - 1_002, "exp": NOW - 942},
        {"exp": str(NOW + 60)},
    ],
    ids=str,
)
def test_token_that_is_for_something_else_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(TokenError):
        gate().accept(token(**changed), digest=DIGEST, now=NOW)


def test_token_of_another_key_or_algorithm_is_refused() -> None:
    none = "eyJhbGciOiJub25lIn0." + token().split(".")[1] + "."
    for forged in (token(OTHER), none, "", "a.b.c", token()[:-4] + "AAAA"):
        with pytest.raises(TokenError):
            gate().accept(forged, digest=DIGEST, now=NOW)


def test_token_of_before_a_restart_is_not_taken_again() -> None:
    """A restart forgets which were used."""
    restarted = TokenGate("desk", {"friend": KEY}, since=NOW + 10)
    with pytest.raises(TokenError):
        restarted.accept(token(), digest=DIGEST, now=NOW + 10)


def test_token_that_is_over_is_refused() -> None:
    """Though it was made within the minute."""
    short = token(exp=NOW + 1)
    assert gate().accept(short, digest=DIGEST, now=NOW + 1 + 29) == "friend"
    with pytest.raises(TokenError):
        gate().accept(short, digest=DIGEST, now=NOW + 1 + 30)


def test_so_many_tokens_are_remembered_and_no_more_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Forgetting one that still holds would let it in again."""
    monkeypatch.setattr(peer_tokens, "_MOST_KEPT", 2)
    door = gate()
    for jti in "ab":
        door.accept(token(jti=jti), digest=DIGEST, now=NOW)
    with pytest.raises(TokenError):
        door.accept(token(jti="c"), digest=DIGEST, now=NOW)
    later = NOW + 90
    door.accept(token(jti="d", iat=later, exp=later), digest=DIGEST, now=later)
    assert [*door.used] == ["friend d"]


def call(url: str, home: Path, method: str, path: str, body: Any = None) -> Any:
    """Call the desk as its friend."""
    friend = make_desk("friend")

    async def run() -> Any:
        with open_context(friend, Home(home, "friend"), PASSWORD) as context:
            key = context.peers._own_key
            await context.peers.close()
            settings = PeerSettings(
                url=url, key=PublicKey.model_validate(spell_public(key))
            )
            known = Peers("friend", key, {"desk": settings})
            try:
                return await known["desk"].call(method, path, body)
            finally:
                await known.close()

    return asyncio.run(run())


def test_service_calls_another(desk: Running, tmp_path: Path) -> None:
    home = tmp_path / "friend"
    found = call(desk.url, home, "POST", "/peer/echo", {"a": 1})
    assert found == {"caller": "friend", "body": '{"a": 1}'}
    odd = call(desk.url, home, "POST", "/peer/echo?a=%D0%AF%2F&b", {})
    assert odd["caller"] == "friend"
    hello = call(desk.url, home, "GET", "/peer/hello")
    assert hello == {"service": "desk", "caller": "friend"}


def test_refusal_and_absence_are_told_apart(desk: Running, tmp_path: Path) -> None:
    home = tmp_path / "friend"
    with pytest.raises(PeerError, match="desk: not_found"):
        call(desk.url, home, "GET", "/nothing")
    with pytest.raises(PeerAwayError):
        call("http://127.0.0.1:1", home, "GET", "/nothing")


@contextmanager
def answering(
    body: bytes,
    status: int = 200,
    *,
    pause: float = 0,
    headers: Mapping[str, str] = {},
) -> Iterator[str]:
    """Serve one answer to whoever asks; yields the URL. pause: between its bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # whoever asked may have hung up
                for at in range(len(body) if pause else 0):
                    self.wfile.write(body[at : at + 1])
                    time.sleep(pause)
                self.wfile.write(body if not pause else b"")

        @override
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_answer_that_nests_deeply_or_is_packed_is_none(
    desk: Running, tmp_path: Path
) -> None:
    """Brackets can end the process, and a little that is packed is much."""
    home = tmp_path / "friend"
    assert desk.url
    with answering(b"[1]") as url:
        assert call(url, home, "GET", "/") == [1]
    for body, headers in (
        (b"[" * 100_000, {}),
        (b"[" * 65 + b"]" * 65, {}),
        (gzip.compress(b"[1]"), {"Content-Encoding": "gzip"}),
    ):
        with answering(body, headers=headers) as url, pytest.raises(PeerAwayError):
            call(url, home, "GET", "/")


@pytest.mark.parametrize(
    ("body", "status", "headers"),
    [
        (b"", 200, {}),
        (b"{}", 302, {"Location": "http://127.0.0.1:1/"}),
        (b"", 303, {"Location": "/"}),
        (b'{"code": "moved"}', 307, {"Location": "/"}),
        (b"<html>ok</html>", 200, {"Content-Type": "text/html"}),
        (b"[1]", 500, {}),
        (b"<html>", 400, {}),
        (b"{" + b'"a":' * 3, 200, {}),
        (b"\xff\xfe[\x001\x00]\x00", 400, {}),
        (b"[1]", 200, {"Content-Length": "4"}),
        (b"1" * 5_000, 200, {}),
        (b"[]" + b" " * 3_999_999, 200, {}),
    ],
    ids=lambda value: str(value)[:20],
)
def test_odd_answer_is_none(
    desk: Running, tmp_path: Path, body: bytes, status: int, headers: dict[str, str]
) -> None:
    """A redirect least of all: who is asked there is not the one who was meant."""
    assert desk.url
    with answering(body, status, headers=headers) as url, pytest.raises(PeerAwayError):
        call(url, tmp_path / "friend", "GET", "/")


def test_answer_that_never_ends_is_none(
    desk: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.url
    monkeypatch.setattr(peers, "DEADLINE", 0.5)
    with answering(b"[1]" * 20, pause=0.2) as url, pytest.raises(PeerAwayError):
        call(url, tmp_path / "friend", "GET", "/")


@pytest.mark.parametrize(
    ("status", "passes"), [(409, False), (429, True), (500, True), (503, True)]
)
def test_refusal_passes_that_is_for_too_much_or_a_fault(
    status: int, *, passes: bool
) -> None:
    assert PeerError("desk", "refused", status, {}).may_pass is passes


def test_service_that_is_not_asked_for_is_refused(
    desk: Running, tmp_path: Path
) -> None:
    """Though it is a service of the election: each has its own to ask."""
    with pytest.raises(PeerError, match="desk: unknown_peer"):
        call(desk.url, tmp_path / "friend", "POST", "/peer/closed", {})


def test_word_of_a_refusal_is_a_word(desk: Running, tmp_path: Path) -> None:
    """It goes into logs and pages: no phone, no line, nothing endless."""
    assert desk.url
    for code in ("+79161234567 of Anna", "a\nb", "x" * 99, 7, None):
        body = json.dumps({"code": code, "title": "t" * 9_999}).encode()
        with (
            answering(body, 409) as url,
            pytest.raises(PeerError, match=r"desk: refused$") as caught,
        ):
            call(url, tmp_path / "friend", "GET", "/")
        assert len(caught.value.title) <= 500


def test_token_that_nests_deeply_is_refused(desk: Running) -> None:
    deep = urlsafe_b64encode(b"[" * 8_000).decode()
    for token_ in (f"{deep}.e30.AA", f"eyJhbGciOiJFUzI1NiJ9.{deep}.AA"):
        headers = {"Authorization": f"Bearer {token_}"}
        answer = desk.client.post("/peer/echo", content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unknown_peer")


def test_stranger_is_refused(desk: Running) -> None:
    digest = digest_call("POST", "/peer/echo", b"{}")
    forged = make_token(
        OTHER, issuer="friend", audience="desk", now=int(time.time()), digest=digest
    )
    for headers in ({}, {"Authorization": f"Bearer {forged}"}):
        answer = desk.client.post("/peer/echo", content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unknown_peer")
