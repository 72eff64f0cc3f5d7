"""Keep the logs of a record on the disk, and show how far the reading came."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from election.audit.bundle import read_board
from election.audit.past import NOTHING, Past
from election.log_spool import LogSpool
from election.protocol.board import Board, Log
from rehearsal.progress import Progress
from scripts.shared.progress import progress


def keep_logs(logs: Iterable[Log], blocks: range) -> LogSpool:
    """Read logs of these blocks to the end; raises as their reader does."""
    return LogSpool(telling(logs, blocks))


def telling(logs: Iterable[Log], blocks: range) -> Iterator[Log]:
    """Give logs of these blocks, and show meanwhile how far it came."""
    at = blocks.start
    with progress("reading blocks", len(blocks)) as done:
        for log in logs:
            yield log
            if log.block_number > at:
                done(log.block_number - at)
                at = log.block_number


def read_bundled(file: BinaryIO, past: Past = NOTHING) -> Board:
    """Read a bundle as `read_board` does."""
    size = os.fstat(file.fileno()).st_size
    with progress("reading bytes", size) as done:
        return read_board(cast("BinaryIO", _Told(file, done)), past)


@dataclass(frozen=True, slots=True)
class _Told:
    """A file that tells how much of it was read."""

    file: BinaryIO
    done: Progress

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, as a file does."""
        raw = self.file.read(size)
        self.done(len(raw))
        return raw

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, as a file does."""
        return self.file.seek(offset, whence)
