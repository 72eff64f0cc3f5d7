"""Salts of leaves, which follow from one seed that is sealed in the home.

Nobody else can compute them, and the registrar need not keep half a million: the same
voter has the same salt in an election whenever it is asked. Whoever loses the seed can
bring nobody of a published list on the chain, so a backup of the home has it.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from election.crypto.transcript import Hash
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import read_text, write_new
from services.shell.home import Home
from services.shell.vault import Vault

_NAME: Final = "salts.seed.json"
_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Salts:
    """The salts of all elections."""

    seed: bytes = field(repr=False)

    def of(self, election_id: Hash, voter_id: str) -> Hash:
        """Derive a voter's salt, 32 bytes; voter_id in its one writing."""
        message = b"veche salt/1" + election_id + voter_id.encode()
        return Hash(hmac.digest(self.seed, message, sha256))


def seed_path(home: Home) -> Path:
    """Give the file of the seed."""
    return home.folder / _NAME


def open_salts(home: Home, vault: Vault, *, make: bool = False) -> Salts:
    """Open the seed, or draw it; raises InputError if it is missing or another's."""
    path = seed_path(home)
    if make and not path.exists():
        drawn = secrets.token_hex(32)
        text = json.dumps(
            {"format": "veche-salts/1", "sealed": vault.seal(_NAME, drawn)}
        )
        write_new(path, text + "\n", mode=_PRIVATE)
    if not path.exists():
        hint = (
            "restore it from a backup; before lists are published, `publish` draws it"
        )
        raise InputError(str(path), "is not there, so that no salt is known", hint=hint)
    try:
        sealed = str(json.loads(read_text(path))["sealed"])
    except (ValueError, KeyError, TypeError):
        raise InputError(str(path), "is no seed of salts") from None
    return Salts(bytes.fromhex(vault.unseal(_NAME, sealed)))
