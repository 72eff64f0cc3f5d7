"""kill -9 at any instant: what was acknowledged is there, and the chain is whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from election.artifacts import ROOT

_ROUNDS = 50


def test_nothing_acknowledged_is_lost_when_writers_are_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.node.disk.killed", str(tmp_path / "chain")]
    ended = subprocess.run(  # noqa: S603  # our own code
        [*command, str(_ROUNDS), "10"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    acknowledged, verified = map(int, ended.stdout.split())
    assert 0 < acknowledged <= verified
