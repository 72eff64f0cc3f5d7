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
from modules import signature
from modules import transcript


_MAX_BATCH: constant(uint256) = 32  # ballots of one call; 32 of 16 slots fit a third of a block
_MAX_SLOTS: constant(uint256) = 16
_MAX_BALLOT: constant(uint256) = 5440  # bytes of a record with 16 slots
_MAX_TERMS: constant(uint256) = 36  # points of one ballot's ciphertext and commitments
_CHUNK: constant(uint256) = 128 * 160  # bytes of terms from which an MSM is cheapest a term
_REVOTING_NONE: constant(uint256) = 0

_ELECTION: immutable(IElection)
_VOTER_LIST: immutable(IVoterList)
_CONTEST: immutable(uint256)
_CTX: immutable(bytes32)
_SLOTS: immutable(uint256)
_ELECTION_KEYS: immutable(Bytes[128 * _MAX_SLOTS])
_CREDENTIAL_KEY: immutable(Bytes[256])

_totals: Bytes[128 * (_MAX_SLOTS + 1)]  # A_sum, B_sum_1 .. B_sum_L
_cast_count: uint256
_used: HashMap[address, bool]


@deploy
def __init__(contest: uint256):
    """
    @notice Fixes the contest's context for ever; called by Election, which it asks for the rest.
    """
    election: IElection = IElection(msg.sender)
    trustees: IKeyCeremony = IKeyCeremony(staticcall election.trustees())
    issuers: IKeyCeremony = IKeyCeremony(staticcall election.issuers())
    slots: uint256 = staticcall election.slots(contest)
    keys: Bytes[128 * _MAX_SLOTS] = b""
    for slot: uint256 in range(1, slots + 1, bound=_MAX_SLOTS):
        keys = concat(slice(keys, 0, len(keys)), slice(staticcall trustees.key(slot), 0, 128))
    credential_key: Bytes[256] = staticcall issuers.key(staticcall election.position(contest))
    times: uint256[7] = staticcall election.times()
    _ELECTION = election
    _VOTER_LIST = IVoterList(staticcall election.voter_list())
    _CONTEST = contest
    _SLOTS = slots
    _ELECTION_KEYS = keys
    _CREDENTIAL_KEY = credential_key
    _CTX = keccak256(
        concat(
            transcript.CTX,
            abi_encode(
                chain.id,
                self,
                _VOTER_LIST.address,
                trustees.address,
                issuers.address,
                staticcall election.election_id(),
                contest,
                slots,
                staticcall trustees.n(),
                staticcall trustees.k(),
            ),
            keys,
            curve.K,
            abi_encode(
                staticcall election.candidates_hash(contest),
                staticcall issuers.n(),
                staticcall issuers.k(),
            ),
            credential_key,
            abi_encode(times[4], times[5], times[6], staticcall election.m_min(), _REVOTING_NONE),
        )
    )
    for i: uint256 in range(slots + 1, bound=_MAX_SLOTS + 1):
        self._totals = concat(slice(self._totals, 0, len(self._totals)), curve.INFINITY)
    log IBallotBox.BoxOpened(
        contest=contest, ctx=_CTX, election_keys=keys, credential_key=credential_key
    )


@external
@view
def ctx() -> bytes32:
    return _CTX


@external
@view
def cast_count() -> uint256:
    return self._cast_count


@external
@view
def totals() -> Bytes[128 * (_MAX_SLOTS + 1)]:
    return self._totals
