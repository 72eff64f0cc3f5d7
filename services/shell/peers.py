"""Calls between services: signed, once, within one deadline."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx2
from joserfc.jwk import ECKey
from starlette.requests import Request
from typing_extensions import override

from election.errors import EncodingError
from election.protocol.nesting import check_nesting
from services.shell.peer_tokens import TokenError, TokenGate, digest_call, make_token
from services.shell.problems import Problem
from services.shell.settings import PeerSettings
from services.shell.text import _

DEADLINE: Final = 10  # seconds for a call, connection and answer together
_LARGEST: Final = 4_000_000  # bytes of an answer
_LONGEST_TITLE: Final = 500
_WORD: Final = re.compile("[a-z0-9_]{1,40}")


class PeerError(Exception):
    """Report what another service refused; code is its stable word.

    title: its sentence, in the language that was asked for. answer: its whole body,
    where it is JSON.
    """

    def __init__(
        self, peer: str, code: str, status: int, answer: Mapping[str, Any]
    ) -> None:
        super().__init__(f"{peer}: {code}")
        self.peer = peer
        self.code = code
        self.status = status
        self.answer = answer
        self.title = str(answer.get("title", code))[:_LONGEST_TITLE]

    @property
    def may_pass(self) -> bool:
        """Say whether the same call may be answered in another way later."""
        is_fault = self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return is_fault or self.status == HTTPStatus.TOO_MANY_REQUESTS


class PeerAwayError(PeerError):
    """Report that another service did not answer in time, or not in JSON."""

    def __init__(self, peer: str) -> None:
        super().__init__(peer, "away", HTTPStatus.SERVICE_UNAVAILABLE, {})


class Peer:
    """Another service, as it is called."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        key: ECKey,
        caller: str,
        client: httpx2.AsyncClient,
    ) -> None:
        self.name = name
        self.url = url
        self._key, self._caller, self._client = key, caller, client

    async def call(
        self, method: str, path: str, body: Any = None, *, language: str = "en"
    ) -> Any:
        """Call another service and return its JSON, decoded.

        language: of the sentence that a refusal comes with, for a person. Raises
        PeerError with its refusal, PeerAwayError.
        """
        raw = b"" if body is None else json.dumps(body).encode()
        digest = digest_call(method, path, raw)
        now = int(time.time())
        token = make_token(
            self._key, issuer=self._caller, audience=self.name, now=now, digest=digest
        )
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept-Encoding": "identity",
            "Accept-Language": language,
        }
        if raw:
            headers["Content-Type"] = "application/json"
        try:
            async with asyncio.timeout(DEADLINE):
                status, answer = await self._exchange(method, path, raw, headers)
        except (httpx2.HTTPError, TimeoutError, OSError):
            raise PeerAwayError(self.name) from None
        return self._judge(status, answer)

    async def _exchange(
        self, method: str, path: str, raw: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        request = self._client.build_request(
            method, self.url + path, content=raw, headers=headers
        )
        response = await self._client.send(request, stream=True)
        try:
            found = bytearray()
            async for part in response.aiter_raw():
                found += part
                if len(found) > _LARGEST:
                    raise PeerAwayError(self.name)
            return response.status_code, bytes(found)
        finally:
            await response.aclose()

    def _judge(self, status: int, raw: bytes) -> Any:
        try:
            check_nesting(raw)
            answer = json.loads(raw)
        except (EncodingError, ValueError):
            raise PeerAwayError(self.name) from None
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        # a redirect is nobody's answer: a proxy in between is set up wrongly
        if not isinstance(answer, dict) or status < HTTPStatus.BAD_REQUEST:
            raise PeerAwayError(self.name)
        code = answer.get("code")
        if not isinstance(code, str) or not _WORD.fullmatch(code):
            code = "refused"
        raise PeerError(self.name, code, status, answer)


class Peers(Mapping[str, Peer]):
    """The services that config.toml names, and who may call this one."""

    def __init__(
        self, name: str, key: ECKey, settings: Mapping[str, PeerSettings]
    ) -> None:
        self.name = name
        self._own_key = key
        limits = httpx2.Limits(max_connections=50, max_keepalive_connections=20)
        self._client = httpx2.AsyncClient(
            limits=limits, follow_redirects=False, trust_env=False, timeout=DEADLINE
        )
        self._peers = {
            peer: Peer(peer, each.url, key=key, caller=name, client=self._client)
            for peer, each in settings.items()
        }
        keys = {
            peer: ECKey.import_key(each.key.model_dump())
            for peer, each in settings.items()
        }
        self.gate = TokenGate(name, keys, since=int(time.time()))

    @override
    def __getitem__(self, name: str) -> Peer:
        return self._peers[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._peers)

    @override
    def __len__(self) -> int:
        return len(self._peers)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()


async def require_peer(request: Request, *names: str) -> str:
    """Accept a call of one of these services; returns which. Raises Problem."""
    refused = Problem(
        "unknown_peer",
        _("Only another service of the election may ask this."),
        HTTPStatus.UNAUTHORIZED,
    )
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    target = request.scope["raw_path"].decode("latin-1")  # as it was sent
    if query := request.scope["query_string"]:
        target += f"?{query.decode('latin-1')}"
    digest = digest_call(request.method, target, await request.body())
    gate: TokenGate = request.app.state.context.peers.gate
    try:
        found = gate.accept(token, digest=digest, now=int(time.time()))
    except TokenError:
        raise refused from None
    if found not in names:
        raise refused
    return found
