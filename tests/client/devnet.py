"""A real node in a process of its own, for a session of tests."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from election.artifacts import ROOT
from tests.forks import Forked
from tests.open_config import open_config_text
from tests.patience import PATIENCE


@contextmanager
def run_node() -> Iterator[str]:
    """Start a node on a free port; give its URL, and stop it in the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "devnet.toml")
        path.write_text(open_config_text(), "utf-8")
        yield from _run(path)


def _run(config: Path) -> Iterator[str]:
    options = ["--port", "0", "--json", "--quiet", "--config", str(config)]
    node = Forked(
        [sys.executable, "-m", "node", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert node.stdout is not None
    try:
        url: str = json.loads(node.stdout.readline())["url"]
        yield url
    finally:
        node.terminate()
        node.wait(PATIENCE)
        node.stdout.close()
