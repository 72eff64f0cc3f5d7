# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Decryption shares and counts, verified
@notice Only the sum of a contest's ballots is ever decrypted, by k trustees' shares that each
    carry a proof; counts are published only if they are what the shares decrypt to. No
    function takes a private key (docs/protocol.md §5).
"""

from interfaces import IBallotBox
from interfaces import IElection
from interfaces import IKeyCeremony
from interfaces import ITally
from modules import curve
from modules import lagrange
from modules import phases
from modules import record
from modules import transcript


implements: ITally
initializes: record
exports: record.record_hash


# first topics of events
_TALLY_FROZEN: constant(bytes32) = keccak256("TallyFrozen(uint256,uint256,bytes32[4][])")
_TALLY_WITHHELD: constant(bytes32) = keccak256("TallyWithheld(uint256)")
_OVERRIDDEN: constant(bytes32) = keccak256("Overridden(uint256,(uint256,uint256,uint256),(uint256,uint256,uint256)[])")
_SHARE_ACCEPTED: constant(bytes32) = keccak256("ShareAccepted(uint256,uint256,bytes32[4][],bytes32[4],bytes32[4],uint256)")
_SHARE_REFUSED: constant(bytes32) = keccak256("ShareRefused(uint256,uint256)")
_RESULT_PUBLISHED: constant(bytes32) = keccak256("ResultPublished(uint256,uint256[],uint256[])")
_MAX_SLOTS: constant(uint256) = 16
_MAX_TRUSTEES: constant(uint256) = 10
# states of a contest
_NONE: constant(uint256) = 0
_OPEN: constant(uint256) = 1
_WITHHELD: constant(uint256) = 2
_FINAL: constant(uint256) = 3

_ELECTION: immutable(IElection)

state: public(HashMap[uint256, uint256])
# Election asks for these two while freeze() runs, which asks it for the phase
frozen: public(reentrant(uint256))  # contests frozen
final: public(reentrant(uint256))  # contests that are final or withheld
_shares: HashMap[uint256, HashMap[uint256, DynArray[bytes32[4], _MAX_SLOTS]]]
_counts: HashMap[uint256, DynArray[uint256, _MAX_SLOTS]]


@deploy
def __init__():
    """
    @notice Belongs to the election that makes it.
    """
    _ELECTION = IElection(msg.sender)


@external
@view
def share(contest: uint256, trustee: uint256) -> DynArray[bytes32[4], _MAX_SLOTS]:
    """
    @notice Accepted decryption share of a trustee, D_1 .. D_L; empty if there is none.
    """
    return self._shares[contest][trustee]


@external
@view
def counts(contest: uint256) -> DynArray[uint256, _MAX_SLOTS]:
    """
    @notice Verified counts in slot order; empty until they are final.
    """
    return self._counts[contest]


@external
def freeze(contest: uint256):
    """
    @notice Opens a contest for shares, or withholds it if its sum would say too much of too few.
    @custom:caller anyone
    @custom:phase CLOSED, TALLY
    """
    phase: uint256 = staticcall _ELECTION.phase()
    assert phase == phases.CLOSED or phase == phases.TALLY, "tally: polls are not closed"
    assert self.state[contest] == _NONE, "tally: contest is frozen"
    box: IBallotBox = self._box(contest)
    cast_count: uint256 = staticcall box.cast_count()
    self.frozen += 1
    if cast_count == 0:
        self.state[contest] = _FINAL
        self.final += 1
        slots: uint256 = staticcall box.slots()
        for slot: uint256 in range(slots, bound=_MAX_SLOTS):
            self._counts[contest].append(0)
    elif cast_count < staticcall _ELECTION.m_min():
        self.state[contest] = _WITHHELD
        self.final += 1
    else:
        self.state[contest] = _OPEN
    totals: DynArray[bytes32[4], _MAX_SLOTS + 1] = staticcall box.totals()
    log ITally.TallyFrozen(contest=contest, cast_count=cast_count, totals=totals)
    record.add(
        keccak256(abi_encode(_TALLY_FROZEN, contest)), keccak256(abi_encode(cast_count, totals))
    )
    if self.state[contest] == _WITHHELD:
        log ITally.TallyWithheld(contest=contest)
        record.add(keccak256(abi_encode(_TALLY_WITHHELD, contest)), keccak256(b""))
    elif self.state[contest] == _FINAL:
        self._announce(contest, [], self._counts[contest])


@external
def override(
    contest: uint256,
    commission: IElection.Signature,
    observers: DynArray[IElection.Signature, 32],
):
    """
    @notice Opens a withheld contest for shares.
    @param commission Signature over H(override, ctx, N, A_sum).
    @param observers Theirs, a quorum, signers' addresses increasing.
    @custom:caller anyone who holds the signatures
    @custom:phase after freeze
    """
    assert self.state[contest] == _WITHHELD, "tally: contest is not withheld"
    box: IBallotBox = self._box(contest)
    totals: DynArray[bytes32[4], _MAX_SLOTS + 1] = staticcall box.totals()
    hashed: bytes32 = keccak256(
        abi_encode(
            transcript.OVERRIDE, staticcall box.ctx(), staticcall box.cast_count(), totals[0]
        )
    )
    assert staticcall _ELECTION.is_authorized(hashed, commission, observers)
    self.state[contest] = _OPEN
    self.final -= 1
    log ITally.Overridden(contest=contest, commission=commission, observers=observers)
    record.add(
        keccak256(abi_encode(_OVERRIDDEN, contest)),
        keccak256(abi_encode(commission, observers)),
    )


@external
def submit_share(
    contest: uint256,
    trustee: uint256,
    decryption: DynArray[bytes32[4], _MAX_SLOTS],
    t1: bytes32[4],
    t2: bytes32[4],
    s: uint256,
):
    """
    @notice Stores a trustee's decryption share if its proof holds; else says so and stores
        nothing, so that it may be sent again.
    @param trustee Index of the caller in the final attempt of the ceremony, from 1.
    @param decryption D_1 .. D_L.
    @param t1 First commitment of the proof.
    @param t2 Second commitment of the proof.
    @param s Response of the proof.
    @custom:caller the trustee
    @custom:phase after freeze
    """
    assert self.state[contest] == _OPEN, "tally: contest takes no shares"
    ceremony: IKeyCeremony = IKeyCeremony(staticcall _ELECTION.trustees())
    assert trustee != 0 and trustee <= staticcall ceremony.n(), "tally: no such trustee"
    assert msg.sender == staticcall ceremony.member(trustee), "tally: not the trustee's account"
    box: IBallotBox = self._box(contest)
    assert len(decryption) == staticcall box.slots(), "tally: share has a wrong length"
    assert len(self._shares[contest][trustee]) == 0, "tally: share is here already"
    if not self._holds(box, ceremony, trustee, decryption, t1, t2, s):
        log ITally.ShareRefused(contest=contest, trustee=trustee)
        record.add(keccak256(abi_encode(_SHARE_REFUSED, contest, trustee)), keccak256(b""))
        return
    self._shares[contest][trustee] = decryption
    log ITally.ShareAccepted(
        contest=contest, trustee=trustee, decryption=decryption, t1=t1, t2=t2, s=s
    )
    record.add(
        keccak256(abi_encode(_SHARE_ACCEPTED, contest, trustee)),
        keccak256(abi_encode(decryption, t1, t2, s)),
    )


@external
def finalize(
    contest: uint256,
    trustees: DynArray[uint256, _MAX_TRUSTEES],
    counts: DynArray[uint256, _MAX_SLOTS],
):
    """
    @notice Publishes the counts, if they are what the shares of these trustees decrypt to.
    @param trustees Exactly k with accepted shares, strictly increasing.
    @param counts One for each slot.
    @custom:caller anyone
    @custom:phase after k shares
    """
    assert self.state[contest] == _OPEN, "tally: contest is not open for a result"
    self._check_quorum(contest, trustees)
    box: IBallotBox = self._box(contest)
    self._check_sum(counts, staticcall box.cast_count(), staticcall box.slots())
    totals: DynArray[bytes32[4], _MAX_SLOTS + 1] = staticcall box.totals()
    weights: DynArray[uint256, _MAX_TRUSTEES] = empty(DynArray[uint256, _MAX_TRUSTEES])
    for trustee: uint256 in trustees:
        weights.append(lagrange.coefficient(trustee, trustees))
    # an MSM for each slot: merged ones would admit false counts found by lattice reduction
    for slot: uint256 in range(len(counts), bound=_MAX_SLOTS):
        terms: DynArray[curve.Term, _MAX_TRUSTEES + 2] = empty(
            DynArray[curve.Term, _MAX_TRUSTEES + 2]
        )
        for i: uint256 in range(len(trustees), bound=_MAX_TRUSTEES):
            terms.append(
                curve.Term(point=self._shares[contest][trustees[i]][slot], scalar=weights[i])
            )
        terms.append(curve.Term(point=curve.GENERATOR, scalar=counts[slot]))
        terms.append(curve.Term(point=totals[slot + 1], scalar=curve.Q - 1))
        assert curve.is_infinity(curve.msm(terms)), "tally: counts are not what was cast"
    self.state[contest] = _FINAL
    self.final += 1
    self._counts[contest] = counts
    self._announce(contest, trustees, counts)


@internal
def _announce(
    contest: uint256,
    trustees: DynArray[uint256, _MAX_TRUSTEES],
    counts: DynArray[uint256, _MAX_SLOTS],
):
    """
    @notice Announces the result of a contest.
    """
    log ITally.ResultPublished(contest=contest, trustees=trustees, counts=counts)
    record.add(
        keccak256(abi_encode(_RESULT_PUBLISHED, contest)),
        keccak256(abi_encode(trustees, counts)),
    )


@internal
@view
def _box(contest: uint256) -> IBallotBox:
    box: address = staticcall _ELECTION.box(contest)
    assert box != empty(address), "tally: contest has no box"
    return IBallotBox(box)


@internal
@view
def _holds(
    box: IBallotBox,
    ceremony: IKeyCeremony,
    trustee: uint256,
    decryption: DynArray[bytes32[4], _MAX_SLOTS],
    t1: bytes32[4],
    t2: bytes32[4],
    s: uint256,
) -> bool:
    """
    @notice Whether the same secret is behind the trustee's verification keys and the share.
    """
    if s >= curve.Q:
        return False
    totals: DynArray[bytes32[4], _MAX_SLOTS + 1] = staticcall box.totals()
    keys: DynArray[bytes32[4], _MAX_SLOTS] = empty(DynArray[bytes32[4], _MAX_SLOTS])
    for slot: uint256 in range(len(decryption), bound=_MAX_SLOTS):
        keys.append(
            abi_decode(
                slice(staticcall ceremony.verification_key(trustee, slot + 1), 0, 128),
                bytes32[4],
            )
        )
    hashed: bytes32 = keccak256(
        concat(
            abi_encode(transcript.DEC, staticcall box.ctx(), trustee, totals[0]),
            slice(abi_encode(keys), 64, 128 * len(keys)),
            slice(abi_encode(decryption), 64, 128 * len(decryption)),
        )
    )
    e: uint256 = curve.challenge(keccak256(abi_encode(transcript.DEC_E, hashed, t1, t2)))
    delta: uint256 = curve.weight(
        keccak256(abi_encode(transcript.DEC_DELTA, hashed, t1, t2, s))
    )
    terms: DynArray[curve.Term, 2 * _MAX_SLOTS + 4] = [
        curve.Term(point=curve.GENERATOR, scalar=s),
        curve.Term(point=t1, scalar=curve.Q - 1),
        curve.Term(point=totals[0], scalar=uint256_mulmod(delta, s, curve.Q)),
        curve.Term(point=t2, scalar=curve.Q - delta),
    ]
    weight: uint256 = curve.negate(e)
    for slot: uint256 in range(len(decryption), bound=_MAX_SLOTS):
        if slot != 0:
            alpha: uint256 = curve.challenge(
                keccak256(abi_encode(transcript.DEC_ALPHA, hashed, slot + 1))
            )
            weight = uint256_mulmod(curve.negate(e), alpha, curve.Q)
        terms.append(curve.Term(point=keys[slot], scalar=weight))
        terms.append(
            curve.Term(point=decryption[slot], scalar=uint256_mulmod(delta, weight, curve.Q))
        )
    ok: bool = False
    residue: bytes32[4] = empty(bytes32[4])
    ok, residue = curve.try_msm(terms)
    return ok and curve.is_infinity(residue)


@internal
@view
def _check_quorum(contest: uint256, trustees: DynArray[uint256, _MAX_TRUSTEES]):
    k: uint256 = staticcall IKeyCeremony(staticcall _ELECTION.trustees()).k()
    assert len(trustees) == k, "tally: not exactly k trustees"
    previous: uint256 = 0
    for trustee: uint256 in trustees:
        assert trustee > previous, "tally: trustees are not increasing"
        assert len(self._shares[contest][trustee]) != 0, "tally: trustee has no share here"
        previous = trustee


@internal
@pure
def _check_sum(counts: DynArray[uint256, _MAX_SLOTS], cast_count: uint256, slots: uint256):
    assert len(counts) == slots, "tally: not one count for each candidate"
    total: uint256 = 0
    for count: uint256 in counts:
        # each before the sum: else a count and its negative modulo q cancel
        assert count <= cast_count, "tally: count above the ballots cast"
        total += count
    assert total == cast_count, "tally: counts do not sum to the ballots cast"
