from __future__ import annotations

from dataclasses import dataclass

import pytest

from node.watching.clock import ClockWatch


@dataclass
class Time:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Time:
    return Time()


@pytest.fixture
def watch(wall: Time) -> ClockWatch:
    return ClockWatch(wall, Time(), warn=5)


def test_a_clock_that_goes_right_is_not_told_of(watch: ClockWatch, wall: Time) -> None:
    assert watch.begin(int(wall.now)) is None
    wall.now += 4
    assert (watch.look(), watch.fact) == (None, None)


@pytest.mark.parametrize(("jump", "where"), [(60, "ahead of"), (-60, "behind")])
def test_a_jump_is_told_once_and_until_it_is_mended(
    watch: ClockWatch, wall: Time, jump: int, where: str
) -> None:
    watch.begin(0)
    wall.now += jump
    told = watch.look()
    assert told is not None
    assert f"clock is 60 seconds {where}" in told
    assert (watch.look(), watch.fact, watch.skew) == (None, told, jump)
    wall.now -= jump
    assert (watch.look(), watch.fact) == (None, None)


def test_a_clock_behind_the_chain_is_told_at_the_beginning(
    watch: ClockWatch, wall: Time
) -> None:
    told = watch.begin(int(wall.now) + 90)
    assert told is not None
    assert "clock is 90 seconds behind" in told
