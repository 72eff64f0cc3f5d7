"""What a provider may say, and what is not believed."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import pytest
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from services.portal.provider import (
    Metadata,
    Provider,
    ProviderError,
    _accept_metadata,
)
from services.portal.settings import ProviderSettings
from tests.patience import this_moment

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
        {"jwks_uri": "https:///keys"},
    ],
    ids=str,
)
def test_provider_that_names_other_places_is_refused(changed: dict[str, Any]) -> None:
    assert isinstance(_accept_metadata(SAID, ISSUER), Metadata)
    with pytest.raises(ProviderError):
        _accept_metadata({**SAID, **changed}, ISSUER)


def test_provider_on_this_machine_names_no_open_address_elsewhere() -> None:
    local = "http://127.0.0.1:1"
    said = {name: value.replace(ISSUER, local) for name, value in SAID.items()}
    assert _accept_metadata(said, local).issuer == local
    with pytest.raises(ProviderError, match="not https"):
        _accept_metadata({**said, "token_endpoint": "http://idp.example.org/t"}, local)
    with pytest.raises(ProviderError, match="another provider"):
        _accept_metadata([], local)


def finish(provider: Provider, patch: pytest.MonkeyPatch, token: Any, sub: Any) -> str:
    """Come back with a code; token: what the provider gives for it."""

    async def exchange(*_: Any, **__: Any) -> Any:
        return token

    async def check(*_: Any, **__: Any) -> Any:
        return {"sub": sub}

    patch.setattr(Provider, "_exchange", exchange)
    patch.setattr(Provider, "_verify", check)
    provider._metadata = _accept_metadata(SAID, ISSUER)
    provider._read_at = this_moment()
    coming = provider.finish(code="c", issuer=None, nonce="n", verifier="v")
    return asyncio.run(coming)


@pytest.mark.parametrize(
    ("token", "sub", "fact"),
    [
        ({}, "anna", "there is no id token"),
        ({"id_token": 7}, "anna", "there is no id token"),
        ({"id_token": "x"}, None, "names no account"),
        ({"id_token": "x"}, 7, "names no account"),
        ({"id_token": "x"}, "", "names no account"),
        ({"id_token": "x"}, "a" * 256, "names no account"),
        ({"id_token": "x"}, "a" * 255, None),
    ],
    ids=range(7),
)
def test_code_gives_an_account_or_nothing(
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    token: Any,
    sub: Any,
    fact: str | None,
) -> None:
    if fact is None:
        assert finish(provider, monkeypatch, token, sub) == sub
        return
    with pytest.raises(ProviderError, match=fact):
        finish(provider, monkeypatch, token, sub)


@pytest.mark.parametrize(
    ("error", "fact", "is_away"),
    [
        (AuthlibBaseError("invalid_grant"), "refuses the code: invalid_grant", False),
        (OSError(), "does not answer", True),
        (ValueError(), "answers with no token", False),
    ],
    ids=["refused", "away", "odd"],
)
def test_exchange_of_a_code_ends_in_words(
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    fact: str,
    is_away: bool,
) -> None:
    async def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(AsyncOAuth2Client, "fetch_token", fail)
    metadata = _accept_metadata(SAID, ISSUER)
    with pytest.raises(ProviderError, match=fact) as told:
        asyncio.run(provider._exchange(metadata, code="c", verifier="v"))
    assert told.value.is_away is is_away


def test_keys_that_are_none_are_told(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def odd(*_: Any) -> Any:
        return {"keys": 7}

    monkeypatch.setattr(Provider, "_get", odd)
    with pytest.raises(ProviderError, match="has no keys"):
        verify(provider, make_token())


def test_provider_that_is_away_may_come_back() -> None:
    settings = ProviderSettings(issuer="http://127.0.0.1:1", client_id="veche-portal")
    away = Provider(settings, "http://127.0.0.1:1/login/done", "secret")
    beginning = away.begin(state="s", nonce="n", verifier="v", language="ru")
    with pytest.raises(ProviderError, match="does not answer") as told:
        asyncio.run(beginning)
    assert told.value.is_away
