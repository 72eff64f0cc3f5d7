"""A booth's files over HTTP, from memory: each answer is known before it is asked for.

Nothing of a request but its method, its path and how it may be packed is looked at,
and nothing of it is kept or logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from election.protocol.booth_list import (
    JSON_TYPE,
    LIST_TYPE,
    NAME,
    fill_headers,
)
from scripts.booth.folder import Booth
from scripts.shared.files.booth_files import LATER
from services.booth.packing import IDENTITY, choose_packing, pack

_INDEX: Final = "index.html"
_METHODS: Final = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is sent for a path; bodies: by how they are packed."""

    media_type: str
    bodies: Mapping[str, bytes]


_ABSENT: Final = _Answer(LIST_TYPE, {IDENTITY: b"no such file\n"})
_OTHER_METHOD: Final = _Answer(
    LIST_TYPE, {IDENTITY: b"files are read here, and nothing else\n"}
)


def make_app(booth: Booth) -> ASGIApp:
    """Make the application of a booth."""
    origins = booth.services.origins() if booth.services else ()
    common = fill_headers(booth.listed, origins)
    answers = dict(_list_answers(booth))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["type"] != "http":  # of a lifespan nobody waits for
            return
        status, answer = HTTPStatus.OK, answers.get(_read_path(scope))
        if answer is None:
            status, answer = HTTPStatus.NOT_FOUND, _ABSENT
        if scope["method"] not in _METHODS:
            status, answer = HTTPStatus.METHOD_NOT_ALLOWED, _OTHER_METHOD
        accepted = Headers(scope=scope).get("accept-encoding", "")
        packing = choose_packing(accepted, answer.bodies)
        body = answer.bodies[packing]
        headers = _spell_headers(common, answer, packing, status)
        start = {"type": "http.response.start", "status": status, "headers": headers}
        await send(start)
        shown = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": shown})

    return app


def _list_answers(booth: Booth) -> list[tuple[str, _Answer]]:
    types = {each.path: each.media_type for each in booth.listed.files}
    types |= {NAME: LIST_TYPE} | dict.fromkeys(LATER, JSON_TYPE)
    answers = [
        (path, _Answer(types[path], pack(raw))) for path, raw in booth.raw.items()
    ]
    return answers + [("", each) for path, each in answers if path == _INDEX]


def _read_path(scope: Scope) -> str:
    """Give the path as it was asked for: `%2e` is no other writing of a name."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1").removeprefix("/")


def _spell_headers(
    common: Mapping[str, str], answer: _Answer, packing: str, status: HTTPStatus
) -> list[tuple[bytes, bytes]]:
    told = dict(common) | {
        "content-type": answer.media_type,
        "content-length": str(len(answer.bodies[packing])),
        "vary": "accept-encoding",
    }
    if packing != IDENTITY:
        told["content-encoding"] = packing
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        told["allow"] = ", ".join(_METHODS)
    return [(name.encode(), value.encode()) for name, value in told.items()]
