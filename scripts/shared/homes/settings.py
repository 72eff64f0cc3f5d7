"""What home.toml says: a role, and where the rest is if it is elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    with_config,
)
from pydantic_core import PydanticCustomError

from election.errors import EncodingError
from election.protocol.faults import OURS, spell_fault
from election.protocol.toml_text import parse_toml
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import read_text
from scripts.shared.roles import Role

VERSION: Final = "veche-home/1"
_ANY_VERSION: Final = re.compile(r"veche-home/\d{1,9}")


def _accept_role(value: object) -> Role:
    try:
        return Role(str(value))
    except ValueError:
        known = ", ".join(each.value for each in Role)
        raise PydanticCustomError(
            OURS, "{text}", {"text": f"is none of {known}"}
        ) from None


Name = Annotated[str, Field(strict=True, min_length=1)]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a home.

    Paths are in its folder, unless absolute. nodes: addresses of JSON-RPC, of different
    organisations. terms_hash, genesis_hash: as the commission, and the network's
    organisations, published them. booth, booth_hash: a voter's. offline: the machine of
    this home has no network.
    """

    format: Literal["veche-home/1"]
    role: Annotated[Role, BeforeValidator(_accept_role)]
    key: Name = "key.json"
    election: Name = "election.json"
    terms: Name = "terms.json"
    terms_hash: Name | None = None
    genesis_hash: Name | None = None
    lists: Name = "lists"
    password_file: Name | None = None
    nodes: tuple[Name, ...] = field(default=())
    booth: Name | None = None
    booth_hash: Name | None = None
    offline: Annotated[bool, Field(strict=True)] = False


_COMMENTS: Final = {
    "format": "The version of this folder's layout.",
    "role": "Whose home it is.",
    "key": "The key file. Paths are in this folder, unless absolute.",
    "election": "What `veche deploy` wrote; public.",
    "terms": "What `veche terms` wrote; public.",
    "terms_hash": "The hash that the commission published of it.",
    "genesis_hash": "SHA-256 of the network's genesis, as all published it.",
    "lists": "The folder of the voter lists.",
    "password_file": "Where the password of the key file is; else it is asked for.",
    "nodes": "Where nodes answer JSON-RPC; two of different organisations.",
    "booth": "Where a booth is served, or a folder of it.",
    "booth_hash": "The hash of its list, as the election announced it.",
    "offline": "true: this machine has no network; acts take a carried record.",
}


def read_settings(path: Path) -> Settings:
    """Read home.toml; raises InputError, which names every key at fault."""
    text = read_text(path)
    try:
        raw = parse_toml(text)
    except EncodingError as error:
        raise InputError(str(path), error.fact) from None
    version = raw.get("format")
    if (
        isinstance(version, str)
        and version != VERSION
        and _ANY_VERSION.fullmatch(version)
    ):
        hint = "bring this program up to date, or give another --home"
        raise InputError(str(path), f"is of {version}, this is {VERSION}", hint=hint)
    try:
        return TypeAdapter(Settings).validate_python(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults = (": ".join(spell_fault(each, Settings)) for each in found)
        raise InputError(str(path), "; ".join(faults)) from None


def render_settings(settings: Settings) -> str:
    """Write home.toml, with a word on each key; what is not set stands as a comment."""
    lines: list[str] = []
    for each in fields(Settings):
        value = getattr(settings, each.name)
        lines.append(f"# {_COMMENTS[each.name]}")
        is_set = value not in (None, (), False)
        lines.append(f"{each.name} = {_spell(value)}" if is_set else f"# {each.name} =")
    return "\n".join(lines) + "\n"


def _spell(value: object) -> str:
    if value is True:
        return "true"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_spell, value))}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
