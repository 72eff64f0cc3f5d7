"""The logs of a bundle, kept in a file without a name: a city's are gigabytes."""

from __future__ import annotations

import struct
import weakref
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, Final, overload

from typing_extensions import override

_NUMBERS: Final = struct.Struct(">QQQBI")
"""Block, timestamp, index, then how many topics and bytes of data follow."""
_ADDRESS: Final = 20
_WORD: Final = 32


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


class LogFile(Sequence[Log]):
    """Logs that are read one by one, each from its place; raises OSError."""

    def __init__(self) -> None:
        self._file: Any = TemporaryFile()  # noqa: SIM115  it lives as long as this
        weakref.finalize(self, self._file.close)
        self._starts = array("Q")
        self._end = 0

    def add(self, log: Log) -> None:
        """Add a log at the end, whose numbers are below 2^64."""
        numbers = log.block, log.timestamp, log.index
        head = _NUMBERS.pack(*numbers, len(log.topics), len(log.data))
        text = b"".join((head, log.address, log.transaction, *log.topics, log.data))
        self._file.seek(self._end)
        self._file.write(text)
        self._starts.append(self._end)
        self._end += len(text)

    @override
    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, at: int) -> Log: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Log, ...]: ...

    @override
    def __getitem__(self, at: int | slice) -> Log | tuple[Log, ...]:
        if isinstance(at, slice):
            return tuple(map(self._read, self._starts[at]))
        return self._read(self._starts[at])

    @override
    def __iter__(self) -> Iterator[Log]:
        return map(self._read, self._starts)

    def _read(self, start: int) -> Log:
        self._file.seek(start)
        head = self._file.read(_NUMBERS.size)
        block, timestamp, index, topics, size = _NUMBERS.unpack(head)
        address, transaction = self._file.read(_ADDRESS), self._file.read(_WORD)
        words = tuple(self._file.read(_WORD) for _ in range(topics))
        data = self._file.read(size)
        return Log(address, words, data, block, timestamp, transaction, index)
