"""Tokens that open something: drawn here, and kept as their hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode


def draw_token() -> str:
    """Draw 256 bits as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Hash a token, as the database keeps it; it is as long as a guess is hopeless."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def derive_token(key: bytes, purpose: str, token: str) -> str:
    """Derive another token from one, which nobody without the key can."""
    text = f"{purpose}/{token}".encode("utf-8", "replace")
    digest = hmac.new(key, text, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def are_same(one: str, other: str) -> bool:
    """Compare without telling by time how much was right."""
    return hmac.compare_digest(
        one.encode("utf-8", "replace"), other.encode("utf-8", "replace")
    )
