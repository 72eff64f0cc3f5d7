"""What a booth serves, word for word: `booth.list`, whose hash an election announces.

docs/booth.md. Every file by path, length, SHA-256 and media type, and the headers of
every answer. The text is canonical: a list has one writing, so one hash.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from election.crypto.transcript import Hash
from election.errors import EncodingError

NAME: Final = "booth.list"
LARGEST_LIST: Final = 1_000_000  # bytes
LARGEST_FILE: Final = 4_000_000  # bytes; a phone loads all of them
MOST_FILES: Final = 1_000
HOSTS: Final = "{hosts}"
"""Stands in a header for the origins that `services.json` names, once each, sorted."""

JSON_TYPE: Final = "application/json"
LIST_TYPE: Final = "text/plain; charset=utf-8"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": JSON_TYPE,
    "LICENSE": "text/plain; charset=utf-8",
}
"""Media types by the end of a path."""

_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    f"connect-src 'self' {HOSTS}",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types veche-worker",
)
_NOT_PERMITTED: Final = (
    *("camera", "display-capture", "geolocation", "microphone", "midi"),
    *("payment", "publickey-credentials-get", "usb"),
)
HEADERS: Final = (
    ("cache-control", "no-store"),
    ("content-security-policy", "; ".join(_POLICY)),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", ", ".join(f"{each}=()" for each in _NOT_PERMITTED)),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
)
"""Of every answer, sorted by name. One policy may make a script's address, the one of
the worker; no form is sent, no frame shows the page, and nothing stays in a cache."""

_MAGIC: Final = "veche-booth/1"
_HEADER: Final = re.compile(r"header ([a-z][a-z0-9-]{0,60}): ([!-~](?:[ -~]*[!-~])?)")
_FILE: Final = re.compile(r"file ([0-9a-f]{64}) (0|[1-9][0-9]{0,9}) (\S+) ([!-~ ]+)")
_NAME: Final = "[A-Za-z0-9_@][A-Za-z0-9._@-]*"
_PATH: Final = re.compile(f"(?:{_NAME}/)*{_NAME}")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file as the list has it. path: relative, with /; size: bytes."""

    path: str
    size: int
    sha256: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class BoothList:
    """A whole list: headers by name, files by path, both sorted."""

    headers: tuple[tuple[str, str], ...]
    files: tuple[ListedFile, ...]


def list_file(path: str, raw: bytes) -> ListedFile:
    """List a file; raises EncodingError for a path or a size that no booth has."""
    if not _PATH.fullmatch(path):
        raise EncodingError(path, "is no path of a booth: letters, digits, . _ @ - /")
    if len(raw) > LARGEST_FILE:
        raise EncodingError(path, f"has more than {LARGEST_FILE} bytes")
    media_type = find_type(path)
    if media_type is None:
        raise EncodingError(path, "is of no kind that a booth serves")
    return ListedFile(path, len(raw), hashlib.sha256(raw).digest(), media_type)


def find_type(path: str) -> str | None:
    """Find the media type of a path; none if a booth does not serve it."""
    return next((kind for end, kind in TYPES.items() if path.endswith(end)), None)


def make_list(files: Iterable[ListedFile]) -> BoothList:
    """Put files in order, under the headers of this version."""
    return BoothList(HEADERS, tuple(sorted(files, key=lambda each: each.path)))


def encode_list(listed: BoothList) -> bytes:
    """Write a list as the one text that it has."""
    lines = [_MAGIC]
    lines += [f"header {name}: {value}" for name, value in listed.headers]
    lines += [
        f"file {each.sha256.hex()} {each.size} {each.path} {each.media_type}"
        for each in listed.files
    ]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def decode_list(raw: bytes) -> BoothList:
    """Read a list; raises EncodingError for all but its one writing."""
    if len(raw) > LARGEST_LIST:
        raise EncodingError(NAME, f"has more than {LARGEST_LIST} bytes")
    try:
        first, *lines = raw.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise EncodingError(NAME, "is not text in ascii") from None
    if first != _MAGIC:
        raise EncodingError(NAME, f"does not begin with {_MAGIC}")
    headers, files = [], []
    for number, line in enumerate(lines[:-1], 2):
        if found := _HEADER.fullmatch(line):
            headers.append((found[1], found[2]))
        elif (found := _FILE.fullmatch(line)) and _PATH.fullmatch(found[3]):
            digest = bytes.fromhex(found[1])
            files.append(ListedFile(found[3], int(found[2]), digest, found[4]))
        else:
            raise EncodingError(NAME, f"line {number} is neither header nor file")
    listed = BoothList(tuple(headers), tuple(files))
    _check_order(listed)
    if encode_list(listed) != raw:
        raise EncodingError(NAME, "is not in its one writing")
    return listed


def _check_order(listed: BoothList) -> None:
    names = [name for name, _ in listed.headers]
    paths = [each.path for each in listed.files]
    if names != sorted(set(names)) or paths != sorted(set(paths)):
        raise EncodingError(NAME, "names something twice, or out of order")
    if len(paths) > MOST_FILES:
        raise EncodingError(NAME, f"has more than {MOST_FILES} files")
    if any(each.size > LARGEST_FILE for each in listed.files):
        raise EncodingError(NAME, f"has a file of more than {LARGEST_FILE} bytes")


def digest_list(raw: bytes) -> Hash:
    """Hash a list, SHA-256: what the manifest and `Election` announce."""
    return Hash(hashlib.sha256(raw).digest())


def fill_headers(listed: BoothList, origins: Iterable[str]) -> dict[str, str]:
    """Give the headers of every answer, with the origins that a page may ask."""
    hosts = "".join(f" {each}" for each in sorted(set(origins)))
    return {name: value.replace(f" {HOSTS}", hosts) for name, value in listed.headers}
