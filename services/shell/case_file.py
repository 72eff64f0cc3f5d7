"""Find a case in a service's log: what a voter was refused, by the number they read."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unreadable

_CASE: Final = re.compile("[2-9A-HJKMNP-Z]{6}")
_TOLD: Final = ("time", "service_name", "event", "code", "told", "error", "where")


def read_case(text: str) -> str:
    """Read the number of a case as people write it; raises InputError."""
    case = "".join(text.split()).upper()
    if _CASE.fullmatch(case) is None:
        hint = "it has six letters and digits, and none of 0, 1, I, L and O"
        raise InputError(repr(text), "is no number of a case", hint=hint)
    return case


def find_case(case: str, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Find a case in lines of a log; systemd's journal may have words before each."""
    for line in lines:
        if case not in line:
            continue
        _, brace, rest = line.partition("{")
        try:
            event = json.loads(brace + rest)
        except ValueError:
            continue  # a line that was cut, or is none of ours
        if isinstance(event, dict) and event.get("case") == case:
            yield {key: event[key] for key in _TOLD if key in event}


def read_logs(paths: Sequence[Path]) -> Iterator[str]:
    """Read lines of log files, or of stdin if there is none; raises InputError."""
    if not paths:
        yield from sys.stdin
    for path in paths:
        with (
            name_unreadable(path),
            path.open(encoding="utf-8", errors="replace") as file,
        ):
            yield from file
