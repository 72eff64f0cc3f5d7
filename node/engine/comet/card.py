"""What an organisation tells the others of its node: nothing that is secret.

A card is JSON: {"organisation", "account", "node_id", "address", "validator_key"}.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from node.engine.comet.addresses import WORDS, is_address
from node.errors import ConfigError
from node.json_depth import parse_json

ORGANISATION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_ACCOUNT: Final = re.compile(r"0x[0-9a-f]{40}")
_NODE_ID: Final = re.compile(r"[0-9a-f]{40}")
_MOST = 4_096  # bytes of a file
_KEY_SIZE = 32  # bytes


@dataclass(frozen=True, slots=True)
class Card:
    """Name a node.

    account: who acts for the organisation on the chain, 0x and 40 hex digits. node_id:
    40 hex digits, of its key among peers. address: HOST:PORT where peers reach it.
    validator_key: ed25519 public key as base64, empty for one that only observes.
    """

    organisation: str
    account: str
    node_id: str
    address: str
    validator_key: str

    @property
    def peer(self) -> str:
        """Return how the engine names it: ID@HOST:PORT."""
        return f"{self.node_id}@{self.address}"

    def encode(self) -> bytes:
        """Return the card as a file."""
        return json.dumps(asdict(self), indent=1).encode() + b"\n"


def read_card(path: Path) -> Card:
    """Read a card. Raises: ConfigError, naming the file and what is wrong."""
    try:
        with path.open("rb") as file:
            found = parse_json(file.read(_MOST + 1)[:_MOST])
    except FileNotFoundError as error:
        raise ConfigError((str(path), "there is no such file")) from error
    except (OSError, ValueError) as error:
        raise ConfigError((str(path), "is no card of a node")) from error
    return accept_card(found, str(path))


def accept_card(found: Any, file: str) -> Card:
    """Check what was read as a card. Raises: ConfigError."""
    names = list(Card.__dataclass_fields__)
    if not isinstance(found, dict) or sorted(found) != sorted(names):
        raise ConfigError((file, f"is no card of a node, which has {', '.join(names)}"))
    if not all(isinstance(value, str) for value in found.values()):
        raise ConfigError((file, "is no card of a node: every value is text"))
    card = Card(**found)
    for name, pattern in (
        ("organisation", ORGANISATION),
        ("account", _ACCOUNT),
        ("node_id", _NODE_ID),
    ):
        if not pattern.fullmatch(found[name]):
            raise ConfigError((f"{file}: {name}", f"does not read {pattern.pattern}"))
    if not is_address(card.address):
        raise ConfigError((f"{file}: address", f"is not {WORDS}"))
    if card.validator_key and not is_validator_key(card.validator_key):
        raise ConfigError((f"{file}: validator_key", "is not 32 bytes as base64"))
    return card


def require_organisation(name: str) -> None:
    """Refuse what is no name of an organisation. Raises: ConfigError."""
    if not ORGANISATION.fullmatch(name):
        fact = f"does not read {ORGANISATION.pattern}"
        raise ConfigError(("organisation", fact))


def is_validator_key(text: str) -> bool:
    """Say whether a text is an ed25519 public key as base64."""
    try:
        return len(b64decode(text, validate=True)) == _KEY_SIZE
    except (Base64Error, ValueError):
        return False
