"""The sum of all accepted ballots of a contest, still encrypted.

docs/protocol.md §5. Nothing in the library decrypts anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from election.crypto.elgamal import Ciphertext, combine_ciphertexts
from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.errors import CountError
from election.protocol.ballot import Ballot
from election.protocol.context import Box


class TallyState(IntEnum):
    """What a contest's tally waits for, docs/protocol.md §5."""

    NONE = 0
    OPEN = 1
    WITHHELD = 2
    FINAL = 3


@dataclass(frozen=True, slots=True)
class EncryptedTally:
    """A_sum, B_sum_1..L and the number N of ballots in them."""

    ctx: Hash
    cast_count: int
    totals: Ciphertext


@dataclass(frozen=True, slots=True)
class FrozenTally:
    """A contest's encrypted sum that was frozen on chain and computed again here.

    block: number of the block that froze it.
    """

    contest: int
    block: int
    tally: EncryptedTally

    @property
    def comparison_hash(self) -> Hash:
        """Derive what trustees compare before they decrypt."""
        return derive_comparison_hash(self.tally, block=self.block)


def aggregate_ballots(ballots: Sequence[Ballot], box: Box) -> EncryptedTally:
    """Add up the accepted ballots of a box.

    Raises CountError if one credential appears twice.
    """
    return aggregate_batches([ballots], box)


def aggregate_batches(batches: Iterable[Sequence[Ballot]], box: Box) -> EncryptedTally:
    """Add up the accepted ballots of a box, of which one batch is held at a time.

    Raises CountError if one credential appears twice.
    """
    slots, count = len(box.election_keys), 0
    totals, used = combine_ciphertexts((), slots=slots), set[Address]()
    for ballots in batches:
        count += len(ballots)
        used.update(ballot.record.credential for ballot in ballots)
        if len(used) != count:
            raise CountError("ballots", "one credential appears twice")
        ciphertexts = [ballot.record.ciphertext for ballot in ballots]
        totals += combine_ciphertexts(ciphertexts, slots=slots)
    return EncryptedTally(box.ctx, count, totals)


def derive_comparison_hash(tally: EncryptedTally, *, block: int) -> Hash:
    """Derive what trustees compare over another channel before they decrypt.

    block: number of the block that froze the sum. Two trustees who were shown two
    histories see two hashes.
    """
    return hash_fields(
        Tag.COMPARISON,
        hash_word(tally.ctx),
        uint_word(block),
        point_words(tally.totals.ephemeral, *tally.totals.slots),
        uint_word(tally.cast_count),
    )


def derive_override_hash(tally: EncryptedTally) -> Hash:
    """Derive what commission and observers sign to open a tally below m_min."""
    return hash_fields(
        Tag.OVERRIDE,
        hash_word(tally.ctx),
        uint_word(tally.cast_count),
        point_words(tally.totals.ephemeral),
    )
