"""By what the identity provider knows the portal: a key, or a secret it gave us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from joserfc.jwk import ECKey

from scripts.shared.errors import InputError
from scripts.shared.files.json_file import read_text, replace_file, write_new
from services.shell.home import Home
from services.shell.vault import Vault

_KEY: Final = "client.key.json"
_SECRET: Final = "client.secret.json"  # noqa: S105  the name of a file
_PRIVATE: Final = 0o600


def make_client_key(home: Home, vault: Vault) -> dict[str, Any]:
    """Draw the key of private_key_jwt, unless it is there; returns the public set."""
    path = home.folder / _KEY
    if not path.exists():
        drawn = ECKey.generate_key("P-256", private=True)
        sealed = vault.seal(_KEY, drawn.as_dict(private=True))
        text = json.dumps({"format": "veche-client-key/1", "sealed": sealed})
        write_new(path, text + "\n", mode=_PRIVATE)
    key = open_client_key(home, vault)
    public = {
        **key.as_dict(private=False),
        "use": "sig",
        "alg": "ES256",
        "kid": key.thumbprint(),
    }
    return {"keys": [public]}


def open_client_key(home: Home, vault: Vault) -> ECKey:
    """Open the key; raises InputError."""
    hint = f"veche portal client-key --home {home.folder} makes it"
    return ECKey.import_key(_unseal(home.folder / _KEY, vault, hint))


def store_client_secret(home: Home, vault: Vault, secret: str) -> None:
    """Seal the secret that the provider gave us, over an older one."""
    sealed = vault.seal(_SECRET, secret)
    text = json.dumps({"format": "veche-client-secret/1", "sealed": sealed})
    replace_file(home.folder / _SECRET, text + "\n", mode=_PRIVATE)


def open_client_secret(home: Home, vault: Vault) -> str:
    """Open the secret; raises InputError."""
    hint = f"veche portal client-secret --home {home.folder} stores it"
    return str(_unseal(home.folder / _SECRET, vault, hint))


def _unseal(path: Path, vault: Vault, hint: str) -> Any:
    if not path.exists():
        raise InputError(str(path), "is not there", hint=hint)
    try:
        sealed = str(json.loads(read_text(path))["sealed"])
    except (ValueError, KeyError, TypeError):
        raise InputError(str(path), "is no sealed file", hint=hint) from None
    return vault.unseal(path.name, sealed)
