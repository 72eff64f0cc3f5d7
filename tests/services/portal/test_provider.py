"""What a provider may say, and what is not believed."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from services.portal.provider import (
    Metadata,
    Provider,
    ProviderError,
    _accept_metadata,
)
from services.portal.settings import ProviderSettings

ISSUER: Final = "https://idp.example.org"
KEY: Final = ECKey.generate_key("P-256", {"kid": "one"})
OTHER: Final = ECKey.generate_key("P-256", {"kid": "one"})
SAID: Final = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    settings = ProviderSettings(issuer=ISSUER, client_id="veche-portal")

    async def keys(_: Provider, __: str) -> Any:
        return {"keys": [KEY.as_dict(private=False)]}

    monkeypatch.setattr(Provider, "_get", keys)
    return Provider(settings, "https://portal.example.org/login/done", "secret")


def make_token(key: Any = KEY, alg: str = "ES256", **changed: Any) -> str:
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": "veche-portal",
        "sub": "anna",
        "iat": now,
        "exp": now + 60,
        "nonce": "of this login",
    }
    claims = {k: v for k, v in {**claims, **changed}.items() if v is not None}
    return jwt.encode({"alg": alg, "kid": "one"}, claims, key, algorithms=[alg])


def verify(provider: Provider, raw: str) -> dict[str, Any]:
    metadata = _accept_metadata(SAID, ISSUER)
    return asyncio.run(provider._verify(metadata, raw, token={}, nonce="of this login"))


def test_token_of_this_login_is_accepted(provider: Provider) -> None:
    assert verify(provider, make_token())["sub"] == "anna"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["veche-portal", "another"], "azp": "another"},
        {"nonce": "of another login"},
        {"nonce": None},
        {"exp": int(time.time()) - 100},
        {"exp": None},
        {"iat": int(time.time()) + 10_000},
        {"sub": None},
    ],
    ids=[
        *("another issuer", "no issuer", "another audience", "no audience"),
        *("two audiences", "another nonce", "no nonce", "expired", "no end"),
        *("of the future", "of nobody"),
    ],
)
def test_token_that_is_not_for_this_login_is_refused(
    provider: Provider, changed: dict[str, Any]
) -> None:
    with pytest.raises(ProviderError):
        verify(provider, make_token(**changed))


def test_token_that_the_provider_did_not_sign_is_refused(provider: Provider) -> None:
    secret = OctKey.import_key("veche-portal of 32 characters or so")
    for raw in (
        make_token(OTHER),
        make_token(secret, "HS256"),
        "eyJhbGciOiJub25lIn0." + make_token().split(".")[1] + ".",
        "nothing",
    ):
        with pytest.raises(ProviderError):
            verify(provider, raw)


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://idp.example.org/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "http://127.0.0.1/out"},
    ],
    ids=str,
)
def test_provider_that_names_other_places_is_refused(changed: dict[str, Any]) -> None:
    assert isinstance(_accept_metadata(SAID, ISSUER), Metadata)
    with pytest.raises(ProviderError):
        _accept_metadata({**SAID, **changed}, ISSUER)
