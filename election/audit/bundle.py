"""A board as one file: `veche-bundle/1`, described for others in docs/bundle.md.

JSON Lines, packed by gzip or not. There is exactly one text for a board, and whatever
is no such text raises BundleError: a reader that guesses can be led astray.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Annotated, Final, Literal

import msgspec

from election.audit.errors import BundleError
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.protocol.board import Board, Call, Head, Log
from election.protocol.nesting import check_nesting

FORMAT: Final = "veche-bundle/1"
_MOST_BYTES: Final = 8 * 2**30  # unpacked; half a million voters need about six
_GZIP: Final = 16 + zlib.MAX_WBITS
_GZIP_MAGIC: Final = b"\x1f\x8b"

_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Bytes = Annotated[str, msgspec.Meta(pattern="^0x([0-9a-f]{2})*$")]
_Address = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-f]{40}$")]
_Hash = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-f]{64}$")]


class _Line(msgspec.Struct, forbid_unknown_fields=True, tag_field="line"):
    """One line, its fields in the order of the file."""


class _Election(_Line, tag="election"):
    format: Literal["veche-bundle/1"]
    chain_id: _Number
    election: _Address
    head: _Number
    head_timestamp: _Number


class _Code(_Line, tag="code"):
    address: _Address
    code: _Bytes


class _Answer(_Line, tag="answer"):
    address: _Address
    calldata: _Bytes
    output: _Bytes


class _Log(_Line, tag="log"):
    address: _Address
    topics: Annotated[tuple[_Hash, ...], msgspec.Meta(max_length=4)]
    data: _Bytes
    block: _Number
    timestamp: _Number
    transaction: _Hash
    index: _Number


class _End(_Line, tag="end"):
    lines: _Number
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


_AnyLine = _Election | _Code | _Answer | _Log | _End
_DECODER: Final = msgspec.json.Decoder(_AnyLine)


def encode_bundle(board: Board) -> bytes:
    """Write a board as text, code and answers in the order of their bytes."""
    lines = [msgspec.json.encode(line) + b"\n" for line in _list_lines(board)]
    body = b"".join(lines)
    end = _End(len(lines), hashlib.sha256(body).hexdigest())
    return body + msgspec.json.encode(end) + b"\n"


def decode_bundle(raw: bytes) -> Board:
    """Read the text of a board; raises BundleError, which names the line."""
    lines = tuple(_decode_lines(raw))
    first, last = lines[0], lines[-1]
    if not isinstance(first, _Election):
        raise BundleError("bundle", f"line 1: is not of {FORMAT}")
    if not isinstance(last, _End):
        raise BundleError("bundle", "has no end: it is cut off")
    board = _build_board(first, lines)
    _check_form(raw, encode_bundle(board))
    return board


def pack_bundle(text: bytes) -> bytes:
    """Pack the text of a bundle by gzip, without a name and a time."""
    return gzip.compress(text, mtime=0)


def unpack_bundle(raw: bytes) -> bytes:
    """Unpack a bundle if it is packed; raises BundleError."""
    text = _unpack(raw) if raw.startswith(_GZIP_MAGIC) else raw
    if len(text) > _MOST_BYTES:
        raise BundleError("bundle", f"has more than {_MOST_BYTES} bytes")
    return text


def _unpack(raw: bytes) -> bytes:
    """Unpack the one member of gzip, at most a byte more than a bundle may have."""
    stream = zlib.decompressobj(_GZIP)
    try:
        text = stream.decompress(raw, _MOST_BYTES + 1)
    except zlib.error as error:
        raise BundleError("bundle", "is not packed by gzip") from error
    if len(text) <= _MOST_BYTES and (not stream.eof or stream.unused_data):
        raise BundleError("bundle", "is cut off, or more than one member of gzip")
    return text


def _list_lines(board: Board) -> Iterator[_Election | _Code | _Answer | _Log]:
    head = board.head
    yield _Election(
        FORMAT, board.chain_id, _hex(board.election), head.number, head.timestamp
    )
    for address in sorted(board.code):
        yield _Code(_hex(address), _hex(board.code[address]))
    for call in sorted(board.answers, key=lambda each: (each.address, each.calldata)):
        output = board.answers[call]
        yield _Answer(_hex(call.address), _hex(call.calldata), _hex(output))
    for log in board.logs:
        yield _Log(
            _hex(log.address),
            tuple(map(_hex, log.topics)),
            _hex(log.data),
            log.block_number,
            log.timestamp,
            _hex(log.transaction),
            log.index,
        )


def _decode_lines(raw: bytes) -> Iterator[_AnyLine]:
    for number, line in enumerate(raw.removesuffix(b"\n").split(b"\n"), 1):
        try:
            check_nesting(line)
            yield _DECODER.decode(line)
        except (msgspec.MsgspecError, ValueError, EncodingError) as error:
            fact = str(error).splitlines()[0].lower().rstrip(".")
            raise BundleError("bundle", f"line {number}: {fact}") from error


def _build_board(first: _Election, lines: Iterable[_AnyLine]) -> Board:
    code, answers, logs = {}, {}, []
    for line in lines:
        if isinstance(line, _Code):
            code[Address(_bytes(line.address))] = _bytes(line.code)
        elif isinstance(line, _Answer):
            call = Call(Address(_bytes(line.address)), _bytes(line.calldata))
            answers[call] = _bytes(line.output)
        elif isinstance(line, _Log):
            logs.append(_build_log(line))
    return Board(
        chain_id=first.chain_id,
        election=Address(_bytes(first.election)),
        logs=tuple(logs),
        code=code,
        answers=answers,
        head=Head(first.head, first.head_timestamp),
    )


def _build_log(line: _Log) -> Log:
    return Log(
        address=Address(_bytes(line.address)),
        topics=tuple(Hash(_bytes(topic)) for topic in line.topics),
        data=_bytes(line.data),
        block_number=line.block,
        timestamp=line.timestamp,
        transaction=Hash(_bytes(line.transaction)),
        index=line.index,
    )


def _check_form(raw: bytes, canonical: bytes) -> None:
    """Refuse every other text of the same board: order, spaces, sums, repetitions."""
    if raw == canonical:
        return
    pairs = zip_longest(raw.split(b"\n"), canonical.split(b"\n"))
    number = next(n for n, (line, right) in enumerate(pairs, 1) if line != right)
    raise BundleError("bundle", f"line {number}: is not as the rest of the file says")


def _hex(raw: bytes) -> str:
    return f"0x{raw.hex()}"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
