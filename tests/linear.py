"""Count what an act does, so that its growth is known on a machine of any speed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

_CLOSE: Final = 1.01


def count_opcodes(act: Callable[[], object]) -> int:
    """Count the opcodes of Python that an act runs."""
    total = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal total
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        total += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return total


def assert_no_dearer(few: int, many: int) -> None:
    """Assert that one more thing costs no more among many than among few."""
    assert 0 < many < _CLOSE * few, (few, many)
