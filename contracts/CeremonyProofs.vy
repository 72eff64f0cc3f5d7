# pragma version 0.4.3
"""
@title What members of a key ceremony prove, and what follows from what they revealed
@notice All curve arithmetic of KeyCeremony, which keeps the state and asks. Nothing is kept
    here and nobody is believed, so one contract serves every ceremony (docs/protocol.md §4).
"""

from interfaces import ICeremonyProofs
from modules import curve
from modules import group
from modules import transcript


implements: ICeremonyProofs


_MAX_SEATS: constant(uint256) = 10
_MAX_SLOTS: constant(uint256) = 64
_MAX_PART: constant(uint256) = 256 * _MAX_SEATS  # bytes of one point for each seat
_MAX_COMPLAINT: constant(uint256) = 122_880  # bytes
_MAX_CIPHERTEXTS: constant(uint256) = (_MAX_SEATS - 1) * _MAX_SLOTS
_POINT: constant(uint256) = 128  # bytes of a point of G1, of encryption in both kinds


@external
@view
def is_known(
    key: Bytes[_POINT], t: Bytes[_POINT], s: uint256, tag: bytes32, statement: bytes32
) -> bool:
    """
    @notice Whether the prover knows the logarithm of a point of G1, E or R.
    """
    return group.is_known(group.G1, key, t, s, tag, statement)


@external
@view
def are_polynomials_known(
    terms: ICeremonyProofs.Terms,
    coefficients: Bytes[_MAX_COMPLAINT],
    t: Bytes[256],
    s: uint256,
    hashed: bytes32,
) -> bool:
    """
    @notice Whether the prover knows the polynomials that it reveals.
    @param coefficients F_{l,c}, slots l outer, degrees c inner.
    @param hashed h_p, which binds them.
    """
    sum: Bytes[256] = self._weighted_sum(terms, coefficients, hashed)
    return group.is_known(terms.kind, sum, t, s, transcript.DKG_POK_E, hashed)


@external
@view
def are_shares_known(
    terms: ICeremonyProofs.Terms,
    keys: Bytes[256 * _MAX_SLOTS],
    t: Bytes[256],
    s: uint256,
    hashed: bytes32,
) -> bool:
    """
    @notice Whether the prover knows its share of the key of every slot.
    @param keys V_{m,1} .. V_{m,L}.
    @param hashed Binds them to all that was revealed and dealt.
    """
    weights: DynArray[uint256, _MAX_SLOTS] = []
    for slot: uint256 in range(1, terms.slots + 1, bound=_MAX_SLOTS):
        weights.append(
            curve.challenge(keccak256(abi_encode(transcript.DKG_CONFIRM_ALPHA, hashed, slot)))
        )
    sum: Bytes[256] = group.combine(terms.kind, keys, weights)
    return group.is_known(terms.kind, sum, t, s, transcript.DKG_CONFIRM_E, hashed)


@external
@view
def derive(
    terms: ICeremonyProofs.Terms, n: uint256, coefficients: Bytes[_MAX_SEATS * _MAX_PART]
) -> (Bytes[256], Bytes[_MAX_PART]):
    """
    @notice The key of a slot, and V_1 .. V_n: the sum of all polynomials at 0 and at each seat.
    @param coefficients F_{i,slot,c}, members i outer, degrees c inner.
    """
    sums: Bytes[_MAX_PART] = self._sums(terms, n, coefficients)
    key: Bytes[256] = group.combine(terms.kind, sums, self._powers(terms.k, 0))
    verification_keys: Bytes[_MAX_PART] = b""
    for index: uint256 in range(1, n + 1, bound=_MAX_SEATS):
        value: Bytes[256] = group.combine(terms.kind, sums, self._powers(terms.k, index))
        verification_keys = convert(concat(verification_keys, value), Bytes[_MAX_PART])
    return key, verification_keys


@external
@view
def is_opened(
    terms: ICeremonyProofs.Terms,
    parties: ICeremonyProofs.Parties,
    opening: Bytes[2 * _POINT],
    commitments: Bytes[2 * _POINT],
    s: uint256,
) -> bool:
    """
    @notice Whether Z is R times the secret behind the encryption key of who complains.
    @param opening R, Z.
    @param commitments T1, T2.
    """
    assert s < curve.Q, "ceremony_proofs: s is not reduced"
    hashed: bytes32 = keccak256(
        concat(
            transcript.DKG_COMPLAIN,
            terms.cer,
            abi_encode(parties.dealer, parties.receiver),
            parties.key,
            opening,
        )
    )
    e: uint256 = curve.challenge(
        keccak256(concat(transcript.DKG_COMPLAIN_E, hashed, commitments))
    )
    delta: uint256 = curve.weight(
        keccak256(
            concat(transcript.DKG_COMPLAIN_DELTA, hashed, commitments, convert(s, bytes32))
        )
    )
    residue: Bytes[256] = group.combine(
        group.G1,
        concat(abi_encode(curve.GENERATOR), parties.key, opening, commitments),
        [
            s,
            curve.negate(e),
            uint256_mulmod(delta, s, curve.Q),
            uint256_mulmod(delta, curve.negate(e), curve.Q),
            curve.Q - 1,
            curve.negate(delta),
        ],
    )
    return group.is_infinity(group.G1, residue)


@external
@view
def are_shares(
    terms: ICeremonyProofs.Terms,
    parties: ICeremonyProofs.Parties,
    coefficients: Bytes[_MAX_COMPLAINT],
    ciphertexts: DynArray[bytes32, _MAX_CIPHERTEXTS],
    opening: Bytes[2 * _POINT],
) -> bool:
    """
    @notice Whether a dealer gave who complains the right shares of all slots.
    @param coefficients What the dealer revealed, slots outer, degrees inner.
    @param ciphertexts What it dealt, receivers outer, slots inner.
    @param opening R and Z, which open them.
    """
    dealer: uint256 = parties.dealer
    index: uint256 = parties.receiver
    powers: DynArray[uint256, _MAX_SEATS] = self._powers(terms.k, index)
    part: uint256 = terms.k * _POINT * terms.kind  # bytes of one slot
    before: uint256 = index - 1 if index < dealer else index - 2  # other receivers
    for slot: uint256 in range(1, terms.slots + 1, bound=_MAX_SLOTS):
        pad: bytes32 = keccak256(
            concat(transcript.DKG_PAD, terms.cer, abi_encode(dealer, index, slot), opening)
        )
        share: uint256 = (
            convert(ciphertexts[before * terms.slots + slot - 1], uint256)
            ^ convert(pad, uint256)
        )
        if share >= curve.Q:
            return False
        points: Bytes[_MAX_PART] = convert(
            slice(coefficients, (slot - 1) * part, part), Bytes[_MAX_PART]
        )
        expected: Bytes[256] = group.combine(terms.kind, points, powers)
        if group.multiply_generator(terms.kind, share) != expected:
            return False
    return True


@internal
@view
def _weighted_sum(
    terms: ICeremonyProofs.Terms, coefficients: Bytes[_MAX_COMPLAINT], hashed: bytes32
) -> Bytes[256]:
    """
    @notice Sum of alpha_{l,c} F_{l,c}, in pieces that fit one MSM.
    """
    size: uint256 = _POINT * terms.kind
    total: uint256 = terms.slots * terms.k
    sums: Bytes[_MAX_PART] = b""
    for i: uint256 in range(_MAX_SEATS):
        first: uint256 = i * group.MAX_POINTS
        if first >= total:
            break
        count: uint256 = min(group.MAX_POINTS, total - first)
        points: Bytes[256 * group.MAX_POINTS] = convert(
            slice(coefficients, first * size, count * size), Bytes[256 * group.MAX_POINTS]
        )
        weights: DynArray[uint256, group.MAX_POINTS] = self._weights(
            terms.k, hashed, first, count
        )
        sum: Bytes[256] = group.combine(terms.kind, points, weights)
        sums = convert(concat(sums, sum), Bytes[_MAX_PART])
    return group.combine(terms.kind, sums, self._ones(len(sums) // size))


@internal
@view
def _weights(
    k: uint256, hashed: bytes32, first: uint256, count: uint256
) -> DynArray[uint256, group.MAX_POINTS]:
    """
    @notice alpha_{l,c} of what was revealed: with a plain sum, one could cancel another's key.
    @param first Position of the first point, from 0.
    """
    weights: DynArray[uint256, group.MAX_POINTS] = []
    for i: uint256 in range(first, first + count, bound=group.MAX_POINTS):
        weights.append(
            curve.challenge(
                keccak256(abi_encode(transcript.DKG_POK_ALPHA, hashed, i // k + 1, i % k))
            )
        )
    return weights


@internal
@pure
def _ones(count: uint256) -> DynArray[uint256, _MAX_SEATS]:
    """
    @notice Scalars of a plain sum.
    """
    ones: DynArray[uint256, _MAX_SEATS] = []
    for i: uint256 in range(count, bound=_MAX_SEATS):
        ones.append(1)
    return ones


@internal
@view
def _sums(
    terms: ICeremonyProofs.Terms, n: uint256, coefficients: Bytes[_MAX_SEATS * _MAX_PART]
) -> Bytes[_MAX_PART]:
    """
    @notice Adds up one slot's coefficients of all members, degree by degree.
    """
    size: uint256 = _POINT * terms.kind
    ones: DynArray[uint256, _MAX_SEATS] = self._ones(n)
    sums: Bytes[_MAX_PART] = b""
    for degree: uint256 in range(terms.k, bound=_MAX_SEATS):
        column: Bytes[_MAX_PART] = b""
        for i: uint256 in range(n, bound=_MAX_SEATS):
            point: Bytes[256] = convert(
                slice(coefficients, (i * terms.k + degree) * size, size), Bytes[256]
            )
            column = convert(concat(column, point), Bytes[_MAX_PART])
        sum: Bytes[256] = group.combine(terms.kind, column, ones)
        sums = convert(concat(sums, sum), Bytes[_MAX_PART])
    return sums


@internal
@pure
def _powers(k: uint256, index: uint256) -> DynArray[uint256, _MAX_SEATS]:
    """
    @notice 1, index, index^2 .. index^(k-1): with them, coefficients give the value there.
    """
    powers: DynArray[uint256, _MAX_SEATS] = []
    power: uint256 = 1
    for degree: uint256 in range(k, bound=_MAX_SEATS):
        powers.append(power)
        power *= index
    return powers
