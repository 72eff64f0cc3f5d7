"""SIGTERM stops a program as Ctrl-C does: what it began is ended in order."""

from __future__ import annotations

import signal


def obey_sigterm() -> None:
    """Raise KeyboardInterrupt at SIGTERM from now on, in the main thread."""
    signal.signal(signal.SIGTERM, _interrupt)


def stop_at_once() -> None:
    """Let both end the program by themselves from now on, since its work is done.

    One of them that is ignored, as SIGINT behind a shell's `&`, stays so.
    """
    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, signal.SIG_DFL)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
