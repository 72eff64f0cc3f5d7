"""A port that cannot be had is named, with the flag that gives another."""

from __future__ import annotations

import errno
import os
import socket

import pytest
from typing_extensions import override

from node.errors import ConfigError, PortInUseError, PortUnavailableError
from node.listening import listen


def test_any_free_port_is_listened_on() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0
        with socket.create_connection(listener.getsockname()):
            pass


@pytest.mark.parametrize("port", [-1, 65_536, 65_536 + 8_545])
def test_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(ConfigError, match=f"^port: {port} is not from 0"):
        listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "192.0.2.1"])
def test_host_of_another_machine_is_refused(host: str) -> None:
    fact = "is no address of this machine; --host gives another"
    with pytest.raises(PortUnavailableError, match=fact):
        listen(host, 0)


def test_port_in_use_is_named_with_the_flag_for_another() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"{port} is in use; --port gives"):
            listen("127.0.0.1", port)


def test_system_that_refuses_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []

    class Refused(socket.socket):
        @override
        def bind(self, _address: object) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        @override
        def close(self) -> None:
            closed.append(self)
            super().close()

    monkeypatch.setattr(socket, "socket", Refused)
    with pytest.raises(PortUnavailableError, match="listened on, permission denied"):
        listen("127.0.0.1", 80)
    assert closed
