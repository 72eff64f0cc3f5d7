# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Who may vote online, who votes on paper, who was issued a credential
@notice The list of each contest is frozen as a Merkle root before registration begins. A leaf
    moves only with its proof, and only by two attestations of two organisations; it is issued
    a credential at most once, ever (docs/protocol.md §6).
"""

from interfaces import IElection
from interfaces import IVoterList
from modules import curve
from modules import merkle
from modules import phases
from modules import record
from modules import signature
from modules import transcript


implements: IVoterList
initializes: record
exports: record.record_hash


# first topics of events
_LIST_PUBLISHED: constant(bytes32) = keccak256("ListPublished(uint256,bytes32,uint256)")
_REGISTERED: constant(bytes32) = keccak256("Registered(uint256,bytes32,(uint256,uint256,bytes32,bytes32[]),address,uint256,(uint256,(uint256,uint256,uint256)),(uint256,(uint256,uint256,uint256)))")
_WITHDRAWN: constant(bytes32) = keccak256("Withdrawn(uint256,bytes32,(uint256,uint256,bytes32,bytes32[]),(uint256,uint256,uint256),uint256,(uint256,(uint256,uint256,uint256)),(uint256,(uint256,uint256,uint256)))")
_PAPER_MARKED: constant(bytes32) = keccak256("PaperMarked(uint256,bytes32,(uint256,uint256,bytes32,bytes32[]),uint256)")
_ISSUED_EVENT: constant(bytes32) = keccak256("Issued(uint256,bytes32,(uint256,uint256,bytes32,bytes32[]),bytes32[4],(uint256,uint256,uint256),uint256,(uint256,(uint256,uint256,uint256)),(uint256,(uint256,uint256,uint256)))")
# states of a leaf
_NONE: constant(uint256) = 0
_ONLINE: constant(uint256) = 1
_PAPER: constant(uint256) = 2
_ISSUED: constant(uint256) = 3
# actions that attestations and locks sign
_REGISTER: constant(uint256) = 1
_WITHDRAW: constant(uint256) = 2
_ISSUE: constant(uint256) = 3
# roles of attesters
_PORTAL: constant(uint256) = 1
_SMS_GATEWAY: constant(uint256) = 2
_MAX_AHEAD: constant(uint256) = 900  # seconds that an attestation may live
_MAX_SIZE: constant(uint256) = 2**merkle.MAX_DEPTH

_ELECTION: immutable(IElection)

root: public(HashMap[uint256, bytes32])
size: public(HashMap[uint256, uint256])
online: public(HashMap[uint256, uint256])  # registered, issued ones included
paper: public(HashMap[uint256, uint256])
issued: public(HashMap[uint256, uint256])
state: public(HashMap[bytes32, uint256])
nonce: public(HashMap[bytes32, uint256])  # transitions of a leaf so far
lock: public(HashMap[bytes32, address])
blinded_hash: public(HashMap[bytes32, bytes32])


@deploy
def __init__():
    """
    @notice Belongs to the election that makes it.
    """
    _ELECTION = IElection(msg.sender)


@external
def publish(contest: uint256, root: bytes32, size: uint256):
    """
    @notice Publishes or, within the phase, corrects the list of a contest.
    @param root Root of the Merkle tree over the leaves.
    @param size Number of leaves, from 1.
    @custom:caller commission
    @custom:phase LIST
    """
    assert msg.sender == staticcall _ELECTION.commission(), (
        "voter_list: only the commission publishes"
    )
    assert staticcall _ELECTION.phase() == phases.LIST, "voter_list: lists are closed"
    assert staticcall _ELECTION.slots(contest) != 0, "voter_list: no such contest"
    assert size != 0 and size <= _MAX_SIZE, "voter_list: size is zero or too large"
    self.root[contest] = root
    self.size[contest] = size
    log IVoterList.ListPublished(contest=contest, root=root, size=size)
    record.add(
        keccak256(abi_encode(_LIST_PUBLISHED, contest)), keccak256(abi_encode(root, size))
    )


@external
def register(
    request: IVoterList.Leaf,
    lock: address,
    portal: IVoterList.Attestation,
    sms: IVoterList.Attestation,
):
    """
    @notice NONE to ONLINE.
    @param lock Address of the voter's own key that later acts will need, or zero.
    @custom:caller anyone who holds the attestations
    @custom:phase REGISTRATION
    """
    assert staticcall _ELECTION.phase() == phases.REGISTRATION, (
        "voter_list: registration is closed"
    )
    leaf: bytes32 = self._prove(request)
    assert self.state[leaf] == _NONE, "voter_list: leaf is registered already"
    nonce: uint256 = self._advance(leaf, _ONLINE)
    self._check_attestations(
        request.contest, _REGISTER, leaf, nonce, convert(lock, bytes32), portal, sms
    )
    self.lock[leaf] = lock
    self.online[request.contest] += 1
    log IVoterList.Registered(
        contest=request.contest,
        leaf=leaf,
        request=request,
        lock=lock,
        nonce=nonce,
        portal=portal,
        sms=sms,
    )
    record.add(
        keccak256(abi_encode(_REGISTERED, request.contest, leaf)),
        keccak256(abi_encode(request, lock, nonce, portal, sms)),
    )


@external
def withdraw(
    request: IVoterList.Leaf,
    lock_signature: IElection.Signature,
    portal: IVoterList.Attestation,
    sms: IVoterList.Attestation,
):
    """
    @notice ONLINE back to NONE.
    @param lock_signature By the leaf's lock; (0, 0, 0) if it has none.
    @custom:caller anyone who holds the attestations
    @custom:phase REGISTRATION
    """
    assert staticcall _ELECTION.phase() == phases.REGISTRATION, (
        "voter_list: withdrawal is closed"
    )
    leaf: bytes32 = self._prove(request)
    assert self.state[leaf] == _ONLINE, "voter_list: leaf is not registered"
    nonce: uint256 = self._advance(leaf, _NONE)
    self._check_attestations(
        request.contest, _WITHDRAW, leaf, nonce, empty(bytes32), portal, sms
    )
    self._check_lock(request.contest, _WITHDRAW, leaf, nonce, empty(bytes32), lock_signature)
    self.lock[leaf] = empty(address)
    self.online[request.contest] -= 1
    log IVoterList.Withdrawn(
        contest=request.contest,
        leaf=leaf,
        request=request,
        lock_signature=lock_signature,
        nonce=nonce,
        portal=portal,
        sms=sms,
    )
    record.add(
        keccak256(abi_encode(_WITHDRAWN, request.contest, leaf)),
        keccak256(abi_encode(request, lock_signature, nonce, portal, sms)),
    )


@external
def mark_paper(request: IVoterList.Leaf):
    """
    @notice NONE to PAPER: this voter is given a paper ballot.
    @custom:caller polling station
    @custom:phase VOTING
    """
    assert msg.sender == staticcall _ELECTION.polling_station(), (
        "voter_list: only the polling station marks paper"
    )
    assert staticcall _ELECTION.phase() == phases.VOTING, "voter_list: polls are not open"
    leaf: bytes32 = self._prove(request)
    assert self.state[leaf] == _NONE, "voter_list: leaf votes online or has voted"
    nonce: uint256 = self._advance(leaf, _PAPER)
    self.paper[request.contest] += 1
    log IVoterList.PaperMarked(
        contest=request.contest, leaf=leaf, request=request, nonce=nonce
    )
    record.add(
        keccak256(abi_encode(_PAPER_MARKED, request.contest, leaf)),
        keccak256(abi_encode(request, nonce)),
    )


@external
def request_credential(
    request: IVoterList.Leaf,
    blinded: bytes32[4],
    lock_signature: IElection.Signature,
    portal: IVoterList.Attestation,
    sms: IVoterList.Attestation,
):
    """
    @notice ONLINE to ISSUED, for ever: issuers will sign this blinded message for anybody.
    @param blinded M', a point of G1.
    @param lock_signature By the leaf's lock; (0, 0, 0) if it has none.
    @custom:caller anyone who holds the attestations
    @custom:phase VOTING
    """
    assert staticcall _ELECTION.phase() == phases.VOTING, "voter_list: issuing is closed"
    leaf: bytes32 = self._prove(request)
    assert self.state[leaf] == _ONLINE, "voter_list: leaf may not be issued a credential"
    nonce: uint256 = self._advance(leaf, _ISSUED)
    hashed: bytes32 = keccak256(abi_encode(blinded))
    self._check_attestations(request.contest, _ISSUE, leaf, nonce, hashed, portal, sms)
    self._check_lock(request.contest, _ISSUE, leaf, nonce, hashed, lock_signature)
    # a point outside the subgroup would leak the issuers' keys
    checked: bytes32[4] = curve.msm([curve.Term(point=blinded, scalar=1)])
    assert not curve.is_infinity(checked), "voter_list: blinded message is infinity"
    self.blinded_hash[leaf] = hashed
    self.issued[request.contest] += 1
    log IVoterList.Issued(
        contest=request.contest,
        leaf=leaf,
        request=request,
        blinded=blinded,
        lock_signature=lock_signature,
        nonce=nonce,
        portal=portal,
        sms=sms,
    )
    record.add(
        keccak256(abi_encode(_ISSUED_EVENT, request.contest, leaf)),
        keccak256(abi_encode(request, blinded, lock_signature, nonce, portal, sms)),
    )


@internal
@view
def _prove(request: IVoterList.Leaf) -> bytes32:
    """
    @notice The leaf of a request, proven to stand in its contest's list.
    """
    leaf: bytes32 = keccak256(
        abi_encode(
            transcript.LEAF,
            staticcall _ELECTION.election_id(),
            request.contest,
            request.index,
            request.voter,
        )
    )
    assert merkle.is_member(
        leaf,
        request.index,
        request.proof,
        self.root[request.contest],
        self.size[request.contest],
    ), "voter_list: leaf is not on the list"
    return leaf


@internal
def _advance(leaf: bytes32, state: uint256) -> uint256:
    """
    @notice Moves a leaf; returns its counter before, which attestations of this act name.
    """
    nonce: uint256 = self.nonce[leaf]
    self.nonce[leaf] = nonce + 1
    self.state[leaf] = state
    return nonce


@internal
@view
def _check_attestations(
    contest: uint256,
    action: uint256,
    leaf: bytes32,
    nonce: uint256,
    request: bytes32,
    portal: IVoterList.Attestation,
    sms: IVoterList.Attestation,
):
    """
    @notice Reverts unless portal and SMS gateway both attest this act of this leaf now.
    """
    context: bytes32 = staticcall _ELECTION.ctx(contest)
    assert context != empty(bytes32), "voter_list: contest has no box"
    self._check_attestation(
        staticcall _ELECTION.portal(), context, _PORTAL, action, leaf, nonce, request, portal
    )
    self._check_attestation(
        staticcall _ELECTION.sms_gateway(),
        context,
        _SMS_GATEWAY,
        action,
        leaf,
        nonce,
        request,
        sms,
    )


@internal
@view
def _check_attestation(
    attester: address,
    context: bytes32,
    role: uint256,
    action: uint256,
    leaf: bytes32,
    nonce: uint256,
    request: bytes32,
    attestation: IVoterList.Attestation,
):
    assert attestation.expiry >= block.timestamp, "voter_list: attestation has expired"
    assert attestation.expiry <= block.timestamp + _MAX_AHEAD, (
        "voter_list: attestation lives too long"
    )
    attested: bytes32 = keccak256(
        abi_encode(
            transcript.ATT,
            context,
            role,
            action,
            leaf,
            nonce,
            request,
            attestation.expiry,
        )
    )
    assert attester == signature.signer(
        attested, attestation.signature.v, attestation.signature.r, attestation.signature.s
    ), "voter_list: attestation is not by the right organisation"


@internal
@view
def _check_lock(
    contest: uint256,
    action: uint256,
    leaf: bytes32,
    nonce: uint256,
    request: bytes32,
    lock_signature: IElection.Signature,
):
    """
    @notice Reverts unless the leaf is unlocked or its lock signed this act.
    """
    lock: address = self.lock[leaf]
    if lock == empty(address):
        assert lock_signature.v == 0 and lock_signature.r == 0 and lock_signature.s == 0, (
            "voter_list: signature for a leaf without a lock"
        )
        return
    locked: bytes32 = keccak256(
        abi_encode(
            transcript.LOCK, staticcall _ELECTION.ctx(contest), action, leaf, nonce, request
        )
    )
    assert lock == signature.signer(
        locked, lock_signature.v, lock_signature.r, lock_signature.s
    ), "voter_list: not signed by the lock of the leaf"
