"""Exponential ElGamal with one independent key for each candidate's slot.

docs/protocol.md §3: A = rG and B_j = rH_j + m_jG, where m_j is 1 in the slot of the
choice and 0 elsewhere. Ciphertexts add up, so that only a total is ever decrypted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from election.crypto.group import G1_INFINITY, G, G1Point
from election.crypto.scalar import Scalar
from election.crypto.transcript import Hash, Tag, hash_fields, hash_word, point_words
from election.errors import ChoiceError


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """One encrypted count for each candidate: A and B_1..B_L."""

    ephemeral: G1Point
    slots: tuple[G1Point, ...]

    def __add__(self, other: Ciphertext) -> Ciphertext:
        """Encrypt the sum of the counts of two ciphertexts of one contest."""
        pairs = zip(self.slots, other.slots, strict=True)
        return Ciphertext(
            self.ephemeral + other.ephemeral,
            tuple(left + right for left, right in pairs),
        )


def encrypt(choice: int, keys: Sequence[G1Point], *, nonce: Scalar) -> Ciphertext:
    """Encrypt a choice in 1..L under the election keys H_1..H_L.

    nonce: r, in [1, q), fresh for this ballot, secret and erased afterwards. Raises
    ChoiceError if nobody stands in that slot.
    """
    if not 1 <= choice <= len(keys):
        raise ChoiceError(f"choice {choice}", f"not in 1..{len(keys)}")
    masked = (key * nonce for key in keys)
    slots = tuple(
        mask + G if slot == choice else mask for slot, mask in enumerate(masked, 1)
    )
    return Ciphertext(G * nonce, slots)


def combine_ciphertexts(ciphertexts: Sequence[Ciphertext], *, slots: int) -> Ciphertext:
    """Add up ciphertexts of one contest with this many slots; none give infinity."""
    total = Ciphertext(G1_INFINITY, (G1_INFINITY,) * slots)
    for ciphertext in ciphertexts:
        total += ciphertext
    return total


def derive_tracking_code(ctx: Hash, ciphertext: Ciphertext) -> Hash:
    """Hash a ciphertext into h_ct, the code shown before audit or cast."""
    points = point_words(ciphertext.ephemeral, *ciphertext.slots)
    return hash_fields(Tag.CIPHERTEXT, hash_word(ctx), points)
