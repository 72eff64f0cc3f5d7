"""A real node in a process of its own, for a session of tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from election.artifacts import ROOT
from tests.patience import PATIENCE


@contextmanager
def run_node() -> Iterator[str]:
    """Start a node on a free port; give its URL, and stop it in the end."""
    node = subprocess.Popen(
        [sys.executable, "-m", "node", "--port", "0", "--json", "--quiet"],
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
