"""A node's proof that it holds its keys, for others to propose it by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, with_config

from scripts.shared.files.json_file import CLOSED, Hex, Hex20, Hex32, read_json

Hex64 = Annotated[Hex, Field(min_length=64, max_length=64)]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class JoiningFile:
    """Hold a proof, and what it is for: nothing in it is secret."""

    chain_id: Annotated[int, Field(gt=0, lt=2**63)]
    account: Hex20
    node_key: Hex32
    validator_key: Hex32
    by_node: Hex64
    by_validator: Hex64


def read_joining(path: Path) -> JoiningFile:
    """Read such a file; raises InputError."""
    return read_json(path, JoiningFile)
