"""SIGTERM stops a program as Ctrl-C does: what it began is ended in order."""

from __future__ import annotations

import signal


def obey_sigterm() -> None:
    """Raise KeyboardInterrupt at SIGTERM from now on, in the main thread."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
