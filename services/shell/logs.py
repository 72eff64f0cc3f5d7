"""What a service logs: one event a line, in JSON, and nobody's data.

Fields that may hold personal data are hidden by their name, and digits that may be a
phone number or a code wherever they stand.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

from structlog import wrap_logger
from structlog.processors import JSONRenderer
from typing_extensions import override

HIDDEN: Final = (
    *("password", "secret", "private", "token", "cookie", "session", "ticket"),
    *("phone", "msisdn", "name", "voter", "person", "account", "salt", "address"),
    *("otp", "sms_text", "message_text", "email", "passport", "birth", "sub"),
)
"""Words in the name of a field whose value is not written."""

_SHOWN: Final = ("service_name",)
_DIGITS: Final = re.compile(r"(?<![0-9A-Za-z])\+?[0-9](?:[ ()\-]?[0-9]){5,14}(?![0-9])")
"""A phone number, with or without marks in it, or a code of six digits."""

Say = Callable[[str], None]


def make_log(service: str, say: Say) -> Any:
    """Make a service's logger; say: takes one line."""
    sink = _Lines(say)
    return wrap_logger(
        sink, processors=[_stamp, hide, JSONRenderer(ensure_ascii=False)]
    ).bind(service_name=service)


class _Lines:
    def __init__(self, say: Say) -> None:
        self._say = say

    def info(self, line: str) -> None:
        """Take a line, whatever its level."""
        self._say(line)

    debug = warning = error = info


def _stamp(_: Any, level: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"time": now, "level": level, **fields}


def hide(_: Any, __: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Hide what must not be written, if a mistake ever brings it here."""
    return {key: _scrub(key, value) for key, value in fields.items()}


def _scrub(key: str, value: Any) -> Any:
    is_open = key in ("time", *_SHOWN)
    if not is_open and any(word in key.lower() for word in HIDDEN):
        return "hidden"
    if isinstance(value, str):
        return value if is_open else scrub(value)
    if isinstance(value, Mapping):
        return {str(k): _scrub(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [_scrub(key, each) for each in value]
    return value


def scrub(text: str) -> str:
    """Hide digits that may be a phone number or a code."""
    return _DIGITS.sub("hidden", text)


def describe_fault(error: BaseException) -> dict[str, Any]:
    """Say where a fault happened, without what it says: it may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "error": type(error).__name__,
        "where": [f"{_short(f.filename)}:{f.lineno} {f.name}" for f in frames],
    }


def _short(path: str) -> str:
    return "/".join(path.split("/")[-3:])


class Messages(logging.Handler):
    """Take what libraries log by the standard way, from warnings on."""

    def __init__(self, log: Any) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    @override
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        fault = describe_fault(error) if error else {}
        text = "" if fault else record.getMessage()
        self._log.warning("library", logger=record.name, text=text, **fault)
