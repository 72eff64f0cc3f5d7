"""The node of a rehearsal, as a process: it never outlives who started it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from election.client.errors import ConnectionFailedError
from rehearsal.chains import connect_own


def test_node_ends_with_who_started_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rehearsal.kept_node", "--port", "0", "--json"]
    command += ["--quiet", "--home", str(tmp_path / "chain")]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as node:
        assert node.stdin is not None
        assert node.stdout is not None
        connection = connect_own(json.loads(node.stdout.readline())["url"])
        connection.request("evm_mine")
        assert connection.read_head().number == 1
        node.stdin.close()  # as the system does for who is killed
        assert node.wait() == 0
    with pytest.raises(ConnectionFailedError):
        connection.read_head()
