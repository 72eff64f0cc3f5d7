# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Verifies and adds up the encrypted ballots of one contest
@notice A ballot is stored only if it proves to hold one choice, is signed by its credential,
    and the credential was issued. No ballot is ever decrypted: only their sum is. Made by
    Election from a blueprint when the keys are final (docs/protocol.md §3, §6).
"""

from interfaces import IBallotBox
from interfaces import IElection
from interfaces import IKeyCeremony
from interfaces import IVoterList
from modules import curve
from modules import hash_to_curve
from modules import phases
from modules import record
from modules import signature
from modules import transcript


implements: IBallotBox
initializes: record
exports: record.record_hash


# first topics of events
_BOX_OPENED: constant(bytes32) = keccak256("BoxOpened(uint256,bytes32,bytes32[4][],bytes32[8])")
_BALLOT_CAST: constant(bytes32) = keccak256("BallotCast(address,bytes32,bytes)")

_MAX_BATCH: constant(uint256) = 32  # ballots of one call: with 16 slots a quarter of a block
# Half of what a single ballot costs is memory laid out for the largest one. So a contest of
# few candidates has a box of its own build, of this source with 6 here (docs/protocol.md §7).
_MAX_SLOTS: constant(uint256) = 16
_MAX_TOTALS: constant(uint256) = 17  # of any box
_MAX_POINTS: constant(uint256) = 2 * _MAX_SLOTS + 4  # of one ballot: ciphertext, commitments
_MAX_TERMS: constant(uint256) = 162  # of one sum: four ballots of 16 slots, and G, H_j, K
_MAX_BALLOT: constant(uint256) = 32 * (26 + 9 * _MAX_SLOTS)  # bytes of a record
_HEAD: constant(uint256) = 32  # ABI offset before the length of a list
_REVOTING_NONE: constant(uint256) = 0

_VOTER_LIST: immutable(IVoterList)
_ELECTION: immutable(IElection)
_CONTEST: immutable(uint256)
_CTX: immutable(bytes32)
_SLOTS: immutable(uint256)
_ELECTION_KEYS: immutable(DynArray[bytes32[4], _MAX_SLOTS])
_CREDENTIAL_KEY: immutable(bytes32[8])


struct Examined:
    ballot_hash: bytes32
    x: uint256
    beta: uint256


struct Weighted:
    z: uint256
    g: uint256  # of G, besides its share of z
    deltas: uint256[_MAX_SLOTS + 2]  # of A, B_1 .. B_L, C


_totals: DynArray[bytes32[3], _MAX_SLOTS + 1]  # A_sum, B_sum_1 .. B_sum_L, packed
_cast_count: uint256
_used: HashMap[address, bool]


@deploy
def __init__(contest: uint256):
    """
    @notice Fixes the contest's context for ever, from what Election and the ceremonies hold.
    @param contest Id of the contest; the caller is Election.
    """
    election: IElection = IElection(msg.sender)
    trustees: IKeyCeremony = IKeyCeremony(staticcall election.trustees())
    issuers: IKeyCeremony = IKeyCeremony(staticcall election.issuers())
    voter_list: address = staticcall election.voter_list()
    slots: uint256 = staticcall election.slots(contest)
    keys: DynArray[bytes32[4], _MAX_SLOTS] = []
    for slot: uint256 in range(1, slots + 1, bound=_MAX_SLOTS):
        keys.append(abi_decode(slice(staticcall trustees.key(slot), 0, 128), bytes32[4]))
    credential_key: bytes32[8] = abi_decode(
        slice(staticcall issuers.key(staticcall election.position(contest)), 0, 256), bytes32[8]
    )
    times: uint256[7] = staticcall election.times()
    context: bytes32 = keccak256(
        concat(
            transcript.CTX,
            abi_encode(
                chain.id,
                self,
                voter_list,
                trustees.address,
                issuers.address,
                staticcall election.election_id(),
                contest,
                slots,
                staticcall trustees.n(),
                staticcall trustees.k(),
            ),
            slice(abi_encode(keys), 64, 128 * slots),
            abi_encode(
                curve.K,
                staticcall election.candidates_hash(contest),
                staticcall issuers.n(),
                staticcall issuers.k(),
                credential_key,
                times[4],
                times[5],
                times[6],
                staticcall election.m_min(),
                _REVOTING_NONE,
            ),
        )
    )
    _ELECTION = election
    _VOTER_LIST = IVoterList(voter_list)
    _CONTEST = contest
    _SLOTS = slots
    _ELECTION_KEYS = keys
    _CREDENTIAL_KEY = credential_key
    _CTX = context
    for i: uint256 in range(slots + 1, bound=_MAX_SLOTS + 1):
        self._totals.append(empty(bytes32[3]))
    log IBallotBox.BoxOpened(
        contest=contest, ctx=context, election_keys=keys, credential_key=credential_key
    )
    record.add(
        keccak256(abi_encode(_BOX_OPENED, contest)),
        keccak256(abi_encode(context, keys, credential_key)),
    )


@external
@view
def ctx() -> bytes32:
    """
    @notice The contest's context, in every hash of its ballots and shares.
    """
    return _CTX


@external
@view
def contest() -> uint256:
    """
    @notice Id of the contest.
    """
    return _CONTEST


@external
@view
def slots() -> uint256:
    """
    @notice L, the number of candidates.
    """
    return _SLOTS


@external
@view
def election_keys() -> DynArray[bytes32[4], _MAX_SLOTS]:
    """
    @notice H_1 .. H_L.
    """
    return _ELECTION_KEYS


@external
@view
def credential_key() -> bytes32[8]:
    """
    @notice PK of the contest's credentials.
    """
    return _CREDENTIAL_KEY


@external
@view
def cast_count() -> uint256:
    """
    @notice Number of ballots stored.
    """
    return self._cast_count


@external
@view
def used(credential: address) -> bool:
    """
    @notice Whether a ballot of this credential is stored.
    """
    return self._used[credential]


@external
@view
def totals() -> DynArray[bytes32[4], _MAX_TOTALS]:
    """
    @notice A_sum, B_sum_1 .. B_sum_L over all stored ballots.
    """
    return self._unpack(self._totals)


@external
def cast(ballots: DynArray[Bytes[_MAX_BALLOT], _MAX_BATCH]):
    """
    @notice Stores ballots. One whose credential is used is skipped, so that nobody stops a
        batch by sending one of its ballots first; one that does not verify reverts the call.
        A call in which nothing counts changes nothing and logs nothing.
    @param ballots Records of docs/protocol.md §3, credentials strictly increasing: that
        forbids duplicates and removes the order of arrival.
    @custom:caller anyone, in practice a relay
    @custom:phase VOTING, GRACE
    """
    phase: uint256 = staticcall _ELECTION.phase()
    assert phase == phases.VOTING or phase == phases.GRACE, "ballot_box: voting is closed"
    assert len(ballots) != 0, "ballot_box: no ballot"
    slots: uint256 = _SLOTS  # in memory, and places in a record, as each ballot needs them
    responses: uint256 = 32 * (17 + 8 * slots)
    signed: uint256 = 32 * (18 + 9 * slots)
    sigma_at: uint256 = 32 * (22 + 9 * slots)
    length: uint256 = 32 * (26 + 9 * slots)
    counted: DynArray[uint256, _MAX_BATCH] = empty(DynArray[uint256, _MAX_BATCH])
    examined: DynArray[Examined, _MAX_BATCH] = empty(DynArray[Examined, _MAX_BATCH])
    hashes: DynArray[bytes32, _MAX_BATCH] = empty(DynArray[bytes32, _MAX_BATCH])
    signatures: DynArray[bytes32[4], _MAX_BATCH] = empty(DynArray[bytes32[4], _MAX_BATCH])
    messages: DynArray[bytes32[4], _MAX_BATCH] = empty(DynArray[bytes32[4], _MAX_BATCH])
    previous: uint256 = 0
    for i: uint256 in range(len(ballots), bound=_MAX_BATCH):
        assert len(ballots[i]) == length, "ballot_box: ballot has a wrong length"
        serial: uint256 = convert(extract32(ballots[i], 0), uint256)
        assert serial > previous, "ballot_box: credentials are not increasing"
        assert serial < 2**160, "ballot_box: credential is no address"
        previous = serial
        credential: address = convert(serial, address)
        if self._used[credential]:
            continue  # in silence: whoever pays for no ballot writes nothing on the record
        ballot: Examined = self._examine(ballots[i], credential)
        self._used[credential] = True
        self._check_signature(slice(ballots[i], signed, 128), ballot.ballot_hash, credential)
        sigma: bytes32[4] = abi_decode(slice(ballots[i], sigma_at, 128), bytes32[4])
        assert not curve.is_infinity(sigma), "ballot_box: credential signature is infinity"
        counted.append(i)
        examined.append(ballot)
        hashes.append(ballot.ballot_hash)
        signatures.append(sigma)
        messages.append(
            hash_to_curve.to_g1(keccak256(abi_encode(transcript.CRED, _CTX, credential)))
        )
        log IBallotBox.BallotCast(
            credential=credential, ballot_hash=ballot.ballot_hash, ballot=ballots[i]
        )
        record.add(
            keccak256(abi_encode(_BALLOT_CAST, credential)),
            keccak256(abi_encode(ballot.ballot_hash, ballots[i])),
        )
    if len(counted) == 0:
        return
    cast_count: uint256 = self._cast_count + len(counted)
    assert cast_count <= staticcall _VOTER_LIST.issued(_CONTEST), (
        "ballot_box: more ballots than credentials issued"
    )
    self._cast_count = cast_count
    seed: bytes32 = keccak256(
        concat(
            transcript.BATCH,
            abi_encode(_CTX, len(counted)),
            slice(abi_encode(hashes), 64, 32 * len(hashes)),
        )
    )
    self._check_credentials(seed, signatures, messages)

    # What follows stands here and not in functions: those would be handed copies. Sums and
    # differences are unchecked where nothing can overflow: a weight is below 2^128, what is
    # reduced is below q, and a place, at most 162, is checked where it is used.
    half: uint256 = slots + 2  # of a ballot's points
    totals: DynArray[bytes32[4], _MAX_SLOTS + 1] = self._unpack(self._totals)
    terms: curve.Term[_MAX_TERMS] = empty(curve.Term[_MAX_TERMS])
    at: uint256 = 0  # how many of them
    shared: uint256[_MAX_SLOTS + 2] = empty(uint256[_MAX_SLOTS + 2])  # of G, H_1 .. H_L, K
    residue: bytes32[4] = empty(bytes32[4])
    ok: bool = False
    point: Bytes[128] = b""
    for i: uint256 in range(len(counted), bound=_MAX_BATCH):
        weighted: Weighted = self._weigh(
            slice(ballots[counted[i]], responses, 32 * slots), examined[i], seed, i
        )
        points: DynArray[bytes32[4], _MAX_POINTS] = abi_decode(
            concat(
                abi_encode(_HEAD, 2 * half), slice(ballots[counted[i]], 32, 256 * half)
            ),
            DynArray[bytes32[4], _MAX_POINTS],
        )  # A, B_1 .. B_L, C, A', B'_1 .. B'_L, D, not yet checked
        assert not curve.is_infinity(points[0]), "ballot_box: ciphertext without randomness"
        for j: uint256 in range(slots + 1, bound=_MAX_SLOTS + 1):
            # checks that points are on the curve, not that they are in the subgroup
            ok, point = raw_call(
                curve.G1_ADD,
                abi_encode(totals[j], points[j]),
                max_outsize=128,
                gas=curve.G1_ADD_GAS,
                is_static_call=True,
                revert_on_failure=False,
            )
            assert ok and len(point) == 128, "ballot_box: sum of an invalid point"
            totals[j] = abi_decode(point, bytes32[4], unwrap_tuple=False)
        x: uint256 = examined[i].x
        for j: uint256 in range(half, bound=_MAX_SLOTS + 2):
            delta: uint256 = weighted.deltas[j]
            terms[at] = curve.Term(
                point=points[j],
                scalar=unsafe_sub(curve.Q, uint256_mulmod(delta, x, curve.Q)),
            )
            terms[unsafe_add(at, 1)] = curve.Term(
                point=points[unsafe_add(half, j)], scalar=unsafe_sub(curve.Q, delta)
            )
            shared[j] = uint256_addmod(
                shared[j], uint256_mulmod(delta, weighted.z, curve.Q), curve.Q
            )
            at = unsafe_add(at, 2)
        shared[0] = uint256_addmod(shared[0], weighted.g, curve.Q)
        if i == len(counted) - 1:
            terms[at] = curve.Term(point=curve.GENERATOR, scalar=shared[0])
            terms[at + 1] = curve.Term(point=curve.K, scalar=shared[slots + 1])
            for j: uint256 in range(slots, bound=_MAX_SLOTS):
                terms[at + 2 + j] = curve.Term(point=_ELECTION_KEYS[j], scalar=shared[j + 1])
            at += half
        elif at + 3 * half <= _MAX_TERMS:
            continue  # there is room for another ballot, and for G, H_j, K
        ok, point = raw_call(
            curve.G1_MSM,
            slice(abi_encode(terms), 0, 160 * at),
            max_outsize=128,
            gas=curve.g1_msm_gas(at),
            is_static_call=True,
            revert_on_failure=False,
        )
        residue = curve.add(residue, curve.sum_of(ok, point))
        at = 0
    assert curve.is_infinity(residue), "ballot_box: ballot proof does not hold"
    self._totals = self._pack(totals)


@internal
@view
def _examine(ballot: Bytes[_MAX_BALLOT], credential: address) -> Examined:
    """
    @notice Hashes of a record, and the challenges taken from them.
    """
    slots: uint256 = _SLOTS
    tracking: bytes32 = keccak256(
        concat(transcript.CT, _CTX, slice(ballot, 32, 128 * (slots + 1)))
    )
    word: bytes32 = convert(credential, bytes32)
    hashed_x: bytes32 = keccak256(
        concat(
            transcript.X,
            tracking,
            word,
            slice(ballot, 32 * (5 + 4 * slots), 128 * (3 + slots)),
        )
    )
    ballot_hash: bytes32 = keccak256(
        concat(
            transcript.BALLOT,
            hashed_x,
            slice(ballot, 32 * (17 + 8 * slots), 32 * (slots + 2)),
        )
    )
    return Examined(
        ballot_hash=ballot_hash,
        x=curve.challenge(hashed_x),
        beta=curve.challenge(keccak256(concat(transcript.BETA, tracking, word))),
    )


@internal
@view
def _check_signature(words: Bytes[128], ballot_hash: bytes32, credential: address):
    """
    @notice Reverts unless the credential signed the ballot, its first.
    @param words seq, v, r, s of the record.
    """
    assert extract32(words, 0) == empty(bytes32), "ballot_box: seq is not zero"
    assert credential == signature.signer(
        ballot_hash,
        convert(extract32(words, 32), uint256),
        convert(extract32(words, 64), uint256),
        convert(extract32(words, 96), uint256),
    ), "ballot_box: ballot is not signed by its credential"


@internal
@view
def _weigh(
    responses: Bytes[_MAX_BALLOT], examined: Examined, seed: bytes32, index: uint256
) -> Weighted:
    """
    @notice Weights of one ballot in the batch equation, and what its responses come to. A
        difference is unchecked: f is below q, or it was reduced; so is a place, below 17.
    @param responses z, f_1 .. f_(L-1) of the record.
    """
    last: uint256 = _SLOTS - 1
    x: uint256 = examined.x
    word: uint256 = convert(
        keccak256(abi_encode(transcript.DELTA, seed, index, empty(uint256))), uint256
    )
    delta_q: uint256 = word & (2**128 - 1)
    weighted: Weighted = empty(Weighted)
    weighted.z = convert(extract32(responses, 0), uint256)
    assert weighted.z < curve.Q, "ballot_box: response z is not reduced"
    weighted.deltas[0] = word >> 128
    weighted.deltas[last + 2] = delta_q
    g: uint256 = 0
    rest: uint256 = x
    power: uint256 = 1
    quadratic: uint256 = 0
    f: uint256 = 0
    delta: uint256 = 0
    for j: uint256 in range(last + 1, bound=_MAX_SLOTS):
        if j == last:
            f = rest
        else:
            f = convert(extract32(responses, unsafe_mul(32, unsafe_add(j, 1))), uint256)
            assert f < curve.Q, "ballot_box: response f is not reduced"
            rest = uint256_addmod(rest, unsafe_sub(curve.Q, f), curve.Q)
        if j & 1 == 0:
            word = convert(
                keccak256(abi_encode(transcript.DELTA, seed, index, unsafe_add(j >> 1, 1))),
                uint256,
            )
            delta = word >> 128
        else:
            delta = word & (2**128 - 1)
        weighted.deltas[unsafe_add(j, 1)] = delta
        g = uint256_addmod(g, uint256_mulmod(delta, f, curve.Q), curve.Q)
        quadratic = uint256_addmod(
            quadratic,
            uint256_mulmod(
                power,
                uint256_mulmod(f, uint256_addmod(x, unsafe_sub(curve.Q, f), curve.Q), curve.Q),
                curve.Q,
            ),
            curve.Q,
        )
        power = uint256_mulmod(power, examined.beta, curve.Q)
    weighted.g = uint256_addmod(g, uint256_mulmod(delta_q, quadratic, curve.Q), curve.Q)
    return weighted


@internal
@view
def _check_credentials(
    seed: bytes32,
    signatures: DynArray[bytes32[4], _MAX_BATCH],
    messages: DynArray[bytes32[4], _MAX_BATCH],
):
    """
    @notice Reverts unless every credential of the batch was signed by t issuers. The weights
        bind the signatures: else one issuance would pass as many.
    """
    seed_c: bytes32 = keccak256(
        concat(
            transcript.CREDBATCH,
            seed,
            slice(abi_encode(signatures), 64, 128 * len(signatures)),
        )
    )
    signature_terms: curve.Term[_MAX_BATCH] = empty(curve.Term[_MAX_BATCH])
    message_terms: curve.Term[_MAX_BATCH] = empty(curve.Term[_MAX_BATCH])
    for i: uint256 in range(len(signatures), bound=_MAX_BATCH):
        e: uint256 = curve.weight(keccak256(abi_encode(transcript.CREDBATCH_E, seed_c, i)))
        signature_terms[i] = curve.Term(point=signatures[i], scalar=e)
        message_terms[i] = curve.Term(point=messages[i], scalar=e)
    assert curve.is_pairing_one(
        self._sum(signature_terms, len(signatures)),
        curve.NEGATED_GENERATOR_2,
        self._sum(message_terms, len(signatures)),
        _CREDENTIAL_KEY,
    ), "ballot_box: credential was not issued"


@internal
@view
def _sum(terms: curve.Term[_MAX_BATCH], count: uint256) -> bytes32[4]:
    """
    @notice curve.msm of the first terms, in a frame of no more memory than a batch needs.
    """
    ok: bool = False
    point: Bytes[128] = b""
    ok, point = raw_call(
        curve.G1_MSM,
        slice(abi_encode(terms), 0, 160 * count),
        max_outsize=128,
        gas=curve.g1_msm_gas(count),
        is_static_call=True,
        revert_on_failure=False,
    )
    return curve.sum_of(ok, point)


@internal
@pure
def _pack(
    points: DynArray[bytes32[4], _MAX_SLOTS + 1]
) -> DynArray[bytes32[3], _MAX_SLOTS + 1]:
    """
    @notice Points in three words of storage: half of the first and third of four are zero.
    """
    packed: DynArray[bytes32[3], _MAX_SLOTS + 1] = empty(DynArray[bytes32[3], _MAX_SLOTS + 1])
    for point: bytes32[4] in points:
        high: uint256 = (convert(point[0], uint256) << 128) | convert(point[2], uint256)
        packed.append([convert(high, bytes32), point[1], point[3]])
    return packed


@internal
@pure
def _unpack(
    packed: DynArray[bytes32[3], _MAX_SLOTS + 1]
) -> DynArray[bytes32[4], _MAX_SLOTS + 1]:
    points: DynArray[bytes32[4], _MAX_SLOTS + 1] = empty(DynArray[bytes32[4], _MAX_SLOTS + 1])
    for words: bytes32[3] in packed:
        high: uint256 = convert(words[0], uint256)
        points.append(
            [
                convert(high >> 128, bytes32),
                words[1],
                convert(high & (2**128 - 1), bytes32),
                words[2],
            ]
        )
    return points
