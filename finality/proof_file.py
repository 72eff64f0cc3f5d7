"""Files that `veche proof` writes: strict JSON, bytes as lower-case hex.

See docs/finality.md for the format.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from finality.errors import ProofFileError
from finality.headers import BlockId, EngineHeader, Time
from finality.network import Change, SignedHeader
from finality.validators import Commit, Validator, Vote

MAX_FILE: Final = 16 * 1024 * 1024  # bytes
_MOST_CHANGES, _MOST_VOTES, _MOST_NODES = 1_000, 1_000, 80

Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Hex = Annotated[str, Meta(pattern=r"\A0x([0-9a-f]{2})*\Z")]
Hex20 = Annotated[str, Meta(pattern=r"\A0x[0-9a-f]{40}\Z")]
Hex32 = Annotated[str, Meta(pattern=r"\A0x[0-9a-f]{64}\Z")]
Hex64 = Annotated[str, Meta(pattern=r"\A0x[0-9a-f]{128}\Z")]
Nodes = Annotated[list[Hex], Meta(max_length=_MOST_NODES)]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class TimeFile(_Strict, frozen=True):
    """A time in a file."""

    seconds: Number
    nanos: Annotated[int, Meta(ge=0, lt=10**9)]


class BlockIdFile(_Strict, frozen=True):
    """A block's name in a file."""

    hash: Hex
    parts: Number
    parts_hash: Hex


class HeaderFile(_Strict, frozen=True):
    """A header in a file."""

    block_version: Number
    app_version: Number
    chain: Annotated[str, Meta(max_length=64)]
    height: Annotated[int, Meta(gt=0, le=2**63 - 1)]
    time: TimeFile
    last_block: BlockIdFile
    last_commit_hash: Hex
    data_hash: Hex
    validators_hash: Hex32
    next_validators_hash: Hex32
    consensus_hash: Hex
    app_hash: Hex
    last_results_hash: Hex
    evidence_hash: Hex
    proposer: Hex20


class VoteFile(_Strict, frozen=True):
    """A vote in a file."""

    address: Hex20
    time: TimeFile
    signature: Hex64


class SignedFile(_Strict, frozen=True):
    """A signed header in a file."""

    header: HeaderFile
    round: Annotated[int, Meta(ge=0, lt=2**31)]
    block: BlockIdFile
    votes: Annotated[list[VoteFile], Meta(max_length=_MOST_VOTES)]


class ValidatorFile(_Strict, frozen=True):
    """A validator in a file."""

    key: Hex32
    power: Annotated[int, Meta(gt=0, lt=2**60)]


class ChangeFile(_Strict, frozen=True):
    """A change of the validators in a file."""

    signed: SignedFile
    validators: Annotated[
        list[ValidatorFile], Meta(min_length=1, max_length=_MOST_VOTES)
    ]


class ReceiptFile(_Strict, frozen=True):
    """A transaction and its receipt, with the ways to both."""

    index: Number
    transaction: Hex
    transaction_proof: Nodes
    receipt: Hex
    receipt_proof: Nodes


class StorageFile(_Strict, frozen=True):
    """A value in storage, with the ways to its account and to it."""

    address: Hex20
    slot: Hex32
    account_proof: Nodes
    storage_proof: Nodes


class ProofFile(_Strict, frozen=True):
    """A whole proof; block: the chain's header, as RLP."""

    format: Literal["veche-proof/1"]
    genesis: str
    changes: Annotated[list[ChangeFile], Meta(max_length=_MOST_CHANGES)]
    signed: SignedFile
    block: Hex
    receipt: ReceiptFile | None
    storage: StorageFile | None


def decode_proof(text: bytes) -> ProofFile:
    """Read a proof. Raises: ProofFileError, naming the place."""
    if len(text) > MAX_FILE:
        raise ProofFileError("proof", f"has more than {MAX_FILE} bytes")
    try:
        return msgspec.json.decode(text, type=ProofFile)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        fact = str(error).partition(" - at `")
        where = fact[2].rstrip("`").removeprefix("$").lstrip(".")
        raise ProofFileError(
            f"proof {where}".rstrip(), "is not what it should be: " + fact[0].lower()
        ) from error


def encode_proof(proof: ProofFile) -> bytes:
    """Return a proof as a file."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=1) + b"\n"


def unhex(text: str) -> bytes:
    """Return the bytes that checked hex stands for."""
    return bytes.fromhex(text[2:])


def signed_of(file: SignedFile) -> SignedHeader:
    """Return a signed header as a value."""
    votes = tuple(
        Vote(unhex(each.address), _time(each.time), unhex(each.signature))
        for each in file.votes
    )
    commit = Commit(file.round, _block_id(file.block), votes)
    return SignedHeader(_header(file.header), commit)


def change_of(file: ChangeFile) -> Change:
    """Return a change as a value."""
    validators = tuple(
        Validator(unhex(each.key), each.power) for each in file.validators
    )
    return Change(signed_of(file.signed), validators)


def _header(file: HeaderFile) -> EngineHeader:
    return EngineHeader(
        block_version=file.block_version,
        app_version=file.app_version,
        chain=file.chain,
        height=file.height,
        time=_time(file.time),
        last_block=_block_id(file.last_block),
        last_commit_hash=unhex(file.last_commit_hash),
        data_hash=unhex(file.data_hash),
        validators_hash=unhex(file.validators_hash),
        next_validators_hash=unhex(file.next_validators_hash),
        consensus_hash=unhex(file.consensus_hash),
        app_hash=unhex(file.app_hash),
        last_results_hash=unhex(file.last_results_hash),
        evidence_hash=unhex(file.evidence_hash),
        proposer=unhex(file.proposer),
    )


def _time(file: TimeFile) -> Time:
    return Time(file.seconds, file.nanos)


def _block_id(file: BlockIdFile) -> BlockId:
    return BlockId(unhex(file.hash), file.parts, unhex(file.parts_hash))
