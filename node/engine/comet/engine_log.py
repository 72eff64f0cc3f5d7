"""Keep what the engine says, bounded, and hear in it what must not pass unheard.

After a failure of consensus the engine's process stays up and says so in its log alone.
"""

from __future__ import annotations

import logging
import re
import time
from contextlib import suppress
from typing import Any, Final

from node.errors import OutvotedError
from node.json_depth import parse_json
from node.watching.journal import LogFile, open_lines

_log = logging.getLogger(__name__)
_WORD: Final = 300  # letters to repeat
_LINE: Final = 1_048_576  # bytes of one line; a longer one is told in parts
_FAILURE: Final = "CONSENSUS FAILURE!!!"
_BEHIND: Final = "Error in validation"  # said by one that catches up
# Said of a block that more than two thirds have signed: a lone proposer's is never one.
_OUTVOTED: Final = re.compile(
    r"wrong Block\.Header\.(AppHash|LastResultsHash|NextValidatorsHash|ValidatorsHash)"
    r"\.\s+Expected ([0-9A-F]*), got ([0-9A-F]*)"
)


_UNSIGNED: Final = "SignerListener: Ping timeout"
_QUIET: Final = 60.0  # seconds without another word of a signer that is gone


class EngineLog:
    """Take what the engine says, as it comes.

    last_word: why it ended, as far as it said. failure: why it agrees on nothing any
    more. outvoted: what others signed instead of what this node executed.
    """

    def __init__(self, file: LogFile) -> None:
        self.last_word = f"it says no reason in {file.path}"
        self.failure: str | None = None
        self.outvoted: OutvotedError | None = None
        self._lines = open_lines(file)
        self._part = b""
        self._told = float("-inf")

    def take(self, chunk: bytes) -> None:
        """Take some bytes; a line counts once it is whole."""
        *whole, self._part = (self._part + chunk).split(b"\n")
        for line in whole:
            self._take_line(line.decode("utf-8", "backslashreplace"))
        if len(self._part) > _LINE:
            self._take_line(self._part.decode("utf-8", "backslashreplace"))
            self._part = b""

    def close(self) -> None:
        """Let go of the file."""
        for handler in self._lines.handlers:
            with suppress(OSError):  # the disk does not take the rest
                handler.close()

    def _take_line(self, line: str) -> None:
        self._lines.info("%s", line)
        if line.startswith(("ERROR: ", "panic: ")):
            self.last_word = line.removeprefix("ERROR: ")[:_WORD]
        elif _UNSIGNED in line:
            self._tell_unsigned()
        elif _FAILURE in line or _BEHIND in line:
            self._hear(_read(line))

    def _tell_unsigned(self) -> None:
        now = time.monotonic()
        if now - self._told >= _QUIET:
            self._told = now
            _log.error("what signs for this validator does not answer: the node waits")

    def _hear(self, told: dict[str, Any]) -> None:
        what, why = told.get("_msg"), str(told.get("err"))
        if what not in (_FAILURE, _BEHIND):
            return
        if found := _OUTVOTED.search(why):
            self.outvoted = OutvotedError(*found.groups())
        if what == _FAILURE:
            self.failure = f"agrees on nothing any more: {why[:_WORD]}"


def _read(line: str) -> dict[str, Any]:
    try:
        told = parse_json(line.encode())
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
