"""Measurements of what the project promises; `make bench` prints them."""

from __future__ import annotations

import sys
from types import TracebackType


def _end(
    kind: type[BaseException], error: BaseException, at: TracebackType | None
) -> None:
    """Show no traceback of who is told to stop while modules are imported."""
    if issubclass(kind, KeyboardInterrupt):
        print("stopped", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, at)


sys.excepthook = _end
