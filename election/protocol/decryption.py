"""k trustees open the sum, each proving its share; anybody checks the counts.

docs/protocol.md §5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from election.crypto.discrete_log import DiscreteLogTable, find_count
from election.crypto.group import G, G1Point, decode_g1, encode_g1
from election.crypto.proofs.equality import (
    EqualityProof,
    EqualityStatement,
    prove_equality,
    verify_equality,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar, accept_scalar
from election.crypto.sharing import combine_shares
from election.crypto.transcript import (
    Hash,
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.errors import CountError, EncodingError, FaultyTrusteeError
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.encoding import decode_g1_list, encode_points
from election.protocol.tally import EncryptedTally


@dataclass(frozen=True, slots=True)
class ShareMessage:
    """A trustee's answer as `submit_share` takes it: D_1..D_L, T1, T2, s."""

    decryption: bytes
    t1: bytes
    t2: bytes
    s: int


@dataclass(frozen=True, slots=True)
class DecryptionShare:
    """A trustee's D_1..D_L, proven."""

    trustee: int
    points: tuple[G1Point, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The counts of a contest and the k trustees whose shares gave them."""

    trustees: tuple[int, ...]
    counts: tuple[int, ...]


def make_share(
    tally: EncryptedTally, key_share: KeyShare, *, source: SecretSource
) -> ShareMessage:
    """Decrypt a tally in part, as a trustee.

    The caller has verified every ballot itself, and has never made a share of
    another tally for the same ctx.
    """
    secrets = key_share.secrets[: len(tally.totals.slots)]
    verification_keys = tuple(G * secret for secret in secrets)
    points = tuple(tally.totals.ephemeral * secret for secret in secrets)
    statement = _state(
        tally, DecryptionShare(key_share.member, points), verification_keys
    )
    nonce = source.derive_scalar(statement.digest, 0)
    proof = prove_equality(statement, secrets, nonce=nonce)
    return ShareMessage(
        encode_points(points),
        encode_g1(proof.over_generator),
        encode_g1(proof.over_base),
        proof.response,
    )


def accept_decryption_share(
    message: ShareMessage,
    tally: EncryptedTally,
    *,
    trustee: int,
    verification_keys: Sequence[G1Point],
) -> DecryptionShare:
    """Accept a share of this tally made with the trustee's keys V_1..V_L.

    Raises FaultyTrusteeError.
    """
    slots = len(tally.totals.slots)
    try:
        points = decode_g1_list(message.decryption, allow_infinity=True)
        proof = EqualityProof(
            decode_g1(message.t1, allow_infinity=True),
            decode_g1(message.t2, allow_infinity=True),
            accept_scalar(message.s),
        )
    except EncodingError as error:
        raise FaultyTrusteeError(str(error), trustee=trustee) from error
    if len(points) != slots:
        raise FaultyTrusteeError("share of another contest", trustee=trustee)
    share = DecryptionShare(trustee, points)
    if not verify_equality(_state(tally, share, verification_keys[:slots]), proof):
        raise FaultyTrusteeError("share does not verify", trustee=trustee)
    return share


def _state(
    tally: EncryptedTally,
    share: DecryptionShare,
    verification_keys: Sequence[G1Point],
) -> EqualityStatement:
    digest = hash_fields(
        Tag.DECRYPTION,
        hash_word(tally.ctx),
        uint_word(share.trustee),
        point_words(tally.totals.ephemeral),
        point_words(*verification_keys),
        point_words(*share.points),
    )
    return EqualityStatement(
        base=tally.totals.ephemeral,
        points=tuple(verification_keys),
        images=share.points,
        weights=derive_share_weights(digest, slots=len(share.points)),
        digest=digest,
        challenge_tag=Tag.DECRYPTION_CHALLENGE,
        merge_tag=Tag.DECRYPTION_WEIGHT,
    )


def derive_share_weights(digest: Hash, *, slots: int) -> tuple[Scalar, ...]:
    """Derive alpha_1 = 1, alpha_2 .. alpha_L, which merge the slots of a share."""
    others = (
        challenge(hash_fields(Tag.DECRYPTION_ALPHA, hash_word(digest), uint_word(slot)))
        for slot in range(2, slots + 1)
    )
    return (Scalar(1), *others)


def find_result(
    shares: Sequence[DecryptionShare], tally: EncryptedTally, *, table: DiscreteLogTable
) -> Result:
    """Find the counts from the accepted shares of exactly k trustees.

    Raises CountError if there are none with the right sum.
    """
    bound = tally.cast_count
    counts = tuple(
        find_count(point, table, bound=bound) for point in _open_slots(shares, tally)
    )
    result = Result(tuple(sorted(share.trustee for share in shares)), counts)
    return accept_result(result, shares, tally=tally)


def accept_result(
    result: Result, shares: Sequence[DecryptionShare], *, tally: EncryptedTally
) -> Result:
    """Accept published counts, given the accepted shares of exactly k trustees.

    Every slot is checked by itself: in one merged equation false counts could be
    found by lattice reduction. Raises CountError.
    """
    if not shares:
        raise CountError("result", "has no shares behind it")
    if result.trustees != tuple(sorted({share.trustee for share in shares})):
        raise CountError("result", "names other trustees")
    if len(result.counts) != len(tally.totals.slots):
        raise CountError("result", "has another number of counts")
    if any(not 0 <= count <= tally.cast_count for count in result.counts):
        raise CountError("result", "a count is out of range")
    if sum(result.counts) != tally.cast_count:
        raise CountError("result", "counts do not add up to the ballots cast")
    opened = _open_slots(shares, tally)
    for slot, (count, point) in enumerate(zip(result.counts, opened, strict=True), 1):
        if G * Scalar(count) != point:
            raise CountError(f"count {slot}", "is not what was decrypted")
    return result


def _open_slots(
    shares: Sequence[DecryptionShare], tally: EncryptedTally
) -> tuple[G1Point, ...]:
    # n_l G = B_sum_l - sum lambda_m D_{m,l}
    return tuple(
        total - combine_shares({share.trustee: share.points[slot] for share in shares})
        for slot, total in enumerate(tally.totals.slots)
    )
