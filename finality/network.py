"""Who may sign a network's headers: its genesis, and the changes since.

A header names the set that signs it and the set that signs the next one, both by hash.
While the set stands, all headers between are skipped: the last one is enough.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from finality.errors import ProofFileError, ProofRefusedError
from finality.headers import EngineHeader
from finality.validators import Commit, Validator, require_signed, set_hash

_MOST_VALIDATORS = 1_000


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
        document = json.loads(text)
        validators = document["validators"]
        if not 0 < len(validators) <= _MOST_VALIDATORS:
            raise ProofFileError("genesis", "has no validators, or too many")
        return Genesis(
            sha256(text).digest(),
            _text(document["chain_id"]),
            int(document["app_state"]["chain"]["id"]),
            tuple(map(_validator, validators)),
            tuple(_text(each["name"]) for each in validators),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProofFileError("genesis", "is not one of a network") from error


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


def _validator(document: dict[str, Any]) -> Validator:
    power = int(document["power"])
    key = b64decode(document["pub_key"]["value"], validate=True)
    if document["pub_key"]["type"] != "tendermint/PubKeyEd25519" or len(key) != 32:
        raise ProofFileError("genesis", "a validator's key is not ed25519")
    if not 0 < power < 2**60:
        raise ProofFileError("genesis", "a validator's power is out of range")
    return Validator(key, power)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ProofFileError("genesis", "a name is not text")
    return value
