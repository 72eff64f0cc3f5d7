"""Logs in a file without a name, of which only their places are in memory.

A record of half a million voters has three gigabytes of logs. The file is in the
system's temporary folder, is this program's alone, and is gone with it.
"""

from __future__ import annotations

import os
import struct
import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Final, cast

from typing_extensions import override

from election.crypto.transcript import Hash
from election.errors import SpoolError
from election.log_sequence import LogSequence
from election.protocol.board import Log

_HEAD: Final = struct.Struct("<20s32sQQQB")
"""Address, transaction, block, its time, index and the number of topics."""
_WORD: Final = 32


class LogSpool(LogSequence):
    """Logs in the order in which they were added; each is built when asked for.

    Raises SpoolError where the system has no room for them.
    """

    def __init__(self, logs: Iterable[Log] = ()) -> None:
        with naming_spool():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._handle = self._file.fileno()
        weakref.finalize(self, _close, self._file)
        self._ends = array("Q", (0,))
        self._is_written = True
        for log in logs:
            self.append(log)

    def append(self, log: Log) -> None:
        """Add a log; its numbers are below 2^64."""
        raw = pack_log(log)
        with naming_spool():
            self._file.write(raw)
        self._ends.append(self._ends[-1] + len(raw))
        self._is_written = False

    @override
    def __len__(self) -> int:
        return len(self._ends) - 1

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    @override
    def _read(self, place: int) -> Log:
        if not self._is_written:
            with naming_spool():
                self._file.flush()
            self._is_written = True
        start, end = self._ends[place], self._ends[place + 1]
        try:  # no context for each log: an audit reads millions
            raw = os.pread(self._handle, end - start, start)
        except OSError as error:
            raise _name(error) from error
        if len(raw) != end - start:
            raise SpoolError("temporary folder", "lost what was written there")
        return unpack_log(raw)


def pack_log(log: Log) -> bytes:
    """Pack a log, whose numbers are below 2^64, for this machine's disk."""
    head = _HEAD.pack(
        log.address,
        log.transaction,
        log.block_number,
        log.timestamp,
        log.index,
        len(log.topics),
    )
    return b"".join((head, *log.topics, log.data))


def unpack_log(raw: bytes) -> Log:
    """Give the log that was packed."""
    address, transaction, block, timestamp, index, count = _HEAD.unpack_from(raw)
    end = _HEAD.size + count * _WORD
    words = [raw[at : at + _WORD] for at in range(_HEAD.size, end, _WORD)]
    topics = cast("tuple[Hash, ...]", tuple(words))
    return Log(address, topics, raw[end:], block, timestamp, transaction, index)


def _close(file: IO[bytes]) -> None:
    """Close a file of which nothing is needed any more, whatever becomes of it."""
    with suppress(OSError):
        file.close()


@contextmanager
def naming_spool() -> Iterator[None]:
    """Turn what the system says of the temporary folder into a SpoolError."""
    try:
        yield
    except OSError as error:
        raise _name(error) from error


def _name(error: OSError) -> SpoolError:
    fact = (error.strerror or "cannot be used").lower()
    fact += "; set TMPDIR to a folder with room for the record"
    return SpoolError("temporary folder", fact)
