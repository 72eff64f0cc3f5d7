"""The identity provider: discovery, the code flow with PKCE, and the ID token.

Authlib speaks the flow, joserfc verifies the token. Nothing that the browser brings
back is believed but by what the provider signed for this login.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from services.portal.settings import ProviderSettings
from services.shell.bounded import Bounded

_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
"""What an ID token may be signed by; none of them takes a secret of ours as its key."""

_DEADLINE: Final = 10  # seconds for each request, connection and answer together
_LARGEST: Final = 500_000  # bytes of an answer
_KEPT: Final = 3_600  # seconds that what the provider says of itself is believed
_SKEW: Final = 30  # seconds that its clock may differ by
_LONGEST_ACCOUNT: Final = 255
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class ProviderError(Exception):
    """Report that the provider did not say who somebody is; the fact is for the log."""

    def __init__(self, fact: str, *, is_away: bool = False) -> None:
        """is_away: whether it did not answer, so that later it may."""
        super().__init__(fact)
        self.fact = fact
        self.is_away = is_away


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself."""

    issuer: str
    authorization: str
    token: str
    keys: str
    logout: str | None


@dataclass
class Provider:
    """A provider, as the portal uses it.

    secret: the client's secret, or its key for private_key_jwt.
    """

    settings: ProviderSettings
    redirect: str
    secret: str | ECKey = field(repr=False)
    # made once: reading the certificates of all authorities takes as long as the rest
    _tls: ssl.SSLContext = field(
        default_factory=partial(httpx2.create_ssl_context, trust_env=False), repr=False
    )
    _metadata: Metadata | None = None
    _keys: KeySet | None = None
    _read_at: float = 0

    async def locate(self) -> Metadata:
        """Discover the provider's addresses; raises ProviderError."""
        if self._metadata is None or time.monotonic() > self._read_at + _KEPT:
            issuer = self.settings.issuer
            raw = await self._get(f"{issuer}/.well-known/openid-configuration")
            self._metadata = _accept_metadata(raw, issuer)
            self._keys = None
            self._read_at = time.monotonic()
        return self._metadata

    async def begin(
        self, *, state: str, nonce: str, verifier: str, language: str
    ) -> str:
        """Give the address at the provider that a browser is sent to."""
        metadata = await self.locate()
        async with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization,
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                ui_locales=language,
            )
        return str(url)

    async def finish(
        self, *, code: str, issuer: str | None, nonce: str, verifier: str
    ) -> str:
        """Exchange a code for who is logged in: an account; raises ProviderError.

        issuer: what came back with the code (RFC 9207), if anything did.
        """
        metadata = await self.locate()
        if issuer is not None and issuer != metadata.issuer:
            raise ProviderError("the code is of another provider")
        token = await self._exchange(metadata, code=code, verifier=verifier)
        raw = token.get("id_token")
        if not isinstance(raw, str):
            raise ProviderError("there is no id token")
        claims = await self._verify(metadata, raw, token=token, nonce=nonce)
        account = claims.get(self.settings.account_claim)
        if not isinstance(account, str) or not 0 < len(account) <= _LONGEST_ACCOUNT:
            raise ProviderError("the id token names no account")
        return account

    def _client(self, metadata: Metadata) -> AsyncOAuth2Client:
        settings = self.settings
        client = AsyncOAuth2Client(
            client_id=settings.client_id,
            client_secret=self.secret,
            token_endpoint_auth_method=settings.auth_method,
            scope=settings.scope,
            redirect_uri=self.redirect,
            code_challenge_method="S256",
            trust_env=False,
            timeout=_DEADLINE,
            transport=Bounded(_LARGEST, verify=self._tls),
        )
        if isinstance(self.secret, ECKey):
            signs = PrivateKeyJWT(
                metadata.token, alg="ES256", headers={"kid": self.secret.thumbprint()}
            )
            client.register_client_auth_method(signs)
        return client

    async def _exchange(
        self, metadata: Metadata, *, code: str, verifier: str
    ) -> dict[str, Any]:
        try:
            async with asyncio.timeout(_DEADLINE), self._client(metadata) as client:
                token = await client.fetch_token(
                    metadata.token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
        except AuthlibBaseError as error:
            raise ProviderError(f"refuses the code: {error.error}") from None
        except (httpx2.HTTPError, TimeoutError, OSError):
            raise ProviderError("does not answer", is_away=True) from None
        except (ValueError, JoseError, RecursionError):
            raise ProviderError("answers with no token") from None
        return dict(token)

    async def _verify(
        self, metadata: Metadata, raw: str, *, token: dict[str, Any], nonce: str
    ) -> dict[str, Any]:
        try:
            try:
                found = jwt.decode(raw, await self._read_keys(metadata), _ALGORITHMS)
            except (JoseError, ValueError):  # the provider may have changed its keys
                self._keys = None
                found = jwt.decode(raw, await self._read_keys(metadata), _ALGORITHMS)
            claims = CodeIDToken(
                found.claims,
                found.header,
                {
                    "iss": {"essential": True, "value": metadata.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                    "nonce": {"essential": True, "value": nonce},
                },
                {
                    "nonce": nonce,
                    "client_id": self.settings.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(time.time()), leeway=_SKEW)
        except (JoseError, ValueError, TypeError) as error:
            fact = f"the id token does not hold: {type(error).__name__}"
            raise ProviderError(fact) from None
        return dict(claims)

    async def _read_keys(self, metadata: Metadata) -> KeySet:
        if self._keys is None:
            raw = await self._get(metadata.keys)
            try:
                self._keys = KeySet.import_key_set(raw)
            except (JoseError, ValueError, TypeError, KeyError):
                raise ProviderError("has no keys") from None
        return self._keys

    async def _get(self, url: str) -> Any:
        try:
            transport = Bounded(_LARGEST, verify=self._tls)
            async with (
                asyncio.timeout(_DEADLINE),
                httpx2.AsyncClient(transport=transport, timeout=_DEADLINE) as client,
            ):
                answer = await client.get(url)
                answer.raise_for_status()
                return answer.json()
        except (httpx2.HTTPError, TimeoutError, OSError, ValueError, RecursionError):
            raise ProviderError("does not answer", is_away=True) from None


def _accept_metadata(raw: Any, issuer: str) -> Metadata:
    """Accept what a provider says of itself; raises ProviderError."""
    if not isinstance(raw, dict) or str(raw.get("issuer", "")).rstrip("/") != issuer:
        raise ProviderError("says that it is another provider")
    logout = raw.get("end_session_endpoint")
    return Metadata(
        str(raw["issuer"]),  # the slash at its end, if any, is a part of it
        _accept_address(raw.get("authorization_endpoint"), issuer),
        _accept_address(raw.get("token_endpoint"), issuer),
        _accept_address(raw.get("jwks_uri"), issuer),
        _accept_address(logout, issuer) if logout else None,
    )


def _accept_address(value: Any, issuer: str) -> str:
    """Accept an address of https; of http only where all is on this machine."""
    parts = urlsplit(value if isinstance(value, str) else "")
    is_local = urlsplit(issuer).hostname in _LOOPBACK and parts.hostname in _LOOPBACK
    if not parts.hostname or (parts.scheme != "https" and not is_local):
        raise ProviderError("names an address that is not https")
    return str(value)
