"""The file of a board, `veche-bundle/1`: JSON Lines, packed by gzip or not.

docs/bundle.md. The lines are read one by one and written again: a file that is not
written in its one way is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import SEEK_END, BytesIO
from typing import Any, BinaryIO, Final

from reference.errors import NoBundleError
from reference.log_file import Log, LogFile

FORMAT: Final = "veche-bundle/1"
_LARGEST: Final = 8 * 1024**3  # bytes, unpacked
_EXPANSION: Final = 32  # bytes that a packed one may stand for, beside those free
_UNPACKED_FREELY: Final = 1024**2
_LONGEST_LINE: Final = 512 * 1024
_PIECE: Final = 64 * 1024
_MOST_CODES: Final = 5 + 64 + 6  # contracts, boxes, blueprints and proofs
_MOST_ANSWERS: Final = 22 * 64 + 14  # for each contest, and of the whole
_GZIP: Final = b"\x1f\x8b"
_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "election": {
        "format": "text",
        "chain_id": "number",
        "election": "address",
        "head": "number",
        "head_timestamp": "number",
    },
    "code": {"address": "address", "code": "code"},
    "answer": {"address": "address", "calldata": "question", "output": "output"},
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
    "finality": {"piece": "piece"},
    "storage": {
        "address": "address",
        "account_proof": "nodes",
        "storage_proof": "nodes",
    },
    "account": {"address": "address", "sent": "number"},
}
_ORDER: Final = (
    *("election", "code", "answer", "log", "end"),
    *("finality", "storage", "account"),
)
_BEHIND: Final = ("finality", "storage", "account")
_WHOLE_PIECE: Final = 128 * 1024
_MOST_PIECES: Final = 128
_MOST_WAYS: Final = 5 + 64  # contracts, boxes
_MOST_ACCOUNTS: Final = 2 * 20  # members of two rosters
_HEX: Final[Mapping[str, str]] = {
    "address": "0x[0-9a-f]{40}",
    "word": "0x[0-9a-f]{64}",
    "bytes": "0x([0-9a-f]{2})*",
    "code": "0x([0-9a-f]{2}){0,24576}",
    "question": "0x([0-9a-f]{2}){0,68}",
    "output": "0x([0-9a-f]{2}){0,4096}",
    "piece": "0x([0-9a-f]{2}){1,131072}",
    "node": "0x([0-9a-f]{2}){0,532}",
}
_LISTS: Final = {"words": ("word", 4), "nodes": ("node", 65)}

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A board as it was read: nothing of it is believed.

    What a bundle may have behind its end, who signed it, is read and left aside.
    """

    chain_id: int
    election: bytes
    head: int
    head_timestamp: int
    code: Mapping[bytes, bytes]
    answers: Mapping[tuple[bytes, bytes], bytes]
    logs: Sequence[Log]


def read_bundle(source: bytes | BinaryIO) -> Bundle:
    """Read a file or its bytes, a line at a time; raises NoBundleError."""
    file = BytesIO(source) if isinstance(source, bytes) else source
    reader = _Reader()
    for line in _cut_lines(_unpack(file)):
        reader.read(line)
    return reader.finish()


def _unpack(file: BinaryIO) -> Iterator[bytes]:
    """Give a file in pieces, unpacked if it is packed."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    if file.read(len(_GZIP)) == _GZIP:
        file.seek(0)
        yield from _unpack_member(file, largest=_UNPACKED_FREELY + _EXPANSION * size)
        return
    file.seek(0)
    yield from iter(partial(file.read, _PIECE), b"")


def _unpack_member(file: BinaryIO, *, largest: int) -> Iterator[bytes]:
    """Unpack one member of gzip with nothing behind it."""
    reader, rest = zlib.decompressobj(wbits=31), b""
    while not reader.eof:
        if not rest:
            rest = file.read(_PIECE)
            if not rest:
                raise NoBundleError("bundle: is not one whole member of gzip")
        try:
            piece = reader.decompress(rest, _PIECE)
        except zlib.error as error:
            raise NoBundleError("bundle: is not packed by gzip") from error
        largest -= len(piece)
        if largest < 0:
            raise NoBundleError("bundle: unpacks to more than an election packs")
        rest = reader.unconsumed_tail
        yield piece
    if reader.unused_data or file.read(1):
        raise NoBundleError("bundle: is not one whole member of gzip")


def _cut_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut text at its newlines, all of it up to the largest bundle."""
    left, total = b"", 0
    for piece in pieces:
        total += len(piece)
        if total > _LARGEST:
            raise NoBundleError("bundle: is larger than any")
        *lines, left = (left + piece).split(b"\n")
        yield from lines
        if len(left) > _LONGEST_LINE:
            raise NoBundleError("bundle: has a line longer than any")
    if left:
        raise NoBundleError("bundle: has no end")


class _Reader:
    """Take the lines one by one, and refuse the first that does not fit."""

    def __init__(self) -> None:
        self._first: Line | None = None
        self._ended = False
        self._count = 0
        self._digest = hashlib.sha256()
        self._before: tuple[int, str, str] = (-1, "", "")
        self._codes: dict[bytes, bytes] = {}
        self._answers: dict[tuple[bytes, bytes], bytes] = {}
        self._logs = LogFile()
        self._behind = dict.fromkeys(_BEHIND, 0)
        self._may_go_on = True

    def read(self, raw: bytes) -> None:
        """Take a line, without its newline."""
        line = _read_line(raw)
        kind = line["line"]
        if self._ended != (kind in _BEHIND):
            raise NoBundleError("bundle: its lines are out of order")
        if self._ended:
            self._check_order(line)
            self._check_behind(line)
            return
        if self._first is None and (kind, line.get("format")) != ("election", FORMAT):
            raise NoBundleError(f"bundle: does not begin as {FORMAT}")
        if kind == "end":
            self._end(line)
            return
        self._check_order(line)
        self._keep(line)
        self._count += 1
        self._digest.update(raw + b"\n")

    def finish(self) -> Bundle:
        """Give what was read."""
        if self._first is None or not self._ended:
            raise NoBundleError("bundle: has no end")
        return Bundle(
            chain_id=self._first["chain_id"],
            election=_bytes(self._first["election"]),
            head=self._first["head"],
            head_timestamp=self._first["head_timestamp"],
            code=self._codes,
            answers=self._answers,
            logs=self._logs,
        )

    def _end(self, line: Line) -> None:
        if (line["lines"], line["sha256"]) != (self._count, self._digest.hexdigest()):
            raise NoBundleError("bundle: its end is of another text")
        self._ended = True

    def _check_order(self, line: Line) -> None:
        """Check that lines stand by kind, code and answers in order of their bytes."""
        kind = line["line"]
        rank = _ORDER.index(kind)
        place = rank, line.get("address", ""), line.get("calldata", "")
        if rank < self._before[0] or (kind == "election" and self._count > 0):
            raise NoBundleError("bundle: its lines are out of order")
        if kind in ("code", "answer", "storage", "account") and place <= self._before:
            raise NoBundleError(f"bundle: its lines of {kind} are out of order")
        self._before = place

    def _check_behind(self, line: Line) -> None:
        """Check the lines behind the end by their forms alone."""
        kind = line["line"]
        self._behind[kind] += 1
        _check_number("finality", self._behind["finality"], _MOST_PIECES)
        _check_number("storage", self._behind["storage"], _MOST_WAYS)
        _check_number("account", self._behind["account"], _MOST_ACCOUNTS)
        if kind == "finality":
            if not self._may_go_on:
                raise NoBundleError("bundle: has a piece of a proof behind its last")
            self._may_go_on = len(_bytes(line["piece"])) == _WHOLE_PIECE
        elif kind == "account":
            return
        elif not self._behind["finality"]:
            raise NoBundleError("bundle: has a line of storage of no proof")
        elif _bytes(line["address"]) not in self._codes:
            raise NoBundleError("bundle: has a line of storage of no contract")

    def _keep(self, line: Line) -> None:
        kind = line["line"]
        if kind == "election":
            self._first = line
            return
        address = _bytes(line["address"])
        if kind == "code":
            self._codes[address] = _bytes(line["code"])
            _check_number("code", len(self._codes), _MOST_CODES)
            return
        if address not in self._codes:
            raise NoBundleError(f"bundle: has a line of {kind} of no contract")
        if kind == "answer":
            self._answers[address, _bytes(line["calldata"])] = _bytes(line["output"])
            _check_number("answer", len(self._answers), _MOST_ANSWERS)
        else:
            self._logs.add(_build_log(line))


def _check_number(kind: str, number: int, most: int) -> None:
    if number > most:
        raise NoBundleError(f"bundle: has more lines of {kind} than an election")


def _read_line(raw: bytes) -> Line:
    if len(raw) > _LONGEST_LINE:
        raise NoBundleError("bundle: has a line longer than any")
    if raw.count(b"{") != 1 or raw.count(b"[") > 2:
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
    if form in _LISTS:
        each_form, most = _LISTS[form]
        if not isinstance(value, list) or len(value) > most:
            return False
        return all(_is_of(each_form, each) for each in value)
    if form == "text":
        return isinstance(value, str)
    return isinstance(value, str) and re.fullmatch(_HEX[form], value) is not None


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
