"""See that the engine can listen for peers, before the node says that it is ready."""

from __future__ import annotations

from typing import Final

from node.errors import (
    PeersPortInUseError,
    PortInUseError,
    PortUnavailableError,
)
from node.listening import listen

_OTHER: Final = "`veche network join --listen HOST:PORT` gives another"


def require_peers_port(address: str) -> None:
    """Refuse an address, HOST:PORT, where nothing of ours can listen now.

    Raises: PortUnavailableError, ConfigError.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        listen(host, int(port)).close()
    except PortInUseError as error:
        fact = f"for peers is in use; {_OTHER}"
        raise PeersPortInUseError(host, int(port), fact) from error
    except PortUnavailableError as error:
        fact = f"for peers cannot be listened on; {_OTHER}"
        raise PortUnavailableError(host, int(port), fact) from error
