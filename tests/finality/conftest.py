"""Proofs of a real network, and a network whose keys the tests hold."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from finality.headers import BlockId, EngineHeader, Time
from finality.network import Genesis, SignedHeader, read_genesis
from finality.proof_file import ProofFile, decode_proof
from finality.validators import Commit, Validator, Vote, set_hash, sign_bytes

VECTORS = Path(__file__).parent / "vectors"
_TIME = Time(1_900_000_000, 7)
_EMPTY = sha256(b"").digest()


@dataclass(frozen=True)
class Member:
    """Hold a validator with its key."""

    seed: int
    power: int = 10

    @property
    def key(self) -> ECC.EccKey:
        seed: Any = bytes([self.seed]) * 32  # its stubs lack bytes
        return ECC.construct(curve="Ed25519", seed=seed)

    @property
    def validator(self) -> Validator:
        public = self.key.public_key().export_key(format="raw")
        return Validator(public, self.power)


def genesis_of(members: list[Member]) -> Genesis:
    """Return a network's genesis."""
    return read_genesis(spell_genesis(members))


def spell_genesis(members: list[Member], *, chain_id: int = 7) -> bytes:
    """Return the file of a network's genesis."""
    document = {
        "chain_id": "veche-7",
        "app_state": {"chain": {"id": chain_id}},
        "validators": [
            {
                "pub_key": {
                    "type": "tendermint/PubKeyEd25519",
                    "value": b64encode(member.validator.key).decode(),
                },
                "power": str(member.power),
                "name": f"organisation-{member.seed}",
            }
            for member in members
        ],
    }
    return json.dumps(document).encode()


def header_of(
    height: int, members: list[Member], after: list[Member] | None = None
) -> EngineHeader:
    """Return a header that one set signs and names the next."""
    return EngineHeader(
        block_version=11,
        app_version=1,
        chain="veche-7",
        height=height,
        time=_TIME,
        last_block=BlockId(b"\1" * 32, 1, b"\2" * 32),
        last_commit_hash=b"\3" * 32,
        data_hash=_EMPTY,
        validators_hash=set_hash([each.validator for each in members]),
        next_validators_hash=set_hash([each.validator for each in after or members]),
        consensus_hash=b"\4" * 32,
        app_hash=b"\5" * 32,
        last_results_hash=_EMPTY,
        evidence_hash=_EMPTY,
        proposer=members[0].validator.address,
    )


def sign(header: EngineHeader, signers: list[Member]) -> SignedHeader:
    """Return a header with these votes for it."""
    commit = Commit(0, BlockId(header.hash(), 1, b"\6" * 32), ())
    votes = []
    for member in signers:
        signer = eddsa.new(member.key, "rfc8032")
        signature = signer.sign(sign_bytes(header, commit, _TIME))
        votes.append(Vote(member.validator.address, _TIME, signature))
    return SignedHeader(header, replace(commit, votes=tuple(votes)))


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], ProofFile]:
    """Read what a network of four validators and an observer proved."""

    def read(name: str) -> ProofFile:
        return decode_proof((VECTORS / f"{name}.json").read_bytes())

    return read
