"""The lines of a file, packed by gzip or not, of which little is in memory at once.

docs/bundle.md states the bounds. What gzip unpacks is a thousand times as large as it
was in the worst case; what elections leave, five times.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from io import SEEK_END, BytesIO
from typing import BinaryIO, Final

from election.audit.errors import BundleError

_MOST_BYTES: Final = 8 * 2**30  # unpacked; half a million voters need about six
_LONGEST_LINE: Final = 2**19  # bytes; no event has more than a transaction of 2**17
_EXPANSION: Final = 32
_FREE: Final = 2**20  # bytes, unpacked, whatever the file's size
_PIECE: Final = 2**16
_GZIP: Final = 16 + zlib.MAX_WBITS
_GZIP_MAGIC: Final = b"\x1f\x8b"


def pack_text(text: bytes) -> bytes:
    """Pack a text as `pack_lines` does."""
    file = BytesIO()
    pack_lines(lambda: (text,), file)
    return file.getvalue()


def pack_lines(tell: Callable[[], Iterable[bytes]], file: BinaryIO) -> None:
    """Pack by gzip, without a name and a time, but never so far as to be refused.

    tell: gives the lines from the first on.
    """
    for level in (zlib.Z_BEST_COMPRESSION, zlib.Z_NO_COMPRESSION):
        file.seek(0)
        file.truncate()
        packer, size = zlib.compressobj(level, wbits=_GZIP), 0
        for line in tell():
            size += len(line)
            file.write(packer.compress(line))
        file.write(packer.flush())
        if size <= _most_unpacked(file.tell()):
            return


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Read a file line by line, without the ends of lines; raises BundleError."""
    rest, size = b"", 0
    for piece in _unpack(file):
        size += len(piece)
        if size > _MOST_BYTES:
            raise BundleError("bundle", f"has more than {_MOST_BYTES} bytes")
        *lines, rest = (rest + piece).split(b"\n")
        for line in (*lines, rest):
            if len(line) > _LONGEST_LINE:
                fact = f"has a line of more than {_LONGEST_LINE} bytes"
                raise BundleError("bundle", fact)
        yield from lines
    if rest:
        raise BundleError("bundle", "is cut off within a line")


def copy_file(source: BinaryIO, target: BinaryIO) -> None:
    """Copy what may be a bundle as far as a reader would read; raises BundleError.

    So a pipe that never ends, and has no line's end, fills no disk.
    """
    size, line, is_packed = 0, 0, False
    while piece := source.read(_PIECE):
        is_packed = is_packed or (not size and piece.startswith(_GZIP_MAGIC))
        size += len(piece)
        cut = piece.rfind(b"\n") + 1
        line = len(piece) - cut if cut else line + len(piece)
        if size > _MOST_BYTES:
            raise BundleError("bundle", f"has more than {_MOST_BYTES} bytes")
        if line > _LONGEST_LINE and not is_packed:
            fact = f"has a line of more than {_LONGEST_LINE} bytes"
            raise BundleError("bundle", fact)
        target.write(piece)


def _most_unpacked(size: int) -> int:
    return _FREE + _EXPANSION * size


def _unpack(file: BinaryIO) -> Iterator[bytes]:
    size = file.seek(0, SEEK_END)
    file.seek(0)
    first = file.read(len(_GZIP_MAGIC))
    file.seek(0)
    if first != _GZIP_MAGIC:
        yield from iter(lambda: file.read(_PIECE), b"")
        return
    unpacked = 0
    for piece in _unpack_member(file):
        unpacked += len(piece)
        if unpacked > _most_unpacked(size):
            fact = f"unpacks to more than {_EXPANSION} times its size"
            raise BundleError("bundle", fact)
        yield piece


def _unpack_member(file: BinaryIO) -> Iterator[bytes]:
    """Unpack the one member of gzip, a piece at a time."""
    stream = zlib.decompressobj(_GZIP)
    packed, piece = b"", b""
    while not stream.eof:
        if not packed and len(piece) < _PIECE:  # else it holds more than it gave
            packed = file.read(_PIECE)
            if not packed:
                raise BundleError("bundle", "is cut off")
        try:
            piece = stream.decompress(packed, _PIECE)
        except zlib.error as error:
            raise BundleError("bundle", "is not packed by gzip") from error
        packed = stream.unconsumed_tail
        yield piece
    if stream.unused_data or file.read(1):
        raise BundleError("bundle", "has something behind its one member of gzip")
