"""The lines of a bundle that were read before: compared, and not read again.

Two nodes give the same text for one history (docs/bundle.md), so the chain of hashes
over the lines of logs tells whether a record begins as the one that was verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from election.audit.errors import EarlierError, HistoryError
from election.audit.past import Lines, Past

LOG_LINE: Final = b'{"line":"log",'
"""How the line of a log begins."""


def add_lines(lines: Iterable[bytes], before: Lines) -> Lines:
    """Go on with a chain. lines: of logs, without their ends."""
    count, chain = before.count, before.chain
    for raw in lines:
        count, chain = count + 1, hashlib.sha256(chain + raw).digest()
    return Lines(count, chain)


class KnownLines:
    """Takes the lines of a beginning that was verified, as they come.

    Raises HistoryError once they are not those, EarlierError for a record that is
    shorter.
    """

    def __init__(self, past: Past) -> None:
        """Expect the lines of what was verified before."""
        self._past = past
        self._chain = Lines().chain
        self._left = past.lines.count

    def begin(self, head: int) -> None:
        """Take the number of the record's last block."""
        if self._left and head < self._past.block:
            fact = f"ends at block {head}, and was verified up to block "
            raise EarlierError("record", f"{fact}{self._past.block} before")

    def take(self, raw: bytes) -> bool:
        """Take a line, and tell whether it is one of those."""
        if not self._left or not raw.startswith(LOG_LINE):
            return False
        self._chain = hashlib.sha256(self._chain + raw).digest()
        self._left -= 1
        if not self._left and self._chain != self._past.lines.chain:
            self._refuse()
        return True

    def end(self) -> None:
        """Take the end of the record, behind which no log comes."""
        if self._left:
            self._refuse()

    def _refuse(self) -> None:
        fact = "tells another history than the one that was verified before, up to "
        raise HistoryError("record", f"{fact}block {self._past.block}")
