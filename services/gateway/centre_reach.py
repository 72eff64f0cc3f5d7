"""Whether anybody listens where config.toml says that the SMS centre is."""

from __future__ import annotations

import socket
from typing import Final
from urllib.parse import urlsplit

from services.gateway.settings import HttpSettings, SmppSettings

_PATIENCE: Final = 3  # seconds
_PORTS: Final = {"http": 80, "https": 443}


def place_centre(centre: SmppSettings | HttpSettings) -> tuple[str, int]:
    """Give host and port of a centre."""
    if isinstance(centre, SmppSettings):
        return centre.host, centre.port
    parts = urlsplit(centre.url)
    return str(parts.hostname), parts.port or _PORTS[parts.scheme]


def find_unreached(centre: SmppSettings | HttpSettings) -> str | None:
    """Say that nobody listens at the centre's address, and the next step; else None.

    It connects and leaves: a second login at an SMPP centre may end the first.
    """
    host, port = place_centre(centre)
    try:
        socket.create_connection((host, port), timeout=_PATIENCE).close()
    except OSError:
        key = "centre.host and centre.port"
        if isinstance(centre, HttpSettings):
            key = "centre.url"
        where = f"config.toml: {key}: nobody listens at {host}:{port}"
        return f"{where}; is it right, and may this machine connect to it?"
    return None
