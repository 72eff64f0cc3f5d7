# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Makes a key that exists only in parts
@notice The election key of the trustees (kind 1, points in G1) or the credential keys of the
    issuers (kind 2, points in G2): n members, any k of whom can use it. Whoever is silent or
    deals wrong shares is excluded and the ceremony starts anew, with nothing of the aborted
    attempt (docs/protocol.md §4).
"""

from interfaces import ICeremonyProofs
from interfaces import IElection
from interfaces import IKeyCeremony
from modules import group
from modules import phases
from modules import record
from modules import transcript


implements: IKeyCeremony
initializes: record
exports: record.record_hash


# first topics of events
_ATTEMPT_STARTED: constant(bytes32) = keccak256("AttemptStarted(uint256,uint256,address[])")
_ENROLLED: constant(bytes32) = keccak256("Enrolled(uint256,uint256,address,bytes,bytes,uint256)")
_CEREMONY_BOUND: constant(bytes32) = keccak256("CeremonyBound(uint256,bytes32)")
_COMMITTED: constant(bytes32) = keccak256("Committed(uint256,uint256,bytes32)")
_REVEALED: constant(bytes32) = keccak256("Revealed(uint256,uint256,bytes,bytes,uint256,bytes32)")
_SLOT_DERIVED: constant(bytes32) = keccak256("SlotDerived(uint256,uint256,bytes,bytes)")
_DEALT: constant(bytes32) = keccak256("Dealt(uint256,uint256,bytes,bytes,uint256,bytes32[])")
_CONFIRMED: constant(bytes32) = keccak256("Confirmed(uint256,uint256,bytes,uint256)")
_COMPLAINT_JUDGED: constant(bytes32) = keccak256("ComplaintJudged(uint256,uint256,uint256,bytes,bytes,bytes,uint256,uint256)")
_ATTEMPT_ABORTED: constant(bytes32) = keccak256("AttemptAborted(uint256,uint256,address)")
_CEREMONY_FINAL: constant(bytes32) = keccak256("CeremonyFinal(uint256,bytes32)")
_CEREMONY_FAILED: constant(bytes32) = keccak256("CeremonyFailed(uint256)")

# steps
ENROLL: constant(uint256) = 1
COMMIT: constant(uint256) = 2
REVEAL: constant(uint256) = 3
SHARES: constant(uint256) = 4
CONFIRM: constant(uint256) = 5
FINAL: constant(uint256) = 6
FAILED: constant(uint256) = 7

# why an attempt was aborted
SILENCE: constant(uint256) = 1
COMPLAINT: constant(uint256) = 2

_MAX_SEATS: constant(uint256) = 10  # n: 100 points of one slot are derived in one call
_MAX_MEMBERS: constant(uint256) = 20  # with the reserves: bounds how often it starts anew
_MAX_SLOTS: constant(uint256) = 64  # contests of an election
_MAX_PART: constant(uint256) = 256 * _MAX_SEATS  # bytes of one point for each seat
_MAX_COMPLAINT: constant(uint256) = 122_880  # bytes: nodes take transactions of 131,072
_MAX_CIPHERTEXTS: constant(uint256) = (_MAX_SEATS - 1) * _MAX_SLOTS
_POINT: constant(uint256) = 128  # bytes of a point of G1, of encryption in both kinds
_HEAD: constant(uint256) = 64  # bytes before the elements of an ABI-encoded list

kind: public(immutable(uint256))
slots: public(immutable(uint256))
k: public(immutable(uint256))
_ELECTION: immutable(IElection)
_PROOFS: immutable(ICeremonyProofs)
_STEP_SECONDS: immutable(uint256)
_SIZE: immutable(uint256)  # bytes of a point of the keys

step: public(uint256)
attempt: public(uint256)  # from 1
cer: public(bytes32)  # binds every message of the attempt; 0 until all are enrolled
_step_started: uint256
_acted: uint256  # bit i is set when seat i has acted in this step
_seats: DynArray[address, _MAX_SEATS]
_reserves: DynArray[address, _MAX_MEMBERS]
_next_reserve: uint256
_is_commission: HashMap[address, bool]

# all that follows is kept by attempt, so that nothing of an aborted one is used again
_seat: HashMap[uint256, HashMap[address, uint256]]
_encryption_key: HashMap[uint256, HashMap[uint256, Bytes[_POINT]]]  # E of a seat
_commitment: HashMap[uint256, HashMap[uint256, bytes32]]  # of a seat
_revealed: HashMap[uint256, HashMap[uint256, bytes32]]  # h_p of a seat
_part: HashMap[uint256, HashMap[uint256, HashMap[uint256, bytes32]]]  # of a seat and slot
_is_taken: HashMap[uint256, HashMap[bytes32, bool]]  # a coefficient's point, by hash
_dealt: HashMap[uint256, HashMap[uint256, bytes32]]  # h_c of a seat
_derived: HashMap[uint256, HashMap[uint256, Bytes[256 + _MAX_PART]]]  # of a slot: key, V_1..V_n
_derived_count: HashMap[uint256, uint256]


@deploy
def __init__(
    kind_: uint256,
    slots_: uint256,
    n_: uint256,
    k_: uint256,
    members: DynArray[IKeyCeremony.Member, _MAX_MEMBERS],
    step_seconds: uint256,
    proofs: address,
):
    """
    @notice Fixes who makes the key; the caller is Election, which checked the rest.
    @param kind_ 1 for trustees, 2 for issuers.
    @param slots_ Keys to make: the largest number of candidates, or the contests.
    @param n_ Seats of the first attempt.
    @param k_ How many members can use the key, in every attempt.
    @param members The first n are seated, the rest are reserves in order.
    @param step_seconds How long a step waits for its last member.
    @param proofs Contract that verifies what members prove.
    """
    kind = kind_
    slots = slots_
    k = k_
    _ELECTION = IElection(msg.sender)
    _PROOFS = ICeremonyProofs(proofs)
    _STEP_SECONDS = step_seconds
    _SIZE = 128 * kind_
    seats: DynArray[address, _MAX_SEATS] = []
    for i: uint256 in range(len(members), bound=_MAX_MEMBERS):
        self._is_commission[members[i].account] = members[i].commission
        if i < n_:
            seats.append(members[i].account)
        else:
            self._reserves.append(members[i].account)
    assert self._is_quorate(seats), "key_ceremony: not quorate"
    # a member who cannot send a complaint would be blamed for another's shares
    assert slots_ * (k_ * _SIZE + 32 * (n_ - 1)) <= _MAX_COMPLAINT, (
        "key_ceremony: too many points"
    )
    self._start(seats)


@external
@view
def n() -> uint256:
    """
    @notice Seats of the current attempt.
    """
    return len(self._seats)


@external
@view
def member(index: uint256) -> address:
    """
    @notice Who sits there in the current attempt.
    @param index Seat, from 1.
    """
    self._assert_seat(index)
    return self._seats[index - 1]


@external
@view
def seat(account: address) -> uint256:
    """
    @notice Seat of an account in the current attempt, 0 if it has none.
    """
    return self._seat[self.attempt][account]


@external
@view
def deadline() -> uint256:
    """
    @notice When the step expires, in Unix seconds; 0 when the ceremony is final or failed.
    """
    if self.step > CONFIRM:
        return 0
    return self._deadline()


@external
@view
def encryption_key(index: uint256) -> Bytes[_POINT]:
    """
    @notice E of a seat in the current attempt; empty until it is enrolled.
    """
    return self._encryption_key[self.attempt][index]


@external
@view
def key(slot: uint256) -> Bytes[256]:
    """
    @notice The shared public key of a derived slot.
    @param slot From 1.
    """
    return self._derived_point(slot, 0)


@external
@view
def verification_key(index: uint256, slot: uint256) -> Bytes[256]:
    """
    @notice The public image of a member's share of the key of a derived slot.
    @param index Seat, from 1.
    @param slot From 1.
    """
    self._assert_seat(index)
    return self._derived_point(slot, index)


@external
def enroll(key: Bytes[_POINT], t: Bytes[_POINT], s: uint256):
    """
    @notice Gives the caller's encryption key for this attempt.
    @param key E = eG in G1.
    @param t Commitment of the proof that the caller knows e.
    @param s Response of the proof.
    @custom:caller a member of the attempt
    @custom:phase KEYS
    """
    index: uint256 = self._caller_in(ENROLL)
    self._assert_finite(key)
    hashed: bytes32 = keccak256(
        concat(
            transcript.DKG_ENROLL,
            abi_encode(
                chain.id,
                self,
                staticcall _ELECTION.election_id(),
                self.attempt,
                kind,
                msg.sender,
            ),
            key,
        )
    )
    assert staticcall _PROOFS.is_known(key, t, s, transcript.DKG_ENROLL_E, hashed), (
        "key_ceremony: E is not proven"
    )
    self._encryption_key[self.attempt][index] = key
    is_last: bool = self._take_turn(index)
    log IKeyCeremony.Enrolled(
        attempt=self.attempt, index=index, account=msg.sender, key=key, t=t, s=s
    )
    record.add(
        keccak256(abi_encode(_ENROLLED, self.attempt, index)),
        keccak256(abi_encode(msg.sender, key, t, s)),
    )
    if is_last:
        self._bind()


@external
def commit(commitment: bytes32):
    """
    @notice Commits to the polynomials, so that nobody chooses a key after seeing another's.
    @param commitment Hash of what the caller will reveal.
    @custom:caller a member of the attempt
    @custom:phase KEYS
    """
    index: uint256 = self._caller_in(COMMIT)
    self._commitment[self.attempt][index] = commitment
    self._take_turn(index)
    log IKeyCeremony.Committed(attempt=self.attempt, index=index, commitment=commitment)
    record.add(
        keccak256(abi_encode(_COMMITTED, self.attempt, index)),
        keccak256(abi_encode(commitment)),
    )


@external
def reveal(coefficients: Bytes[_MAX_COMPLAINT], t: Bytes[256], s: uint256, salt: bytes32):
    """
    @notice Shows the polynomials in the exponent, with a proof that the caller knows them.
    @param coefficients F_{l,c}, slots l outer, degrees c inner.
    @param t Commitment of the proof.
    @param s Response of the proof.
    @param salt The commitment's.
    @custom:caller a member of the attempt
    @custom:phase KEYS
    """
    index: uint256 = self._caller_in(REVEAL)
    attempt: uint256 = self.attempt
    assert len(coefficients) == slots * k * _SIZE, "key_ceremony: wrong F length"
    hashed: bytes32 = self._hash_revealed(index, coefficients)
    assert self._commitment[attempt][index] == keccak256(
        concat(
            transcript.DKG_COMMIT,
            self.cer,
            abi_encode(index, salt, hashed),
            t,
            convert(s, bytes32),
        )
    ), "key_ceremony: not as committed"
    assert staticcall _PROOFS.are_polynomials_known(
        self._terms(), coefficients, t, s, hashed
    ), "key_ceremony: F is not proven"
    for slot: uint256 in range(1, slots + 1, bound=_MAX_SLOTS):
        self._take_part(index, slot, self._part_of(coefficients, slot))
    self._revealed[attempt][index] = hashed
    self._take_turn(index)
    log IKeyCeremony.Revealed(
        attempt=attempt, index=index, coefficients=coefficients, t=t, s=s, salt=salt
    )
    record.add(
        keccak256(abi_encode(_REVEALED, attempt, index)),
        keccak256(abi_encode(coefficients, t, s, salt)),
    )


@external
def derive(slot: uint256, coefficients: Bytes[_MAX_SEATS * _MAX_PART]):
    """
    @notice Adds up what the members revealed of one slot.
    @param slot From 1.
    @param coefficients F_{i,slot,c}, members i outer, degrees c inner.
    @custom:caller anyone
    @custom:phase KEYS
    """
    self._assert_open()
    attempt: uint256 = self.attempt
    part: uint256 = k * _SIZE
    assert self.step == SHARES or self.step == CONFIRM, "key_ceremony: not all revealed"
    assert 1 <= slot and slot <= slots, "key_ceremony: no such slot"
    assert len(self._derived[attempt][slot]) == 0, "key_ceremony: slot is derived"
    assert len(coefficients) == len(self._seats) * part, "key_ceremony: wrong parts length"
    for i: uint256 in range(len(self._seats), bound=_MAX_SEATS):
        assert self._part[attempt][i + 1][slot] == keccak256(
            slice(coefficients, i * part, part)
        ), "key_ceremony: not as revealed"
    key: Bytes[256] = b""
    verification_keys: Bytes[_MAX_PART] = b""
    key, verification_keys = staticcall _PROOFS.derive(
        self._terms(), len(self._seats), coefficients
    )
    assert not group.is_infinity(kind, key), "key_ceremony: key is infinity"
    self._derived[attempt][slot] = concat(key, verification_keys)
    self._derived_count[attempt] += 1
    log IKeyCeremony.SlotDerived(
        attempt=attempt, slot=slot, key=key, verification_keys=verification_keys
    )
    record.add(
        keccak256(abi_encode(_SLOT_DERIVED, attempt, slot)),
        keccak256(abi_encode(key, verification_keys)),
    )


@external
def deal(
    r: Bytes[_POINT],
    t: Bytes[_POINT],
    s: uint256,
    ciphertexts: DynArray[bytes32, _MAX_CIPHERTEXTS],
):
    """
    @notice Gives every other member its encrypted shares, with a proof that the caller knows u:
        who complains multiplies R by a secret, and must not do so with another dealer's R.
    @param r R = uG in G1; u is fresh for this attempt.
    @param t Commitment of the proof.
    @param s Response of the proof.
    @param ciphertexts One word for each other member, ascending, and slot, inner.
    @custom:caller a member of the attempt
    @custom:phase KEYS
    """
    index: uint256 = self._caller_in(SHARES)
    self._assert_finite(r)
    assert len(ciphertexts) == (len(self._seats) - 1) * slots, (
        "key_ceremony: shares miscounted"
    )
    hashed: bytes32 = self._hash_dealt(index, r, ciphertexts)
    # a point outside the subgroup, which would draw bits of the secrets out of those who
    # multiply it, ends here, too
    assert staticcall _PROOFS.is_known(r, t, s, transcript.DKG_DEAL_E, hashed), (
        "key_ceremony: R is not proven"
    )
    self._dealt[self.attempt][index] = hashed
    self._take_turn(index)
    log IKeyCeremony.Dealt(
        attempt=self.attempt, index=index, r=r, t=t, s=s, ciphertexts=ciphertexts
    )
    record.add(
        keccak256(abi_encode(_DEALT, self.attempt, index)),
        keccak256(abi_encode(r, t, s, ciphertexts)),
    )


@external
def confirm(t: Bytes[256], s: uint256):
    """
    @notice Proves that the caller knows its share of the key of every slot.
    @param t Commitment of the proof.
    @param s Response of the proof.
    @custom:caller a member of the attempt
    @custom:phase KEYS
    """
    index: uint256 = self._caller_in(CONFIRM)
    attempt: uint256 = self.attempt
    assert self._derived_count[attempt] == slots, "key_ceremony: slots not derived"
    keys: Bytes[256 * _MAX_SLOTS] = b""
    for slot: uint256 in range(1, slots + 1, bound=_MAX_SLOTS):
        keys = convert(
            concat(keys, self._derived_point(slot, index)), Bytes[256 * _MAX_SLOTS]
        )
    hashed: bytes32 = keccak256(
        concat(
            transcript.DKG_CONFIRM,
            self.cer,
            convert(index, bytes32),
            self._digest(),
            keys,
        )
    )
    assert staticcall _PROOFS.are_shares_known(self._terms(), keys, t, s, hashed), (
        "key_ceremony: shares not proven"
    )
    is_last: bool = self._take_turn(index)
    log IKeyCeremony.Confirmed(attempt=attempt, index=index, t=t, s=s)
    record.add(
        keccak256(abi_encode(_CONFIRMED, attempt, index)), keccak256(abi_encode(t, s))
    )
    if is_last:
        log IKeyCeremony.CeremonyFinal(attempt=attempt, cer=self.cer)
        record.add(
            keccak256(abi_encode(_CEREMONY_FINAL, attempt)), keccak256(abi_encode(self.cer))
        )


@external
def complain(
    dealer: uint256,
    coefficients: Bytes[_MAX_COMPLAINT],
    r: Bytes[_POINT],
    ciphertexts: DynArray[bytes32, _MAX_CIPHERTEXTS],
    z: Bytes[_POINT],
    t1: Bytes[_POINT],
    t2: Bytes[_POINT],
    s: uint256,
):
    """
    @notice Has a dealer's shares judged: one of the two is excluded, and the attempt is over.
    @param dealer Seat of the accused, from 1.
    @param coefficients What the dealer revealed.
    @param r Point that the dealer dealt with.
    @param ciphertexts What the dealer dealt.
    @param z Z = eR, which opens the caller's shares.
    @param t1 Commitment of the proof of z, to G.
    @param t2 Commitment of the proof of z, to R.
    @param s Response of the proof of z.
    @custom:caller a member of the attempt
    @custom:phase KEYS
    """
    index: uint256 = self._caller_in(CONFIRM)
    attempt: uint256 = self.attempt
    assert dealer != index, "key_ceremony: dealer is oneself"
    assert self._revealed[attempt][dealer] == self._hash_revealed(dealer, coefficients), (
        "key_ceremony: not the dealer's F"
    )
    assert len(r) == _POINT and len(z) == _POINT and len(t1) == _POINT and len(t2) == _POINT, (
        "key_ceremony: wrong point length"
    )
    assert self._dealt[attempt][dealer] == self._hash_dealt(dealer, r, ciphertexts), (
        "key_ceremony: not as dealt"
    )
    terms: ICeremonyProofs.Terms = self._terms()
    parties: ICeremonyProofs.Parties = ICeremonyProofs.Parties(
        dealer=dealer, receiver=index, key=self._encryption_key[attempt][index]
    )
    opening: Bytes[2 * _POINT] = concat(r, z)
    assert staticcall _PROOFS.is_opened(terms, parties, opening, concat(t1, t2), s), (
        "key_ceremony: Z is not proven"
    )
    culprit: uint256 = dealer
    if staticcall _PROOFS.are_shares(terms, parties, coefficients, ciphertexts, opening):
        culprit = index
    log IKeyCeremony.ComplaintJudged(
        attempt=attempt,
        complainer=index,
        dealer=dealer,
        z=z,
        t1=t1,
        t2=t2,
        s=s,
        culprit=culprit,
    )
    record.add(
        keccak256(abi_encode(_COMPLAINT_JUDGED, attempt, index, dealer)),
        keccak256(abi_encode(z, t1, t2, s, culprit)),
    )
    self._abort(COMPLAINT, culprit)


@external
def expire():
    """
    @notice Excludes the first member who let the step's time pass in silence.
    @custom:caller anyone
    @custom:phase KEYS
    """
    self._assert_open()
    assert self.step <= CONFIRM, "key_ceremony: ceremony is over"
    assert block.timestamp >= self._deadline(), "key_ceremony: step has time left"
    for index: uint256 in range(1, len(self._seats) + 1, bound=_MAX_SEATS):
        if self._acted & (1 << index) == 0:
            self._abort(SILENCE, index)
            break


@internal
@view
def _terms() -> ICeremonyProofs.Terms:
    """
    @notice What every proof of this attempt is about.
    """
    return ICeremonyProofs.Terms(kind=kind, slots=slots, k=k, cer=self.cer)


@internal
@view
def _assert_open():
    assert staticcall _ELECTION.phase() == phases.KEYS, "key_ceremony: not in phase KEYS"
    assert staticcall _ELECTION.are_contests_listed(), (
        "key_ceremony: a contest has no candidates on the record"
    )


@internal
@view
def _assert_seat(index: uint256):
    assert 1 <= index and index <= len(self._seats), "key_ceremony: no such seat"


@internal
@view
def _caller_in(step: uint256) -> uint256:
    """
    @notice Seat of the caller, who may act in this step once.
    """
    self._assert_open()
    assert self.step == step, "key_ceremony: not in this step"
    index: uint256 = self._seat[self.attempt][msg.sender]
    assert index != 0, "key_ceremony: caller has no seat"
    assert self._acted & (1 << index) == 0, "key_ceremony: caller has acted"
    return index


@internal
@view
def _assert_finite(point: Bytes[_POINT]):
    """
    @notice The secret behind infinity is 0, so everybody would know the pads.
    @param point E or R.
    """
    assert len(point) == _POINT, "key_ceremony: wrong E or R length"
    assert not group.is_infinity(group.G1, point), "key_ceremony: E or R is infinity"


@internal
@view
def _deadline() -> uint256:
    """
    @notice The first attempt is made long before its phase: its time runs from t_keys.
    """
    times: uint256[7] = staticcall _ELECTION.times()
    return max(self._step_started, times[0]) + _STEP_SECONDS


@internal
def _take_turn(index: uint256) -> bool:
    """
    @notice Notes that a seat has acted; whether it was the last one, which ends the step.
    """
    self._acted |= 1 << index
    if self._acted != (1 << (len(self._seats) + 1)) - 2:
        return False
    self.step += 1
    self._acted = 0
    self._step_started = block.timestamp
    return True


@internal
def _bind():
    """
    @notice Computes what binds every later message to this attempt and these members.
    """
    attempt: uint256 = self.attempt
    seats: DynArray[address, _MAX_SEATS] = self._seats
    keys: Bytes[_POINT * _MAX_SEATS] = b""
    for i: uint256 in range(len(seats), bound=_MAX_SEATS):
        keys = convert(
            concat(keys, self._encryption_key[attempt][i + 1]), Bytes[_POINT * _MAX_SEATS]
        )
    cer: bytes32 = keccak256(
        concat(
            transcript.CER,
            abi_encode(
                chain.id,
                self,
                staticcall _ELECTION.election_id(),
                attempt,
                kind,
                len(seats),
                k,
                slots,
            ),
            slice(abi_encode(seats), _HEAD, 32 * len(seats)),
            keys,
        )
    )
    self.cer = cer
    log IKeyCeremony.CeremonyBound(attempt=attempt, cer=cer)
    record.add(
        keccak256(abi_encode(_CEREMONY_BOUND, attempt)), keccak256(abi_encode(cer))
    )


@internal
@view
def _hash_revealed(index: uint256, coefficients: Bytes[_MAX_COMPLAINT]) -> bytes32:
    """
    @notice h_p of a seat.
    """
    return keccak256(
        concat(transcript.DKG_POK, self.cer, convert(index, bytes32), coefficients)
    )


@internal
@view
def _part_of(coefficients: Bytes[_MAX_COMPLAINT], slot: uint256) -> Bytes[_MAX_PART]:
    """
    @notice What a member revealed of one slot.
    """
    part: uint256 = k * _SIZE
    return convert(slice(coefficients, (slot - 1) * part, part), Bytes[_MAX_PART])


@internal
def _take_part(index: uint256, slot: uint256, part: Bytes[_MAX_PART]):
    """
    @notice Stores the digest of one slot's coefficients, none of which was seen before.
    """
    attempt: uint256 = self.attempt
    for degree: uint256 in range(k, bound=_MAX_SEATS):
        point: Bytes[256] = convert(slice(part, degree * _SIZE, _SIZE), Bytes[256])
        if degree == 0 or degree == k - 1:
            assert not group.is_infinity(kind, point), "key_ceremony: F is infinity"
        hashed: bytes32 = keccak256(point)
        assert not self._is_taken[attempt][hashed], "key_ceremony: F is repeated"
        self._is_taken[attempt][hashed] = True
    self._part[attempt][index][slot] = keccak256(part)


@internal
@view
def _derived_point(slot: uint256, position: uint256) -> Bytes[256]:
    """
    @notice The key of a slot, at position 0, or the verification key of a seat.
    """
    assert len(self._derived[self.attempt][slot]) != 0, "key_ceremony: slot not derived"
    return convert(
        slice(self._derived[self.attempt][slot], position * _SIZE, _SIZE), Bytes[256]
    )


@internal
@view
def _hash_dealt(
    index: uint256, r: Bytes[_POINT], ciphertexts: DynArray[bytes32, _MAX_CIPHERTEXTS]
) -> bytes32:
    """
    @notice h_c of a dealer, bound to what it revealed.
    """
    size: uint256 = 32 * len(ciphertexts)
    return keccak256(
        concat(
            transcript.DKG_DEAL,
            self.cer,
            convert(index, bytes32),
            self._revealed[self.attempt][index],
            r,
            slice(abi_encode(ciphertexts), _HEAD, size),
        )
    )


@internal
@view
def _digest() -> bytes32:
    """
    @notice Hash of all that was revealed and dealt in this attempt.
    """
    attempt: uint256 = self.attempt
    hashes: DynArray[bytes32, 2 * _MAX_SEATS] = []
    for i: uint256 in range(len(self._seats), bound=_MAX_SEATS):
        hashes.append(self._revealed[attempt][i + 1])
    for i: uint256 in range(len(self._seats), bound=_MAX_SEATS):
        hashes.append(self._dealt[attempt][i + 1])
    return keccak256(
        concat(
            transcript.DKG_DIGEST,
            self.cer,
            slice(abi_encode(hashes), _HEAD, 32 * len(hashes)),
        )
    )


@internal
def _abort(reason: uint256, culprit: uint256):
    """
    @notice Ends the attempt; starts the next one without the culprit, or fails for good.
    """
    seats: DynArray[address, _MAX_SEATS] = self._seats
    log IKeyCeremony.AttemptAborted(
        attempt=self.attempt, reason=reason, culprit=seats[culprit - 1]
    )
    record.add(
        keccak256(abi_encode(_ATTEMPT_ABORTED, self.attempt)),
        keccak256(abi_encode(reason, seats[culprit - 1])),
    )
    if self._next_reserve < len(self._reserves):
        seats[culprit - 1] = self._reserves[self._next_reserve]
        self._next_reserve += 1
    else:
        for i: uint256 in range(culprit, len(seats), bound=_MAX_SEATS):
            seats[i - 1] = seats[i]
        seats.pop()
    if self._is_quorate(seats):
        self._start(seats)
    else:
        self.step = FAILED
        log IKeyCeremony.CeremonyFailed(attempt=self.attempt)
        record.add(keccak256(abi_encode(_CEREMONY_FAILED, self.attempt)), keccak256(b""))


@internal
@view
def _is_quorate(seats: DynArray[address, _MAX_SEATS]) -> bool:
    """
    @notice Whether k members are there, and more than the commission has.
    """
    commission: uint256 = 0
    for account: address in seats:
        if self._is_commission[account]:
            commission += 1
    return k <= len(seats) and commission < k


@internal
def _start(seats: DynArray[address, _MAX_SEATS]):
    """
    @notice Begins an attempt with these members.
    """
    self.attempt += 1
    self.step = ENROLL
    self.cer = empty(bytes32)
    self._acted = 0
    self._step_started = block.timestamp
    self._seats = seats
    for i: uint256 in range(len(seats), bound=_MAX_SEATS):
        self._seat[self.attempt][seats[i]] = i + 1
    log IKeyCeremony.AttemptStarted(attempt=self.attempt, n=len(seats), members=seats)
    record.add(
        keccak256(abi_encode(_ATTEMPT_STARTED, self.attempt)),
        keccak256(abi_encode(len(seats), seats)),
    )
