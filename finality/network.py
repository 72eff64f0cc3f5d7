"""Who may sign a network's headers: its genesis, and the changes since.

A header names the set that signs it and the set that signs the next one, both by hash.
While the set stands, all headers between are skipped: the last one is enough.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from finality.errors import ProofFileError, ProofRefusedError
from finality.headers import EngineHeader
from finality.validators import Commit, Validator, require_signed, set_hash

_MOST_VALIDATORS = 1_000


class _KeyFile(Struct):
    type: Literal["tendermint/PubKeyEd25519"]
    value: str


class _ValidatorFile(Struct):
    pub_key: _KeyFile
    power: Annotated[str, Meta(pattern=r"\A[1-9][0-9]{0,17}\Z")]
    name: Annotated[str, Meta(max_length=256)]


class _ChainFile(Struct):
    id: Annotated[int, Meta(gt=0, le=2**63 - 1)]


class _StateFile(Struct):
    chain: _ChainFile


class _GenesisFile(Struct):
    """What is read of a genesis; the rest of it is the engine's and the chain's."""

    chain_id: Annotated[str, Meta(max_length=64)]
    app_state: _StateFile
    validators: Annotated[
        list[_ValidatorFile], Meta(min_length=1, max_length=_MOST_VALIDATORS)
    ]


@dataclass(frozen=True, slots=True)
class Genesis:
    """Hold what a network begins with; digest: SHA-256 of its file."""

    digest: bytes
    engine_chain: str
    chain_id: int
    validators: tuple[Validator, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedHeader:
    """Hold a header and the votes for it."""

    header: EngineHeader
    commit: Commit


@dataclass(frozen=True, slots=True)
class Change:
    """Hold the header at which the set of validators changes, and the set after it."""

    signed: SignedHeader
    validators: tuple[Validator, ...]


def read_genesis(text: bytes) -> Genesis:
    """Read a network's genesis. Raises: ProofFileError."""
    try:
        file = msgspec.json.decode(text, type=_GenesisFile)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ProofFileError("genesis", "is not one of a network") from error
    return Genesis(
        sha256(text).digest(),
        file.chain_id,
        file.app_state.chain.id,
        tuple(map(_validator, file.validators)),
        tuple(each.name for each in file.validators),
    )


def require_final(
    genesis: Genesis, changes: Sequence[Change], signed: SignedHeader
) -> None:
    """Refuse a header that a network's validators did not make final.

    Raises: ProofRefusedError.
    """
    trusted: Sequence[Validator] = genesis.validators
    height = 0
    for change in changes:
        header = change.signed.header
        _require_next(genesis, change.signed, trusted, height)
        if header.next_validators_hash != set_hash(change.validators):
            fact = "does not name the validators that are said to follow"
            raise ProofRefusedError(f"engine block {header.height}", fact)
        trusted, height = change.validators, header.height
    _require_next(genesis, signed, trusted, height)


def _require_next(
    genesis: Genesis,
    signed: SignedHeader,
    trusted: Sequence[Validator],
    height: int,
) -> None:
    header = signed.header
    subject = f"engine block {header.height}"
    if header.chain != genesis.engine_chain:
        raise ProofRefusedError(subject, "is of another network")
    if header.height <= height:
        raise ProofRefusedError(subject, "does not come after the one before it")
    require_signed(header, signed.commit, trusted)


def _validator(file: _ValidatorFile) -> Validator:
    try:
        key = b64decode(file.pub_key.value, validate=True)
    except ValueError as error:
        raise ProofFileError("genesis", "a validator's key is not base64") from error
    if len(key) != 32:
        raise ProofFileError("genesis", "a validator's key has not 32 bytes")
    return Validator(key, int(file.power))
