"""Keep the logs of a record on the disk, and say how far the reading came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from election.log_spool import LogSpool
from election.protocol.board import Log
from scripts.shared.terminal import say

_TOLD: Final = 100_000  # logs between two lines of progress


def keep_logs(logs: Iterable[Log]) -> LogSpool:
    """Read logs to the end; raises as their reader does."""
    return LogSpool(_tell(logs))


def _tell(logs: Iterable[Log]) -> Iterator[Log]:
    for count, log in enumerate(logs, 1):
        yield log
        if count % _TOLD == 0:
            say(f"{count} logs, up to block {log.block_number} ...")
