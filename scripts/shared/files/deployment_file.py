"""The record of a deployment: how every other act finds its election."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, with_config

from election.client.anchor import Anchor
from election.client.deployment import Deployment
from election.crypto.transcript import Address, Hash
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import (
    CLOSED,
    Hex20,
    Hex32,
    read_json,
    render_json,
    replace_file,
)

_NOT_HERE_YET: Final = (
    "is the name right? the commission gives this file to everybody after `veche "
    "deploy`; before that, all there is to do is `veche key card`"
)


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _Anchor:
    number: Annotated[int, Field(ge=0)]
    hash: Hex32


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _File:
    format: Literal["veche-election/1"]
    chain_id: Annotated[int, Field(ge=0)]
    manifest: Hex32
    shift: int
    block: Annotated[int, Field(ge=0)]
    contracts: dict[str, Hex20]
    anchor: _Anchor | None = None  # older programs kept none


def read_deployment(path: Path) -> Deployment:
    """Read a record; raises InputError, which says who gives one that is not here."""
    try:
        file = read_json(path, _File)
    except InputError as error:
        if not path.exists():
            error.add_note(_NOT_HERE_YET)
        raise
    at = file.anchor
    return Deployment(
        chain_id=file.chain_id,
        manifest=Hash(file.manifest),
        shift=file.shift,
        block=file.block,
        contracts=tuple((name, Address(at)) for name, at in file.contracts.items()),
        anchor=None if at is None else Anchor(at.number, Hash(at.hash)),
    )


def store_deployment(path: Path, deployment: Deployment) -> None:
    """Keep a record, durably, in place of an earlier one."""
    at = deployment.anchor
    file = _File(
        "veche-election/1",
        deployment.chain_id,
        deployment.manifest,
        deployment.shift,
        deployment.block,
        dict(deployment.contracts),
        None if at is None else _Anchor(at.number, at.hash),
    )
    replace_file(path, render_json(file))
