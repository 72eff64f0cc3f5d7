"""What shows that an act used no network would show that one did."""

from __future__ import annotations

import socket
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.apart import NetworkError, leave_network, run_apart
from tests.scripts.conftest import Cli


def try_socket(far: Any) -> None:
    leave_network()
    try:
        socket.socket()
    except NetworkError as error:
        far.send(str(error))


def test_socket_that_is_made_apart_is_an_error() -> None:
    context = get_context("fork")
    near, far = context.Pipe(duplex=False)
    program = context.Process(target=try_socket, args=(far,))
    program.start()
    far.close()
    assert near.recv() == "socket.__new__"
    program.join()


def test_act_that_asks_a_node_does_not_pass_for_one_without_a_network(
    prepared: Cli, tmp_path: Path
) -> None:
    election = f"--election={prepared.folder / 'election.json'}"
    with pytest.raises(AssertionError, match="NetworkError"):
        run_apart(
            "export", election, f"--rpc-url={prepared.url}", f"--out={tmp_path / 'x'}"
        )
