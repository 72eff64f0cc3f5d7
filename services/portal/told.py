"""What a form led to is told on the page that it leads back to: no page answers a form.

A browser that goes back to the answer of a form asks whether to send it once more, or
shows an error. So each form is answered by a redirect (303), and what has to be said
goes along in a cookie that lasts for one page, under a seal of this session.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from typing import Final

from services.portal.tokens import are_same, derive_token

LASTS: Final = 120  # seconds that a browser has to open the page
_LONGEST: Final = 800  # characters: a cookie has room for 4096 bytes


@dataclass(frozen=True, slots=True)
class Told:
    """Why a form did nothing; case: for the support line."""

    code: str
    text: str
    case: str


def seal_told(told: Told, *, key: bytes, session: str) -> str:
    """Write what is told as a cookie's value; session: the cookie it belongs to."""
    short = Told(told.code, told.text[:_LONGEST], told.case)
    said = json.dumps(asdict(short), ensure_ascii=False).encode()
    body = urlsafe_b64encode(said).rstrip(b"=").decode()
    return f"{body}.{_seal(body, key, session)}"


def open_told(value: str, *, key: bytes, session: str) -> Told | None:
    """Read a cookie's value; None unless this portal wrote it for this session."""
    body, _, seal = value.partition(".")
    if not are_same(seal, _seal(body, key, session)):
        return None
    try:
        said = urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return Told(**json.loads(said))
    except (ValueError, TypeError, binascii.Error):
        return None


def _seal(body: str, key: bytes, session: str) -> str:
    return derive_token(key, "told", f"{session}/{body}")


def page_of(path: str) -> str:
    """Give the page that has the form of a path."""
    first = path.split("/")[1]
    return f"/{first}" if first in ("application", "ballot") else "/"
