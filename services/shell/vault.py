"""What only the key file's secret opens: other keys of the same service.

One password opens the key file (scrypt); all else is sealed by keys that follow from
the account's secret (HKDF-SHA256), so that no second password is asked for.
"""

from __future__ import annotations

import json
from typing import Any, Final, cast

from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from scripts.shared.errors import InputError
from scripts.shared.files.json_file import read_text, write_new
from services.shell.home import Home

_HEADER: Final = {"alg": "dir", "enc": "A256GCM"}
_PRIVATE: Final = 0o600


class Vault:
    """Derive and open the keys of one service."""

    def __init__(self, secret: int) -> None:
        self._secret = secret.to_bytes(32, "big")

    def derive(self, purpose: str) -> bytes:
        """Derive 32 secret bytes, others for each purpose."""
        info = f"veche service/{purpose}".encode()
        return cast("bytes", HKDF(self._secret, 32, b"", SHA256, context=info))

    def seal(self, name: str, value: Any) -> str:
        """Seal a value that JSON can hold; `name` is needed to open it."""
        key = OctKey.import_key(self.derive(f"seal/{name}"))
        return jwe.encrypt_compact(_HEADER, json.dumps(value), key)

    def unseal(self, name: str, sealed: str) -> Any:
        """Open what was sealed under this name; raises InputError."""
        key = OctKey.import_key(self.derive(f"seal/{name}"))
        try:
            plain = jwe.decrypt_compact(sealed, key, algorithms=["dir", "A256GCM"])
        except (JoseError, ValueError):
            raise InputError(name, "was sealed for another key file") from None
        return json.loads(plain.plaintext or b"null")


def make_peer_key(home: Home, vault: Vault) -> None:
    """Draw the key that other services know this one by, unless it is there."""
    if not home.peer_key.exists():
        drawn = ECKey.generate_key("P-256", private=True)
        sealed = vault.seal("peer.key.json", drawn.as_dict(private=True))
        text = json.dumps({"format": "veche-peer-key/1", "sealed": sealed})
        write_new(home.peer_key, text + "\n", mode=_PRIVATE)


def open_peer_key(home: Home, vault: Vault) -> ECKey:
    """Open the key that other services know this one by; raises InputError."""
    try:
        stored = json.loads(read_text(home.peer_key))
        sealed = str(stored["sealed"])
    except (ValueError, KeyError, TypeError):
        raise InputError(str(home.peer_key), "is no key of a service") from None
    return ECKey.import_key(vault.unseal("peer.key.json", sealed))


def spell_public(key: ECKey) -> dict[str, str]:
    """Spell the public half, as others write it into their config.toml."""
    whole = key.as_dict(private=False)
    return {name: str(whole[name]) for name in ("kty", "crv", "x", "y")}
