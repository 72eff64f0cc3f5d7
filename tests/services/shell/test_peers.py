from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from typing_extensions import override

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
            peers = Peers("friend", key, {"desk": settings})
            try:
                return await peers["desk"].call(method, path, body)
            finally:
                await peers.close()

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
def answering(body: bytes, **headers: str) -> Iterator[str]:
    """Serve one answer to whoever asks; yields the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

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
        (gzip.compress(b"[1]"), {"Content_Encoding": "gzip"}),
    ):
        with answering(body, **headers) as url, pytest.raises(PeerAwayError):
            call(url, home, "GET", "/")


def test_stranger_is_refused(desk: Running) -> None:
    digest = digest_call("POST", "/peer/echo", b"{}")
    forged = make_token(
        OTHER, issuer="friend", audience="desk", now=int(time.time()), digest=digest
    )
    for headers in ({}, {"Authorization": f"Bearer {forged}"}):
        answer = desk.client.post("/peer/echo", content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unknown_peer")
