"""What takes long tells how far it came, and how long it still takes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator

import pytest
from typing_extensions import override

from scripts.shared import progress as module
from scripts.shared.progress import counted, counting, progress
from scripts.shared.terminal import say


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "_clock", made)
    return made


class Screen(io.StringIO):
    """A stream that is a terminal's."""

    @override
    def isatty(self) -> bool:
        return True


def begin_screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Draw on a terminal from here on; pytest takes the stream back before a test."""
    made = Screen()
    monkeypatch.setattr("sys.stderr", made)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    return made


def test_lines_come_now_and_then_with_the_time_left(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("ballots", 400) as done:
        for _ in range(3):
            clock.now += 9
            done(50)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "ballots: 100 of 400 (25 %), 54 s left\n"


def test_nothing_is_said_of_what_is_soon_over(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(counted([1, 2, 3], "things")) == [1, 2, 3]
    clock.now += 60
    assert list(counted([1], "things")) == [1]
    assert capsys.readouterr().err == ""


def test_one_within_another_leaves_its_place(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("contests", 4) as outer:
        for _ in counted(range(9), "ballots"):
            clock.now += 5
        outer(1)
    assert capsys.readouterr().err == "contests: 1 of 4 (25 %), 2 min left\n"


def test_place_is_free_after_an_error(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        for _ in counted(range(4), "first"):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    for _ in counted(range(4), "second"):
        clock.now += 11
    assert "second: 1 of 4 (25 %), 33 s left" in capsys.readouterr().err


def test_parts_are_counted_by_their_size_and_keep_their_order() -> None:
    told: list[int] = []

    def spread(work: Callable[[str], str], parts: Iterable[str]) -> list[str]:
        return [work(each) for each in list(parts)]

    def measure(part: str) -> int:
        return len(part)

    work = counting(spread, measure, told.append)
    assert list(work(str.upper, iter(["ab", "c", "def"]))) == ["AB", "C", "DEF"]
    assert told == [2, 1, 3]


def draw(screen: Screen) -> Iterator[str]:
    """Give what stood in a line of the screen at any time."""
    for row in screen.getvalue().replace("\r", "\n").split("\n"):
        plain = ""
        for part in row.split("\x1b["):
            plain += part if row.startswith(part) else part.lstrip("0123456789;?")[1:]
        yield plain


def test_line_of_a_terminal_fits_and_goes_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = begin_screen(monkeypatch)
    with progress("reading the record of 2019", 11_228) as done:
        done(5_614)
        say("C9 of 19: every ballot is valid")
    rows = [*draw(screen)]
    assert any("reading the record of 2019" in row for row in rows)
    assert any("5614/11228" in row for row in rows)
    assert any("C9 of 19: every ballot is valid" in row for row in rows)
    assert max(map(len, rows)) <= 80
    assert screen.getvalue().endswith("\x1b[2K")  # the line is erased


def test_result_never_stands_where_the_line_is_drawn(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    screen = begin_screen(monkeypatch)
    with progress("blocks", 8) as done:
        done(4)
        print("result")  # noqa: T201
    assert "result" not in screen.getvalue()
    assert capfd.readouterr().out.endswith("result\n")
