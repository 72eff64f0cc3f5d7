"""The vectors that Python and JavaScript share, read from tests/vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from election.crypto.elgamal import Ciphertext
from election.crypto.group import G1Point, decode_g1
from election.crypto.proofs.unit_vector import (
    UnitVectorCommitments,
    UnitVectorMasks,
    UnitVectorProof,
    UnitVectorStatement,
)
from election.crypto.scalar import Scalar
from election.crypto.transcript import Address, Hash

Vector = dict[str, Any]

_FOLDER: Final = Path(__file__).parent / "vectors"

VECHE1: Final[Vector] = json.loads((_FOLDER / "veche1.json").read_text())
BATCH_BALLOTS: Final[list[Vector]] = VECHE1["batch"]["ballots"]
BALLOTS: Final[list[Vector]] = VECHE1["ballots"] + BATCH_BALLOTS


def scalar(text: str) -> Scalar:
    """Read a scalar written with 0x."""
    return Scalar(int(text, 16))


def digest(text: str) -> Hash:
    """Read a hash."""
    return Hash(bytes.fromhex(text))


def point(text: str) -> G1Point:
    """Read a point of G1."""
    return decode_g1(bytes.fromhex(text))


def all_points(texts: list[str]) -> tuple[G1Point, ...]:
    """Read points of G1."""
    return tuple(map(point, texts))


def ballot_statement(vector: Vector) -> UnitVectorStatement:
    """Read what a ballot's proof is about."""
    return UnitVectorStatement(
        digest(vector["ctx"]),
        all_points(vector["H"]),
        Address(bytes.fromhex(vector["cred"])),
        Ciphertext(point(vector["A"]), all_points(vector["B"])),
    )


def ballot_masks(vector: Vector) -> UnitVectorMasks:
    """Read the prover's secrets."""
    slots = tuple(map(scalar, vector["a"][:-1]))
    return UnitVectorMasks(scalar(vector["s"]), slots)


def ballot_proof(vector: Vector) -> UnitVectorProof:
    """Read a ballot's proof."""
    return UnitVectorProof(
        UnitVectorCommitments(
            point(vector["C"]),
            point(vector["A_prime"]),
            all_points(vector["B_prime"]),
            point(vector["D"]),
        ),
        scalar(vector["z"]),
        tuple(map(scalar, vector["f"])),
    )
