"""Why an engine ended is told in its own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.engine.comet.supervisor import last_word


@pytest.mark.parametrize(
    ("log", "word"),
    [
        ('{"level":"info"}\nERROR: failed to listen\n', "failed to listen"),
        ("ERROR: first\nERROR: last\n{}\n", "last"),
        ("panic: disk\n\ngoroutine 1 [running]:\n", "panic: disk"),
        ("x" * 20_000 + "\nERROR: far\n", "far"),
        ("", "says no reason"),
        ("\xff{}\n", "says no reason"),
    ],
)
def test_the_last_reason_in_its_log_is_told(
    tmp_path: Path, log: str, word: str
) -> None:
    path = tmp_path / "engine.log"
    path.write_text(log, "latin-1")
    assert word in last_word(path)


def test_a_log_that_is_not_there_gives_no_reason(tmp_path: Path) -> None:
    assert "says no reason" in last_word(tmp_path / "engine.log")
