"""Parts of `veche live` end with it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.patience import PATIENCE, wait_until

HOLD: Final = """
import sys, time
from pathlib import Path
from services.live.layout import open_layout
from services.live.processes import _started

layout = open_layout(Path(sys.argv[1]), voters=6, are_free=True)
layout.log("part").parent.mkdir(parents=True, exist_ok=True)
with _started(layout, "part", ["sleep", "600"]) as (_, process):
    print(process.pid, flush=True)
    time.sleep(600)
"""


def test_killed_live_leaves_no_part_behind(tmp_path: Path) -> None:
    """Else the same folder cannot be run again: its ports and homes are held."""
    with subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-c", HOLD, str(tmp_path / "live")],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        part = int(process.stdout.readline())
        assert is_alive(part)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    wait_until(lambda: not is_alive(part))


def is_alive(number: int) -> bool:
    """Say whether a process runs; one that ended and waits for its parent does not."""
    try:
        os.kill(number, 0)
        stat = Path(f"/proc/{number}/stat").read_text("ascii")
    except (ProcessLookupError, FileNotFoundError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
