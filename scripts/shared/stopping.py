"""SIGTERM stops a program as Ctrl-C does: what it began is ended in order."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from typing import Any, Final

_SOON: Final = 0.01  # seconds, in which whatever lost it is over


def obey_sigterm() -> None:
    """Raise KeyboardInterrupt at SIGTERM from now on, in the main thread."""
    signal.signal(signal.SIGTERM, _interrupt)


def obey_lost() -> None:
    """Interrupt the main thread anew where an interruption was lost.

    One that comes while Python tidies up, as after an import, ends in a traceback, and
    the program would go on.
    """
    before = sys.unraisablehook

    def again(lost: Any) -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):
            threading.Timer(_SOON, _thread.interrupt_main).start()
        else:
            before(lost)

    sys.unraisablehook = again


def stop_at_once() -> None:
    """Let both end the program by themselves from now on, since its work is done.

    One of them that is ignored, as SIGINT behind a shell's `&`, stays so.
    """
    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, signal.SIG_DFL)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
