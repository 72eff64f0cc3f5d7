"""One question to one service of the signed files, in bounds, and what it refuses.

Nobody is redirected, no cookie is kept, nothing is read from the environment.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import msgspec

from election.errors import ElectionError, EncodingError
from election.protocol.nesting import check_nesting
from scripts.shared.errors import (
    ScriptError,
    ServiceAwayError,
    ServiceError,
    UntrueError,
)
from scripts.voters.device.texts import spell_refusal

PATIENCE: Final = 20.0  # seconds, for one answer
LARGEST: Final = 1_000_000  # bytes of one
_LONGEST_WAIT: Final = 3_600  # seconds
_WORDS: Final[Mapping[str, str]] = {
    "attestations": "unknown_ticket expired_ticket used_ticket logged_out "
    "other_request clock_differs",
    "issues": "not_attested too_late too_soon too_many no_phone clock_differs",
    "code": "too_late too_soon too_many no_phone slow_down unknown_serial",
    "check": "wrong_code expired too_many slow_down unknown_serial clock_differs",
    "requests": "polls_closed not_online another_request bad_attestation expired "
    "bad_lock chain_away",
    "ballots": "already_promised already_cast set_aside polls_closed polls_not_open",
}
"""Words of a refusal that are taken from outside, by what is asked: of others a device
has sentences, too, that nobody else may say."""
_CASE: Final = re.compile("[2-9A-HJKMNP-Z]{6}")


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks the services of one side; the other side has a connection of its own."""

    http: httpx2.Client = field(repr=False)

    def ask(
        self,
        who: str,
        url: str,
        *,
        body: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
    ) -> dict[str, Any]:
        """Ask for an object of JSON. body: sent as JSON; raw: as it is; neither: GET.

        who: by which name a person is told of it. Raises ServiceError with the word of
        a refusal, ServiceAwayError where nobody answers.
        """
        method, content, headers = "GET", None, {"Accept": "application/json"}
        if raw is not None:
            method, content = "POST", raw
            headers["Content-Type"] = "application/octet-stream"
        elif body is not None:
            method, content = "POST", msgspec.json.encode(body)
            headers["Content-Type"] = "application/json"
        try:
            with self.http.stream(
                method, url, content=content, headers=headers
            ) as answered:
                said = _read(answered)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise ServiceAwayError(who, spell_refusal("away")) from error
        if answered.is_success and isinstance(said, dict):
            return said
        words = _WORDS.get(urlsplit(url).path.rpartition("/")[2], "").split()
        raise _refuse(who, said, words, answered.headers.get("retry-after", ""))


@contextmanager
def open_asker() -> Iterator[Asker]:
    """Open what asks the services of one side."""
    with httpx2.Client(
        trust_env=False,
        timeout=PATIENCE,
        follow_redirects=False,
        headers={"User-Agent": "veche"},
    ) as http:
        http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        yield Asker(http)


@contextmanager
def blaming(who: str) -> Iterator[None]:
    """Turn what does not hold of an answer into an error that names who gave it."""
    try:
        yield
    except ScriptError:
        raise
    except ElectionError as error:
        raise UntrueError(who, str(error)) from error


def _read(answered: httpx2.Response) -> Any:
    """Read JSON, no more than is bearable; None for what is none. Raises OSError."""
    due = time.monotonic() + PATIENCE
    body = bytearray()
    for part in answered.iter_bytes():
        body += part
        if len(body) > LARGEST or time.monotonic() > due:
            message = "answers too much, or too slowly"
            raise OSError(message)
    try:
        check_nesting(bytes(body))
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, EncodingError, UnicodeDecodeError):
        return None


def _refuse(
    who: str, said: Any, words: Sequence[str], retry_after: str
) -> ServiceError:
    """Make an error of a refusal: of a service's own words only its code is used."""
    told: Mapping[str, Any] = said if isinstance(said, dict) else {}
    code, case = told.get("code"), told.get("case")
    if not (isinstance(code, str) and code in words):
        code = "refused"
    wait = 0
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9:
        wait = min(int(retry_after), _LONGEST_WAIT)
    number = case if isinstance(case, str) and _CASE.fullmatch(case) else None
    fact = spell_refusal(code, wait=wait, case=number)
    return ServiceError(who, fact, code=code, wait=wait, case=number)
