"""Take a port, or say what stands in the way and which flag gives another."""

from __future__ import annotations

import errno
import socket

from node.bounds import MAX_PORT
from node.errors import ConfigError, PortInUseError, PortUnavailableError

_BACKLOG = 128


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything slow starts.

    Raises: PortUnavailableError, ConfigError.
    """
    if not 0 <= port <= MAX_PORT:  # getaddrinfo would take it modulo 65,536
        fact = f"{port} is not from 0, which takes any free one, to {MAX_PORT}"
        raise ConfigError(("port", fact))
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, ValueError) as error:  # a host that no name can be
        fact = "is no address of this machine; --host gives another"
        raise PortUnavailableError(host, port, fact) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _explain(host, port, error) from error
    return listener


def spell_url(listener: socket.socket) -> str:
    """Return where clients reach a listener."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _explain(host: str, port: int, error: OSError) -> PortUnavailableError:
    if error.errno == errno.EADDRINUSE:
        return PortInUseError(host, port, "is in use; --port gives another, 0 any")
    if error.errno == errno.EADDRNOTAVAIL:
        fact = "is no address of this machine; --host gives another"
    else:
        why = (error.strerror or str(error)).lower()
        fact = f"cannot be listened on, {why}; --port or --host gives another"
    return PortUnavailableError(host, port, fact)
