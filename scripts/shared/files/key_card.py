"""A card: the role and address of a key, for others to write down.

Cards and key files both begin with what is public, and either is read for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import with_config

from scripts.shared.files.json_file import CLOSED, Hex20, parse_json, read_text
from scripts.shared.files.key_file import Sealed
from scripts.shared.roles import Role

FORMAT: Final = "veche-card/1"


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class Card:
    """Whose a key is. address: of its account."""

    format: Literal["veche-card/1"]
    role: Role
    address: Hex20


def make_card(sealed: Sealed) -> Card:
    """Make the card of a key file."""
    return Card(FORMAT, sealed.role, sealed.address)


def read_card(path: Path) -> Card:
    """Read a card, or that of a key file; raises InputError for another file."""
    text = read_text(path)
    if f'"{FORMAT}"' in text:
        return parse_json(text, Card, name=str(path))
    return make_card(parse_json(text, Sealed, name=str(path)))
