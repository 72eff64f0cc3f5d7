"""Ask a running node how it is, once or until it is ready."""

from __future__ import annotations

import time
from contextlib import suppress
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, build_opener

from node.json_depth import parse_json
from scripts.shared.errors import UsageError

_PATIENCE = 5.0  # seconds for one answer
_AGAIN = 0.2  # seconds between questions
_LONGEST = 100_000  # bytes of an answer


def ask_until_ready(url: str, seconds: float) -> dict[str, Any]:
    """Return what the node says, as soon as it is ready or the time is over."""
    end = time.monotonic() + seconds
    while True:
        status = ask(url)
        if status["ready"] or time.monotonic() >= end:
            return status
        time.sleep(_AGAIN)


def ask(url: str) -> dict[str, Any]:
    """Return what the node says of itself, or why it says nothing."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError("rpc-url", "give it like http://127.0.0.1:8545")
    request = Request(url.rstrip("/") + "/ready")  # noqa: S310  checked above
    try:
        with build_opener().open(request, timeout=_PATIENCE) as answer:
            return _read(url, answer.read(_LONGEST))
    except HTTPError as error:
        with error, suppress(OSError, HTTPException):
            return _read(url, error.read(_LONGEST))
        return _silent(url, "it answers, and says nothing")
    except URLError as error:
        return _silent(url, f"nothing answers: {_why(error.reason)}")
    except (OSError, HTTPException, ValueError) as error:
        return _silent(url, f"nothing answers: {_why(error)}")


def _why(reason: object) -> str:
    return str(getattr(reason, "strerror", None) or reason).lower()


def _read(url: str, body: bytes) -> dict[str, Any]:
    try:
        status = parse_json(body)
    except ValueError:
        status = None
    if not isinstance(status, dict) or not isinstance(status.get("ready"), bool):
        return _silent(url, "what answers is no node of this kind")
    return {"url": url, **_compare_clocks(status)}


def _silent(url: str, fact: str) -> dict[str, Any]:
    return {"url": url, "ready": False, "reasons": [fact]}


def _compare_clocks(status: dict[str, Any]) -> dict[str, Any]:
    """Add how far the node's clock is ahead of this machine's, in seconds."""
    clock = status.pop("clock", None)
    if isinstance(clock, int):
        status["clock_ahead"] = clock - int(time.time())
    return status
