"""What the demo's network is made of: phases that an election may have, and a wire."""

from __future__ import annotations

import socket
import socketserver
from dataclasses import astuple
from itertools import pairwise
from threading import Thread

import pytest
from typing_extensions import override

from election.artifacts import ROOT
from rehearsal.roles import draw_roles, seat_roles
from rehearsal.rules import fit
from scripts.demo.link import link_to
from scripts.demo.network_ground import Network, plan
from scripts.shared.files.manifest_file import read_manifest
from tests.patience import PATIENCE


@pytest.mark.parametrize("unit", [0.1, 4, 13.7, 600])
def test_phases_fit_an_election_on_any_machine(unit: float) -> None:
    elections = ROOT / "elections"
    manifest = read_manifest(
        elections / "mgd-2019.toml", elections / "test-accounts.toml"
    )
    cast = Network.cast
    trustees = cast.trustees + cast.reserves
    roles = draw_roles(observers=3, trustees=trustees, issuers=cast.issuers)
    planned = plan(seat_roles(fit(manifest, cast), roles), 1_000, unit=unit)
    times = astuple(planned.times)
    assert times[0] == 1_000
    assert all(later - earlier >= 2 for earlier, later in pairwise(times))


class _Echo(socketserver.BaseRequestHandler):
    @override
    def handle(self) -> None:
        while received := self.request.recv(100):
            self.request.sendall(received)


def _exchange(held: socket.socket) -> bytes:
    """Return what comes back, nothing if nobody is there."""
    try:
        held.sendall(b"word")
    except OSError:
        return b""
    return _receive(held)


def _receive(held: socket.socket) -> bytes:
    try:
        return held.recv(100)
    except OSError:
        return b""


def _ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as held:
        return _exchange(held)


def test_a_link_passes_bytes_unless_it_is_cut() -> None:
    with (
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server,
        link_to(server.server_address[1]) as link,
    ):
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            assert _ask(link.port) == b"word"
            with socket.create_connection(
                ("127.0.0.1", link.port), timeout=PATIENCE
            ) as held:
                assert _exchange(held) == b"word"
                link.cut()
                assert _receive(held) == b""
            assert _ask(link.port) == b""
            link.mend()
            assert _ask(link.port) == b"word"
        finally:
            server.shutdown()
