from __future__ import annotations

import time

import pytest

from scripts.shared.durations import parse_time, spell_here
from scripts.shared.errors import InputError

NOW = 1_000_000


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now+60s", NOW + 60),
        ("+90m", NOW + 5_400),
        ("+2h", NOW + 7_200),
        ("now+1d", NOW + 86_400),
        ("1970-01-02T00:00:00Z", 86_400),
        ("1970-01-01T03:00:00+03:00", 0),
    ],
)
def test_time_is_read_as_people_write_it(text: str, moment: int) -> None:
    assert parse_time(text, now=NOW) == moment


@pytest.mark.parametrize(
    "text",
    ["", "60", "+60", "now", "now-60s", "+1.5h", "+9999999999s", "1970-01-01T00:00:00"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_time(text, now=NOW)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("UTC", "1970-01-02 00:00:00 UTC"),
        ("MSK-3", "1970-01-02 00:00:00 UTC (1970-01-02 03:00:00 MSK here)"),
    ],
)
def test_time_is_told_once_where_the_own_clock_is_the_same(
    zone: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        spelt = spell_here(86_400)
    time.tzset()
    assert spelt == told
