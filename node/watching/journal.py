"""Write facts to the screen and into a file, beside the chain.

A thread of its own writes. A screen that is stopped or a disk that is full holds up no
block: what waits is bounded, and lines that were lost are counted and told of.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

_MOST_WAITING: Final = 4_096  # facts
_LAST_WORDS: Final = 0.5  # seconds that the thread gets to write what waits
_HIDDEN = ("private_key", "password", "secret")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LogFile:
    """Name a file of lines: how large it grows, how many older ones are kept."""

    path: Path
    size: int
    files: int


class Journal:
    """Take facts, and write them in turn.

    say: shows a line, None shows none but warnings by `warn`. warn: shows a warning.
    Loads structlog in its thread, after the node answers.
    """

    def __init__(self, *, say: Say | None, warn: Say, file: LogFile | None) -> None:
        self.lost = 0
        self._say, self._warn, self._file = say, warn, file
        self._queue: queue.Queue[Mapping[str, Any] | None] = queue.Queue(_MOST_WAITING)
        self._loaded = threading.Event()
        self._thread = threading.Thread(target=self._write_all, daemon=True)
        self._thread.start()

    @property
    def is_silent(self) -> bool:
        """Say whether nobody reads what is no warning."""
        return self._say is None and self._file is None

    def put(self, fact: Mapping[str, Any]) -> None:
        """Have a fact written; never waits."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            self._queue.put_nowait({"time": now, "level": "info", **fact})
        except queue.Full:
            self.lost += 1

    def close(self) -> None:
        """Write what waits, or give it up if nobody takes it."""
        self._loaded.wait()  # on a busy machine that takes longer than last words
        try:
            self._queue.put(None, timeout=_LAST_WORDS)
        except queue.Full:
            return
        self._thread.join(_LAST_WORDS)

    def _write_all(self) -> None:
        try:
            wrap_logger, renderer = _load()
        finally:
            self._loaded.set()
        screen = wrap_logger(
            _Screen(self._say, self._warn), processors=[_hide, _lay_out]
        )
        file = open_lines(self._file)
        kept = wrap_logger(file, processors=[_hide, _drop_line, renderer])
        try:
            self._take(screen, kept)
        finally:
            for handler in file.handlers:
                with suppress(OSError):  # the disk does not take the rest
                    handler.close()

    def _take(self, screen: Any, kept: Any) -> None:
        """Write each fact when it comes, until the journal is closed."""
        told = 0
        while (fact := self._queue.get()) is not None:
            lost = self.lost - told
            if lost:
                told += lost
                self._write(screen, kept, _tell_loss(lost, fact))
            self._write(screen, kept, fact)

    def _write(self, screen: Any, kept: Any, fact: Mapping[str, Any]) -> None:
        fields = dict(fact)
        event, level = fields.pop("event"), fields["level"]
        for logger in (screen, kept):
            getattr(logger, level)(event, **fields)


def _load() -> tuple[Callable[..., Any], Any]:
    from structlog import wrap_logger
    from structlog.processors import JSONRenderer

    return wrap_logger, JSONRenderer()


class _Screen:
    """Show lines to whoever started the node."""

    def __init__(self, say: Say | None, warn: Say) -> None:
        self._say, self._warn = say, warn

    def info(self, line: str) -> None:
        """Show what happens, unless nobody wants to see it."""
        if self._say is not None:
            self._say(line)

    warning = info

    def error(self, line: str) -> None:
        """Show what somebody has to mend."""
        self._warn(line)


class Messages(logging.Handler):
    """Take what libraries and parts of the node log by the standard way."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        fact: dict[str, Any] = {"event": "message", "line": text, "text": text}
        if record.exc_info and record.exc_info[0]:
            fact["line"] += f": {record.exc_info[0].__name__}"
            fact["traceback"] = logging.Formatter().formatException(record.exc_info)
        self._journal.put({**fact, "level": "error", "logger": record.name})


def open_lines(file: LogFile | None) -> logging.Logger:
    """Return a logger that writes whole lines into a file, and sets it aside."""
    logger = logging.Logger("node.journal")  # noqa: LOG001  nobody else's
    if file is None:
        logger.addHandler(logging.NullHandler())
        return logger
    from logging.handlers import RotatingFileHandler

    class Quiet(RotatingFileHandler):
        """Lose a line that the disk does not take, and no other."""

        @override
        def handleError(self, record: logging.LogRecord) -> None:
            """Leave it: the screen has the line, too."""

    logger.addHandler(
        Quiet(
            file.path,
            maxBytes=file.size,
            backupCount=file.files,
            encoding="ascii",
            errors="backslashreplace",
            delay=True,
        )
    )
    return logger


def _hide(_: Any, __: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Hide what must not be written, if a mistake ever brings it here."""
    return {
        key: "hidden" if any(word in key for word in _HIDDEN) else value
        for key, value in fields.items()
    }


def _lay_out(_: Any, __: str, fields: MutableMapping[str, Any]) -> str:
    at = datetime.fromisoformat(fields["time"]).strftime("%H:%M:%S")
    line = fields.get("line") or fields["event"]
    loud = "" if fields["level"] == "info" else f"{fields['level']}: "
    loud = "" if fields["event"] in ("refusal", "transaction") else loud
    return f"{at} {loud}{line}"


def _drop_line(_: Any, __: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what a program reads from the other fields, if there are any."""
    kept = {key: value for key, value in fields.items() if key != "line"}
    return kept if len(kept) > 3 else fields


def _tell_loss(lost: int, fact: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "event": "lines_lost",
        "level": "error",
        "time": fact["time"],
        "line": f"{lost} lines were lost: nobody read as fast as they came",
        "lost": lost,
    }
