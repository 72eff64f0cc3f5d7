"""The file of a board, `veche-bundle/1`: JSON Lines, packed by gzip or not.

docs/bundle.md. The lines are read one by one and written again: a file that is not
written in its one way is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reference.errors import NoBundleError

FORMAT: Final = "veche-bundle/1"
_LARGEST: Final = 8 * 1024**3  # bytes, unpacked
_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "election": {
        "format": "text",
        "chain_id": "number",
        "election": "address",
        "head": "number",
        "head_timestamp": "number",
    },
    "code": {"address": "address", "code": "bytes"},
    "answer": {"address": "address", "calldata": "bytes", "output": "bytes"},
    "log": {
        "address": "address",
        "topics": "words",
        "data": "bytes",
        "block": "number",
        "timestamp": "number",
        "transaction": "word",
        "index": "number",
    },
    "end": {"lines": "number", "sha256": "text"},
}
_ORDER: Final = ("election", "code", "answer", "log", "end")
_HEX: Final[Mapping[str, str]] = {
    "address": "0x[0-9a-f]{40}",
    "word": "0x[0-9a-f]{64}",
    "bytes": "0x([0-9a-f]{2})*",
}

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Log:
    """One log of a contract; timestamp of its block, index in its block."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    timestamp: int
    transaction: bytes
    index: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """A board as it was read: nothing of it is believed."""

    chain_id: int
    election: bytes
    head: int
    head_timestamp: int
    code: Mapping[bytes, bytes]
    answers: Mapping[tuple[bytes, bytes], bytes]
    logs: tuple[Log, ...]


def read_bundle(raw: bytes) -> Bundle:
    """Read the bytes of a file; raises NoBundleError."""
    text = _unpack(raw)
    body, newline, rest = text[:-1].rpartition(b"\n")
    if not newline or not text.endswith(b"\n"):
        raise NoBundleError("bundle: has no end")
    lines = [_read_line(line) for line in body.split(b"\n")]
    end = _read_line(rest)
    body += newline
    digest = hashlib.sha256(body).hexdigest()
    if end != {"line": "end", "lines": len(lines), "sha256": digest}:
        raise NoBundleError("bundle: its end is of another text")
    _check_order(lines)
    return _build(lines)


def _unpack(raw: bytes) -> bytes:
    """Unpack one member of gzip with nothing behind it, up to the largest bundle."""
    text = raw
    if raw.startswith(b"\x1f\x8b"):
        reader = zlib.decompressobj(wbits=31)
        try:
            text = reader.decompress(raw, _LARGEST + 1)
        except zlib.error as error:
            raise NoBundleError("bundle: is not packed by gzip") from error
        if len(text) <= _LARGEST and not (reader.eof and reader.unused_data == b""):
            raise NoBundleError("bundle: is not one whole member of gzip")
    if len(text) > _LARGEST:
        raise NoBundleError("bundle: is larger than any")
    return text


def _read_line(raw: bytes) -> Line:
    if raw.count(b"{") != 1 or raw.count(b"[") > 1:
        # before json, which many brackets can crash
        raise NoBundleError("bundle: has a line that is no object of values")
    try:
        line = json.loads(raw)
    except ValueError as error:
        raise NoBundleError("bundle: has a line that is no json") from error
    kind = line.get("line") if isinstance(line, dict) else None
    fields = _FIELDS.get(kind) if isinstance(kind, str) else None
    if fields is None or tuple(line) != ("line", *fields):
        raise NoBundleError("bundle: has a line of no known kind")
    if not all(_is_of(form, line[name]) for name, form in fields.items()):
        raise NoBundleError("bundle: has a field of the wrong form")
    if json.dumps(line, separators=(",", ":")).encode() != raw:
        raise NoBundleError("bundle: has a line that is written in another way")
    return dict(line)


def _is_of(form: str, value: object) -> bool:
    if form == "number":
        return type(value) is int and 0 <= value < 2**63
    if form == "words":
        if not isinstance(value, list) or len(value) > 4:
            return False
        return all(_is_of("word", each) for each in value)
    if form == "text":
        return isinstance(value, str)
    return isinstance(value, str) and re.fullmatch(_HEX[form], value) is not None


def _check_order(lines: list[Line]) -> None:
    """Check that lines stand by kind, code and answers in the order of their bytes."""
    first = lines[0]
    if first["line"] != "election" or first["format"] != FORMAT:
        raise NoBundleError(f"bundle: does not begin as {FORMAT}")
    kinds = [_ORDER.index(line["line"]) for line in lines]
    if kinds != sorted(kinds) or kinds.count(0) != 1 or _ORDER.index("end") in kinds:
        raise NoBundleError("bundle: its lines are out of order")
    for kind in ("code", "answer"):
        keys = [
            (line["address"], line.get("calldata", ""))
            for line in lines
            if line["line"] == kind
        ]
        if keys != sorted(set(keys)):
            raise NoBundleError(f"bundle: its lines of {kind} are out of order")


def _build(lines: list[Line]) -> Bundle:
    first = lines[0]
    return Bundle(
        chain_id=first["chain_id"],
        election=_bytes(first["election"]),
        head=first["head"],
        head_timestamp=first["head_timestamp"],
        code={
            _bytes(line["address"]): _bytes(line["code"])
            for line in lines
            if line["line"] == "code"
        },
        answers={
            (_bytes(line["address"]), _bytes(line["calldata"])): _bytes(line["output"])
            for line in lines
            if line["line"] == "answer"
        },
        logs=tuple(_build_log(line) for line in lines if line["line"] == "log"),
    )


def _build_log(line: Line) -> Log:
    return Log(
        _bytes(line["address"]),
        tuple(map(_bytes, line["topics"])),
        _bytes(line["data"]),
        line["block"],
        line["timestamp"],
        _bytes(line["transaction"]),
        line["index"],
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
