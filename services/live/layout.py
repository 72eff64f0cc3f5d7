"""Where everything of `veche live` lies and listens."""

from __future__ import annotations

import json
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scripts.shared.errors import InputError, PortError
from services.gateway.service import SERVICE as GATEWAY
from services.issuer.service import SERVICE as ISSUER
from services.portal.service import SERVICE as PORTAL
from services.registrar.service import SERVICE as REGISTRAR
from services.relay.service import SERVICE as RELAY
from services.shell.home import Home
from services.shell.service import Service

SEATS: Final = 3
THRESHOLD: Final = 2
SERVED: Final[dict[str, Service]] = {
    "registrar": REGISTRAR,
    "portal": PORTAL,
    "gateway": GATEWAY,
    **{f"issuer-{n}": ISSUER for n in (1, 2, 3)},
    **{f"relay-{n}": RELAY for n in (1, 2)},
}
"""Services by the name of their home."""

READY: Final = "prepared"
"""The file that says that the election of a folder is prepared."""

_PORTS: Final = {
    "chain": 8700,
    "registrar": 8710,
    "portal": 8720,
    "gateway": 8730,
    **{f"issuer-{n}": 8740 + n for n in (1, 2, 3)},
    **{f"relay-{n}": 8750 + n for n in (1, 2)},
    "provider": 8760,
    "booth": 8780,
    "live": 8770,
    "centre": 8775,
}


@dataclass(frozen=True)
class Layout:
    """A folder of `veche live`; ports by name. password: of all homes and key files."""

    folder: Path
    ports: dict[str, int]
    voters: int
    databases: dict[str, str]
    secret: str = field(repr=False)

    def home(self, name: str) -> Home:
        """Give the home of a service."""
        return Home(self.folder / name, SERVED[name].name)

    def url(self, name: str) -> str:
        """Give where a part answers."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def key(self, name: str) -> Path:
        """Give the key file of who runs no service, as `trustee-1`."""
        return self.folder / "keys" / f"{name}.json"

    @property
    def password(self) -> Path:
        """Give the file with the password of all homes."""
        return self.folder / "password"

    @property
    def record(self) -> Path:
        """Give the record of the deployment, the acts' --election."""
        return self.folder / "election.json"

    @property
    def terms(self) -> Path:
        """Give the terms of the election."""
        return self.folder / "terms.json"

    @property
    def site(self) -> Path:
        """Give the folder that the booth serves."""
        return self.folder / "booth"

    @property
    def services(self) -> Path:
        """Give what the booth goes by, which commission and observers sign."""
        return self.folder / "services.json"

    @property
    def is_ready(self) -> bool:
        """Say whether the election is prepared."""
        return (self.folder / READY).exists()

    def log(self, name: str) -> Path:
        """Give the log of a part."""
        return self.folder / "logs" / f"{name}.log"


def open_layout(
    folder: Path,
    *,
    voters: int,
    are_free: bool,
    databases: dict[str, str] | None = None,
) -> Layout:
    """Open the folder, or begin it; are_free: take any free ports.

    Raises InputError for a folder with other things in it.
    """
    kept = folder / "live.json"
    if kept.exists():
        return _read(folder, json.loads(kept.read_text("utf-8")))
    if folder.exists() and any(folder.iterdir()):
        fact = "has other things in it"
        hint = "name a new folder, which `veche live` makes"
        raise InputError(str(folder), fact, hint=hint)
    for part in ("", "keys", "logs"):
        (folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
    ports = _find_ports() if are_free else dict(_PORTS)
    told = {"ports": ports, "voters": voters, "databases": databases or {}}
    secret = secrets.token_urlsafe(24)
    (folder / "password").write_text(f"{secret}\n", "utf-8")
    (folder / "password").chmod(0o600)
    kept.write_text(json.dumps(told, indent=1), "utf-8")
    return _read(folder, told)


def require_free_ports(layout: Layout) -> None:
    """Raise PortError, which names every port that another program has."""
    taken = [name for name, port in layout.ports.items() if not _is_free(port)]
    if not taken:
        return
    where = ", ".join(f"{layout.ports[name]} ({name})" for name in taken)
    hint = "does `veche live` run there already? `ss -ltnp` shows what listens; "
    hint += "a new folder takes others: veche live run --free-ports --home NEW"
    raise PortError("127.0.0.1", f"in use: {where}", hint=hint)


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _read(folder: Path, told: dict[str, Any]) -> Layout:
    if missing := _PORTS.keys() - told["ports"].keys():
        fact = f"is of an earlier version, without {min(missing)}"
        raise InputError(str(folder), fact, hint="name a new folder")
    secret = (folder / "password").read_text("utf-8").strip()
    return Layout(folder, told["ports"], told["voters"], told["databases"], secret)


def _find_ports() -> dict[str, int]:
    """Find free ports, all held while the others are looked for."""
    held = {name: socket.create_server(("127.0.0.1", 0)) for name in _PORTS}
    ports = {name: each.getsockname()[1] for name, each in held.items()}
    for each in held.values():
        each.close()
    return ports
