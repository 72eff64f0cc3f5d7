"""Which tests call which functions of some files, and hear them refuse."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import pytest

from election.artifacts import ROOT
from tests.mutants.mutant import Mutant
from tests.mutants.verdicts import Reporter

_SOME: Final = 50  # callers
_Left = tuple[CodeType, int]


class Witnesses(Reporter):
    """A pytest plugin: calls and refusals of every test.

    calls: the first lines of what was called, by file and test. refusals: the lines
    that an exception, or the answer False, left a function by; likewise.
    """

    def __init__(self, mutants: Iterable[Mutant]) -> None:
        """Begin with nothing heard; only files that mutants change are listened to."""
        super().__init__()
        self._files = {str(ROOT / mutant.path) for mutant in mutants}
        self._called: set[CodeType] = set()
        self._left: set[_Left] = set()
        self.calls: dict[str, dict[str, set[int]]] = defaultdict(dict)
        self.refusals: dict[str, dict[str, set[int]]] = defaultdict(dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Listen to a test with its fixtures."""
        self._called, self._left = called, left = set[CodeType](), set[_Left]()
        sys.settrace(self._enter)
        threading.settrace(self._enter)  # a service of a test has threads of its own
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(_hear_nothing)
            self._called, self._left = set(), set()  # what goes on is no test's
            for code in called:
                lines = self.calls[code.co_filename].setdefault(item.nodeid, set())
                lines.add(code.co_firstlineno)
            for code, line in left:
                lines = self.refusals[code.co_filename].setdefault(item.nodeid, set())
                lines.add(line)

    def _enter(self, frame: FrameType, _: str, __: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in self._files:
            return None
        self._called.add(code)
        frame.f_trace_lines = False
        return self._leave

    def _leave(self, frame: FrameType, event: str, value: Any) -> Any:
        if event == "exception" or (event == "return" and value is False):
            self._left.add((frame.f_code, frame.f_lineno))
        return self._leave

    def concerned(self, mutant: Mutant, function: range) -> Sequence[str]:
        """List the tests that concern a mutant of a function, the likeliest first.

        First those that heard the refusal, then those that heard any refusal of the
        function: a missing check makes a difference to no others. Then some that called
        it, for a check that became stricter: those of the file that is named after the
        mutant's, some that do least and some that do most. Of each, those first that
        do least.
        """
        path, lines = str(ROOT / mutant.path), range(*mutant.lines)
        heard = self.refusals.get(path, {})
        called = self.calls.get(path, {})
        near = _tests_at(heard, range(lines.start, lines.stop + 1))
        far = _tests_at(heard, function) - near
        rest = _tests_at(called, function) - near - far
        own = {test for test in rest if _is_own(test, mutant)}
        others = self._sort(rest - own)
        some = [*others[:_SOME], *others[_SOME:][-_SOME:]]
        return [*self._sort(near), *self._sort(far), *self._sort(own), *some]

    def _sort(self, tests: set[str]) -> list[str]:
        return sorted(tests, key=lambda test: (self._sizes.get(test, 0), test))

    @cached_property
    def _sizes(self) -> dict[str, int]:
        sizes: dict[str, int] = defaultdict(int)
        for tests in self.calls.values():
            for test, lines in tests.items():
                sizes[test] += len(lines)
        return sizes


def _hear_nothing(*_: Any) -> None:
    """Stand in for no tracer: that of a thread cannot be taken away."""


def _is_own(test: str, mutant: Mutant) -> bool:
    return Path(test.partition("::")[0]).stem == f"test_{mutant.path.stem}"


def _tests_at(found: dict[str, set[int]], lines: range) -> set[str]:
    return {test for test, at in found.items() if any(line in lines for line in at)}
