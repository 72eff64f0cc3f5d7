"""Logs of which each is read when it is asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import overload

from typing_extensions import override

from election.protocol.board import Log


class LogSequence(Sequence[Log]):
    """Logs by their places: who knows how many, and reads one, is a sequence."""

    __slots__ = ()

    @abstractmethod
    def _read(self, place: int) -> Log:
        """Give the log at a place, from 0 and below the length."""

    @overload
    def __getitem__(self, at: int) -> Log: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Log, ...]: ...

    @override
    def __getitem__(self, at: int | slice) -> Log | tuple[Log, ...]:
        places = range(len(self))[at]
        if isinstance(places, range):
            return tuple(map(self._read, places))
        return self._read(places)

    @override
    def __iter__(self) -> Iterator[Log]:
        return map(self._read, range(len(self)))
