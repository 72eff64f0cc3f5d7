"""One service proves to another who it is and what it asks: JWT, ES256.

A token is for one receiver, one method, path and body, at most a minute, and once.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

LIFETIME: Final = 60  # seconds
_SKEW: Final = 30  # seconds that two machines may differ by
_MOST_KEPT: Final = 100_000
_CLAIMS: Final = {"iss": str, "aud": str, "iat": int, "exp": int, "jti": str}


class TokenError(Exception):
    """Report a token that does not hold; says nothing of what would."""


def digest_call(method: str, target: str, body: bytes) -> str:
    """Hash what a call asks: method, path with query, body."""
    parts = (method.upper().encode(), target.encode(), body)
    hashed = hashlib.sha256(b"".join(len(p).to_bytes(8, "big") + p for p in parts))
    return urlsafe_b64encode(hashed.digest()).rstrip(b"=").decode()


def make_token(key: ECKey, *, issuer: str, audience: str, now: int, digest: str) -> str:
    """Make the token of one call."""
    claims = {
        "iss": issuer,
        "aud": audience,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": secrets.token_urlsafe(16),
        "digest": digest,
    }
    return jwt.encode({"alg": "ES256"}, claims, key)


@dataclass
class TokenGate:
    """Accept tokens for one service, each once.

    since: when it began, Unix seconds. Tokens that were made earlier are refused, so
    that nothing is replayed over a restart, which forgets those that were used.
    """

    audience: str
    keys: Mapping[str, ECKey]
    since: int
    used: dict[str, int] = field(default_factory=dict)

    def accept(self, token: str, *, digest: str, now: int) -> str:
        """Accept the token of a call; returns who made it. Raises TokenError."""
        issuer = _read_issuer(token)
        if issuer not in self.keys:
            raise TokenError
        claims = _verify(token, self.keys[issuer])
        is_ours = claims["aud"] == self.audience
        is_timely = (
            claims["exp"] <= claims["iat"] + LIFETIME
            and max(self.since - 1, now - LIFETIME - _SKEW) <= claims["iat"]
            and claims["iat"] <= now + _SKEW
            and now < claims["exp"] + _SKEW
        )
        if not is_ours or not is_timely or claims.get("digest") != digest:
            raise TokenError
        self._note(f"{issuer} {claims['jti']}", claims["exp"] + _SKEW, now)
        return issuer

    def _note(self, mark: str, until: int, now: int) -> None:
        if self.used.get(mark, 0) > now:
            raise TokenError
        if len(self.used) >= _MOST_KEPT:
            self.used = {each: end for each, end in self.used.items() if end > now}
            if len(self.used) >= _MOST_KEPT:
                raise TokenError
        self.used[mark] = until


def _read_issuer(token: str) -> str:
    """Read who a token says made it, to choose the key that verifies it.

    Nobody, if it cannot be read.
    """
    try:
        return str(jwt.decode(token, _unverified).claims["iss"])
    except _IssuerSeen as seen:
        return seen.issuer
    except (JoseError, ValueError, KeyError, TypeError, RecursionError):
        return ""


class _IssuerSeen(Exception):  # noqa: N818  carries a value out of joserfc
    def __init__(self, issuer: str) -> None:
        self.issuer = issuer


def _unverified(obj: Any) -> ECKey:
    import json

    claims = json.loads(obj.payload)
    raise _IssuerSeen(str(claims["iss"]))


def _verify(token: str, key: ECKey) -> dict[str, Any]:
    try:
        claims = jwt.decode(token, key, algorithms=["ES256"]).claims
    except (JoseError, ValueError):
        raise TokenError from None
    for name, kind in _CLAIMS.items():
        if type(claims.get(name)) is not kind:
            raise TokenError
    return claims
