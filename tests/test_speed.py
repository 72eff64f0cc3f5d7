"""What keeps tests from depending on the speed of a machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, settings

from tests.patience import grows_in_proportion

_FOLDER: Final = Path(__file__).parent
_CLOCK: Final = re.compile(
    r"\b(settings\(.*deadline=|perf_counter|process_time|time\.monotonic)"
    r"|(timeout=|\.(wait|settimeout|communicate)\()\d"
)
_LEFT_OUT: Final = re.compile(r"suppress_health_check=(?:\[[^]]*\]|\S+)")
_EXEMPT: Final = {"conftest.py", "patience.py", "test_speed.py"}


def test_no_property_has_a_deadline() -> None:
    chosen = settings()
    assert chosen.deadline is None
    assert HealthCheck.too_slow in chosen.suppress_health_check


def test_no_test_measures_time_or_waits_for_less_than_all_patience() -> None:
    found = [
        f"{path.relative_to(_FOLDER)}: {line.strip()}"
        for path in sorted(_FOLDER.rglob("*.py"))
        if path.name not in _EXEMPT
        for line in path.read_text("utf-8").splitlines()
        if _CLOCK.search(line)
    ]
    assert found == []


def test_no_test_is_too_slow_for_hypothesis() -> None:
    """A list of health checks to leave out replaces that of the profile."""
    for path in {*_FOLDER.rglob("*.py")} - {Path(__file__)}:
        for listed in _LEFT_OUT.findall(path.read_text("utf-8")):
            assert "too_slow" in listed or "list(HealthCheck)" in listed, path


def test_growth_in_proportion_is_told_from_its_square() -> None:
    assert grows_in_proportion(lambda size: sum(range(size)))
    assert not grows_in_proportion(
        lambda size: [sum(range(size // 4)) for _ in range(size // 100)]
    )
