"""A proof that a validator signed two blocks of one height, as its network takes it.

Source: CometBFT v0.38, spec/core/data_structures.md.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from finality.headers import BlockId, Time
from finality.protobuf import bytes_field, fixed_field, number_field, varint
from node.engine.comet.home import NodeHome
from node.engine.comet.possession import read_keys
from node.engine.comet.registry import POWER

_PRECOMMIT: Final = 2
_MOMENT: Final = Time(1_800_000_000, 0)
_SPELT: Final = "2027-01-15T08:00:00Z"


@dataclass(frozen=True)
class Cheat:
    """Sign what no honest validator does. seed: of its key."""

    seed: bytes
    chain: str
    place: int  # in the set of validators

    @classmethod
    def of(cls, home: NodeHome, chain: str, place: int) -> Cheat:
        """Take a node's own key."""
        secret = read_keys(home, validates=True).validator
        assert secret is not None
        return cls(secret, chain, place)

    @property
    def address(self) -> str:
        """Return how the engine names it."""
        key = self._key().public_key().export_key(format="raw")
        return sha256(key).hexdigest()[:40]

    def sign_twice(self, height: int, *, time: str, validators: int) -> dict[str, Any]:
        """Return the proof; time: of the block at that height."""
        return {
            "type": "tendermint/DuplicateVoteEvidence",
            "value": {
                "vote_a": self._vote(height, b"\x01" * 32),
                "vote_b": self._vote(height, b"\x02" * 32),
                "TotalVotingPower": str(POWER * validators),
                "ValidatorPower": str(POWER),
                "Timestamp": time,
            },
        }

    def _vote(self, height: int, digest: bytes) -> dict[str, Any]:
        block = BlockId(digest, 1, digest)
        signed = number_field(1, _PRECOMMIT) + fixed_field(2, height)
        signed += bytes_field(4, block.encode()) + bytes_field(5, _MOMENT.encode())
        signed += bytes_field(6, self.chain.encode())
        signer = eddsa.new(self._key(), "rfc8032")
        signature = signer.sign(varint(len(signed)) + signed)
        spelt = digest.hex().upper()
        return {
            "type": _PRECOMMIT,
            "height": str(height),
            "round": 0,
            "block_id": {"hash": spelt, "parts": {"total": 1, "hash": spelt}},
            "timestamp": _SPELT,
            "validator_address": self.address.upper(),
            "validator_index": self.place,
            "signature": b64encode(signature).decode(),
        }

    def _key(self) -> ECC.EccKey:
        seed: Any = self.seed  # its stubs lack bytes
        return ECC.construct(curve="Ed25519", seed=seed)
