"""What differs between an answer and what was announced: facts, of pure values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from scripts.booth.fetching import Answer

MAY_DIFFER: Final = frozenset(
    {
        *("accept-ranges", "age", "alt-svc", "connection", "content-encoding"),
        *("content-length", "content-type", "date", "etag", "keep-alive"),
        *("last-modified", "server", "strict-transport-security"),
        *("transfer-encoding", "vary", "via"),
    }
)
"""Headers of transport, proxies and caches, which tell no page what to do; the type is
compared by itself."""

_SHOWN: Final = 200  # characters of a header's value
_BEFORE: Final = 60  # of them, before what differs
_PACKINGS: Final = (None, ["identity"], ["gzip"], ["br"])


@dataclass(frozen=True, slots=True)
class Expected:
    """What is announced of a path.

    media_type: None where any will do. sha256, size: None where another check looks at
    the bytes. own: the bytes themselves, where this release has them.
    """

    path: str
    media_type: str | None
    sha256: bytes | None = None
    size: int | None = None
    status: int = HTTPStatus.OK
    own: bytes | None = None


def find_differences(
    answer: Answer, expected: Expected, headers: Mapping[str, str]
) -> Iterator[str]:
    """Give a fact for each difference; headers: what every answer has."""
    if answer.status != expected.status:
        yield _spell_status(answer, expected)
        return
    yield from _compare_bytes(answer.body, expected)
    yield from _compare_headers(answer.headers, expected, headers)


def _spell_status(answer: Answer, expected: Expected) -> str:
    status = answer.status
    if expected.status == HTTPStatus.NOT_FOUND:
        return f"is there (http status {status}), and is on no list"
    if status == HTTPStatus.NOT_FOUND:
        return "is missing"
    if 300 <= status < 400:
        return f"is sent to another address (http status {status})"
    return f"is answered with http status {status}"


def _compare_bytes(body: bytes, expected: Expected) -> Iterator[str]:
    if expected.sha256 is None or hashlib.sha256(body).digest() == expected.sha256:
        return
    if len(body) != expected.size:
        yield f"has other bytes: {len(body)} instead of {expected.size}"
    elif expected.own is None:
        yield f"has other bytes, {len(body)} as announced"
    else:
        at = next(
            at
            for at, (one, own) in enumerate(zip(body, expected.own, strict=True))
            if one != own
        )
        line = expected.own[:at].count(b"\n") + 1
        yield f"has other bytes, the first of them at {at}, in line {line}"


def _compare_headers(
    found: Mapping[str, Sequence[str]], expected: Expected, headers: Mapping[str, str]
) -> Iterator[str]:
    media_type = expected.media_type
    if media_type is not None and found.get("content-type") != [media_type]:
        told = _spell(found.get("content-type"))
        yield f"has the type {told} instead of {media_type}"
    if found.get("content-encoding") not in _PACKINGS:
        yield f"is packed as {_spell(found['content-encoding'])}, not asked for"
    for name, value in headers.items():
        if name not in found:
            yield f"lacks the header {name}"
        elif len(found[name]) > 1:
            yield f"has {len(found[name])} headers {name}"
        elif found[name] != [value]:
            yield f"has another {name}: {_spell_near(found[name][0], value)}"
    for name in sorted(found.keys() - headers.keys() - MAY_DIFFER):
        yield f"adds the header {name[:_SHOWN]}: {_spell(found[name])}"


def _spell(values: Sequence[str] | None) -> str:
    if values is None:
        return "none"
    text = " and again ".join(values)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _spell_near(found: str, announced: str) -> str:
    """Show where two values part: a policy is long, and what differs is a word."""
    pairs = enumerate(zip(found, announced, strict=False))
    ends = min(len(found), len(announced))
    at = next((at for at, (one, other) in pairs if one != other), ends)
    begin = max(0, at - _BEFORE)
    shown = found[begin : begin + _SHOWN]
    before = "..." if begin else ""
    after = "..." if begin + _SHOWN < len(found) else ""
    return f"{before}{shown}{after}"
