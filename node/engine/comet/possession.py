"""Prove that a node holds its keys: both sign who it will be, where.

What is signed is a hash of the chain's id, the registry's address, the organisation's
account, the node's id and the validator's key, so that no proof serves another network,
organisation or node, and none can be a vote or a greeting among peers.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa
from eth_abi.abi import encode
from eth_typing import Address

from node.engine.comet.home import NodeHome
from node.engine.comet.registry import ADDRESS
from node.errors import HomeError
from node.hashing import keccak
from node.json_depth import parse_json

_TAG: Final = keccak(b"veche/registry/possession/1")
_SEED = 32  # bytes; the engine keeps the public key behind it


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """Hold a node's two secrets, 32 bytes each; validator: None if it looks on."""

    node: bytes = field(repr=False)
    validator: bytes | None = field(repr=False)

    @property
    def node_id(self) -> bytes:
        """Return how peers name it, 20 bytes."""
        return sha256(_public(self.node)).digest()[:20]


@dataclass(frozen=True, slots=True)
class Possession:
    """Hold a proof: public keys of 32 bytes and signatures of 64, zeros for none."""

    node_key: bytes
    validator_key: bytes
    by_node: bytes
    by_validator: bytes

    @property
    def node_id(self) -> bytes:
        """Return how peers name the node, 20 bytes."""
        return sha256(self.node_key).digest()[:20]


def read_keys(
    home: NodeHome, *, validates: bool, signer: Path | None = None
) -> NodeKeys:
    """Read a node's secrets.

    signer: file of the validator's key, where another program signs with it and it is
    not in the folder. Raises: HomeError.
    """
    node = _read_secret(home, home.genesis.parent / "node_key.json")
    if not validates:
        return NodeKeys(node, None)
    return NodeKeys(node, _read_secret(home, signer or home.key))


def prove_possession(
    keys: NodeKeys, *, chain_id: int, organisation: Address
) -> Possession:
    """Sign with a node's keys that it will be this organisation's on this chain."""
    validator = bytes(32) if keys.validator is None else _public(keys.validator)
    hashed = possession_hash(
        chain_id, organisation, node_id=keys.node_id, validator_key=validator
    )
    return Possession(
        _public(keys.node),
        validator,
        _sign(keys.node, hashed),
        bytes(64) if keys.validator is None else _sign(keys.validator, hashed),
    )


def possession_hash(
    chain_id: int, organisation: Address, *, node_id: bytes, validator_key: bytes
) -> bytes:
    """Return what both keys sign, 32 bytes."""
    kinds = ["bytes32", "uint256", "address", "address", "bytes20", "bytes32"]
    values = [_TAG, chain_id, ADDRESS, organisation, node_id, validator_key]
    return keccak(encode(kinds, values))


def is_proven(possession: Possession, *, chain_id: int, organisation: Address) -> bool:
    """Say whether a proof holds, before it is sent: the registry checks it again."""
    hashed = possession_hash(
        chain_id,
        organisation,
        node_id=possession.node_id,
        validator_key=possession.validator_key,
    )
    signed = [(possession.node_key, possession.by_node)]
    if any(possession.validator_key):
        signed.append((possession.validator_key, possession.by_validator))
    return all(_is_signed(key, hashed, signature) for key, signature in signed)


def _is_signed(key: bytes, hashed: bytes, signature: bytes) -> bool:
    try:
        verifier = eddsa.new(eddsa.import_public_key(key), "rfc8032")
        verifier.verify(hashed, signature)
    except ValueError:
        return False
    return True


def _read_secret(home: NodeHome, path: Path) -> bytes:
    try:
        found = parse_json(path.read_bytes())["priv_key"]["value"]
        secret = b64decode(found, validate=True)
    except (OSError, ValueError, KeyError, TypeError):
        secret = b""
    if len(secret) != 2 * _SEED:
        raise HomeError(home.root, f"{path} holds no key of a node")
    return secret[:_SEED]


def _key(secret: bytes) -> ECC.EccKey:
    seed: Any = secret  # its stubs lack bytes
    return ECC.construct(curve="Ed25519", seed=seed)


def _public(secret: bytes) -> bytes:
    return _key(secret).public_key().export_key(format="raw")


def _sign(secret: bytes, hashed: bytes) -> bytes:
    return eddsa.new(_key(secret), "rfc8032").sign(hashed)
