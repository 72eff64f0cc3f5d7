# pragma version 0.4.3
"""
@title The election's fixed rules, its contests, and the one-way clock of phases
@notice Everything is fixed by the constructor, which also makes the ceremonies, the voter
    list and the tally; nothing here changes a phase, a key, a list or a total. It calls only
    contracts that it made itself (docs/protocol.md §2, §7).
"""

from interfaces import IBallotBox
from interfaces import IElection
from interfaces import IKeyCeremony
from interfaces import ITally
from modules import phases
from modules import record
from modules import signature
from modules import transcript


implements: IElection
initializes: record
exports: record.record_hash


# first topics of events
_ELECTION_DEPLOYED: constant(bytes32) = keccak256("ElectionDeployed(bytes32,(string,string,bool,uint256[7],uint256,uint256,address,address,address,address,address[],uint256,bytes32),(uint256,uint256,(address,bool)[]),(uint256,uint256,(address,bool)[]),(uint256,uint256,bytes32)[],address,address,address,address,(address,address,address,address,address,address),bytes32,bytes32,address)")
_CONTEST_LISTED: constant(bytes32) = keccak256("ContestListed(uint256,uint256,string,string[],string[])")
_BOX_CREATED: constant(bytes32) = keccak256("BoxCreated(uint256,address,bytes32)")
_EXTENDED: constant(bytes32) = keccak256("Extended(uint256,uint256,(uint256,uint256,uint256),(uint256,uint256,uint256)[])")

_MAX_CONTESTS: constant(uint256) = 64
_MAX_SLOTS: constant(uint256) = 16
_MAX_SMALL: constant(uint256) = 6  # slots of a small box
_MAX_SEATS: constant(uint256) = 10  # of a ceremony, so that its steps fit a block
_MAX_MEMBERS: constant(uint256) = 20  # with reserves
_MAX_OBSERVERS: constant(uint256) = 32
_MAX_EXTENSION: constant(uint256) = 7200  # seconds, all extensions together
_MIN_M_MIN: constant(uint256) = 2  # the sum of one ballot is that ballot
_TRUSTEES: constant(uint256) = 1  # kinds of ceremony
_ISSUERS: constant(uint256) = 2
_CEREMONY_FINAL: constant(uint256) = 6
_STEPS: constant(uint256) = 5  # of an attempt in which everybody takes all the time there is
_CODE_OFFSET: constant(uint256) = 3  # length of a blueprint's preamble, ERC-5202

election_id: public(immutable(bytes32))
test: public(immutable(bool))
_TIMES: immutable(uint256[7])
m_min: public(immutable(uint256))
commission: public(immutable(address))
portal: public(immutable(address))
sms_gateway: public(immutable(address))
polling_station: public(immutable(address))
quorum: public(immutable(uint256))
trustees: public(immutable(address))
issuers: public(immutable(address))
voter_list: public(immutable(address))
tally: public(immutable(address))
small_box_blueprint: public(immutable(address))
small_box_code_hash: public(immutable(bytes32))
box_blueprint: public(immutable(address))
box_code_hash: public(immutable(bytes32))


struct Listed:
    position: uint256  # from 1
    slots: uint256
    candidates_hash: bytes32
    is_listed: bool
    box: address
    ctx: bytes32


_observers: DynArray[address, _MAX_OBSERVERS]
_is_observer: HashMap[address, bool]
_contest_ids: DynArray[uint256, _MAX_CONTESTS]
_contests: HashMap[uint256, Listed]
_listed_count: uint256
_extension: uint256
_extension_counter: uint256


@deploy
def __init__(
    rules: IElection.Rules,
    trustees_: IElection.Roster,
    issuers_: IElection.Roster,
    contests: DynArray[IElection.Contest, _MAX_CONTESTS],
    blueprints: IElection.Blueprints,
):
    """
    @notice Fixes the election and makes its parts.
    @param rules Times, keys of the organisations, thresholds.
    @param trustees_ Who holds the election key; the first n are seated, the rest reserves.
    @param issuers_ Who holds the credential keys.
    @param contests At least one; ids are unique.
    @param blueprints ERC-5202 blueprints of the other contracts, and the one that is
        used as it stands.
    """
    self._check_rules(rules)
    steps: uint256 = (rules.times[1] - rules.times[0]) // rules.step_seconds
    self._check_roster(trustees_, rules.commission, steps)
    self._check_roster(issuers_, rules.commission, steps)
    assert len(contests) != 0, "election: no contest"
    most_slots: uint256 = 0
    for contest: IElection.Contest in contests:
        self._fix_contest(contest)
        most_slots = max(most_slots, contest.slots)
    for observer: address in rules.observers:
        assert observer != empty(address), "election: observer is the zero address"
        assert observer != rules.commission, "election: the commission is an observer"
        assert not self._is_observer[observer], "election: observer listed twice"
        self._is_observer[observer] = True
        self._observers.append(observer)
    election_id = keccak256(concat(transcript.ELECTION, keccak256(rules.slug)))
    test = rules.test
    _TIMES = rules.times
    m_min = rules.m_min
    commission = rules.commission
    portal = rules.portal
    sms_gateway = rules.sms_gateway
    polling_station = rules.polling_station
    quorum = rules.quorum
    small_box_blueprint = blueprints.small_box
    small_box_code_hash = blueprints.small_box.codehash
    box_blueprint = blueprints.box
    box_code_hash = blueprints.box.codehash
    trustees = create_from_blueprint(
        blueprints.ceremony,
        _TRUSTEES,
        most_slots,
        trustees_.n,
        trustees_.k,
        trustees_.members,
        rules.step_seconds,
        blueprints.proofs,
        code_offset=_CODE_OFFSET,
    )
    issuers = create_from_blueprint(
        blueprints.ceremony,
        _ISSUERS,
        len(contests),
        issuers_.n,
        issuers_.k,
        issuers_.members,
        rules.step_seconds,
        blueprints.proofs,
        code_offset=_CODE_OFFSET,
    )
    voter_list = create_from_blueprint(blueprints.voter_list, code_offset=_CODE_OFFSET)
    tally = create_from_blueprint(blueprints.tally, code_offset=_CODE_OFFSET)
    log IElection.ElectionDeployed(
        election_id=election_id,
        rules=rules,
        trustees=trustees_,
        issuers=issuers_,
        contests=contests,
        trustees_ceremony=trustees,
        issuers_ceremony=issuers,
        voter_list=voter_list,
        tally=tally,
        blueprints=blueprints,
        small_box_code_hash=small_box_code_hash,
        box_code_hash=box_code_hash,
        deployer=msg.sender,
    )
    record.add(
        keccak256(abi_encode(_ELECTION_DEPLOYED, election_id)),
        keccak256(
            abi_encode(
                rules,
                trustees_,
                issuers_,
                contests,
                trustees,
                issuers,
                voter_list,
                tally,
                blueprints,
                small_box_code_hash,
                box_code_hash,
                msg.sender,
            )
        ),
    )


@external
@view
def phase() -> uint256:
    """
    @notice Number of the phase at this block's time (docs/protocol.md §2).
    """
    now: uint256 = block.timestamp
    if now >= _TIMES[6] + self._extension:
        return self._phase_after_close()
    if now >= _TIMES[5] + self._extension:
        return phases.GRACE
    for i: uint256 in range(5):
        if now >= _TIMES[4 - i]:
            return phases.VOTING - i
    return phases.SETUP


@external
@view
def times() -> uint256[7]:
    """
    @notice First seconds of KEYS, LIST, REGISTRATION, FREEZE, VOTING, GRACE, CLOSED, as deployed.
    """
    return _TIMES


@external
@view
def closings() -> (uint256, uint256):
    """
    @notice When issuing and casting end, extensions included, in Unix seconds.
    """
    return _TIMES[5] + self._extension, _TIMES[6] + self._extension


@external
@view
def extension_counter() -> uint256:
    """
    @notice How many extensions there were; the next one signs this number.
    """
    return self._extension_counter


@external
@view
def contest_ids() -> DynArray[uint256, _MAX_CONTESTS]:
    """
    @notice Ids of the contests, in the manifest's order.
    """
    return self._contest_ids


@external
@view
def are_contests_listed() -> bool:
    """
    @notice Whether the texts of all contests are on the record; without them nobody makes keys.
    """
    return self._listed_count == len(self._contest_ids)


@external
@view
def slots(contest: uint256) -> uint256:
    """
    @notice L, the number of candidates of a contest; 0 for an unknown one.
    """
    return self._contests[contest].slots


@external
@view
def position(contest: uint256) -> uint256:
    """
    @notice Place of a contest in the manifest, from 1: the slot of its credential key.
    """
    return self._contests[contest].position


@external
@view
def candidates_hash(contest: uint256) -> bytes32:
    """
    @notice H(cand, title, L, names, particulars) of a contest.
    """
    return self._contests[contest].candidates_hash


@external
@view
def box(contest: uint256) -> address:
    """
    @notice The contest's ballot box, zero until it is made.
    """
    return self._contests[contest].box


@external
@view
def ctx(contest: uint256) -> bytes32:
    """
    @notice The contest's context, zero until its box is made.
    """
    return self._contests[contest].ctx


@external
@view
def observers() -> DynArray[address, _MAX_OBSERVERS]:
    """
    @notice Keys of the observers whose quorum an extension or an override needs.
    """
    return self._observers


@external
@view
def is_authorized(
    hashed: bytes32,
    commission_signature: IElection.Signature,
    observer_signatures: DynArray[IElection.Signature, _MAX_OBSERVERS],
) -> bool:
    """
    @notice True if the commission and a quorum of observers signed the hash; else reverts with
        what is wrong.
    @param observer_signatures Signers' addresses strictly increasing, so none counts twice.
    """
    self._assert_authorized(hashed, commission_signature, observer_signatures)
    return True


@external
def list_contest(
    contest: uint256,
    title: String[128],
    candidates: DynArray[String[128], _MAX_SLOTS],
    particulars: DynArray[String[256], _MAX_SLOTS],
):
    """
    @notice Puts the texts of a contest on the record, which are too long for a constructor;
        nobody can put others there than those that the election was made with.
    @param candidates Their names, in slot order.
    @param particulars What tells namesakes apart, one for each candidate; may be empty.
    @custom:caller anyone
    @custom:phase SETUP
    """
    listed: Listed = self._contests[contest]
    assert listed.slots != 0, "election: texts of no contest"
    assert not listed.is_listed, "election: contest is listed"
    assert block.timestamp < _TIMES[0], "election: too late for the texts of a contest"
    assert listed.slots == len(candidates) and listed.slots == len(particulars), (
        "election: not a text for each candidate"
    )
    assert listed.candidates_hash == self._hash_texts(title, candidates, particulars), (
        "election: not the texts of the contest"
    )
    self._contests[contest].is_listed = True
    self._listed_count += 1
    log IElection.ContestListed(
        contest=contest,
        position=listed.position,
        title=title,
        candidates=candidates,
        particulars=particulars,
    )
    record.add(
        keccak256(abi_encode(_CONTEST_LISTED, contest)),
        keccak256(abi_encode(listed.position, title, candidates, particulars)),
    )


@external
def create_box(contest: uint256):
    """
    @notice Makes a contest's ballot box from the blueprint fixed at deployment. One box a
        contest: no other context can ever be made for the keys.
    @custom:caller anyone
    @custom:phase KEYS, LIST, after both ceremonies are final
    """
    listed: Listed = self._contests[contest]
    assert listed.slots != 0, "election: no such contest"
    assert listed.box == empty(address), "election: box exists"
    assert block.timestamp < _TIMES[2], "election: too late for a box"
    assert staticcall IKeyCeremony(trustees).step() == _CEREMONY_FINAL, (
        "election: trustees have no key yet"
    )
    assert staticcall IKeyCeremony(issuers).step() == _CEREMONY_FINAL, (
        "election: issuers have no key yet"
    )
    blueprint: address = box_blueprint
    code_hash: bytes32 = box_code_hash
    if listed.slots <= _MAX_SMALL:
        blueprint = small_box_blueprint
        code_hash = small_box_code_hash
    assert blueprint.codehash == code_hash, "election: blueprint has changed"
    made: address = create_from_blueprint(blueprint, contest, code_offset=_CODE_OFFSET)
    context: bytes32 = staticcall IBallotBox(made).ctx()
    self._contests[contest].box = made
    self._contests[contest].ctx = context
    log IElection.BoxCreated(contest=contest, box=made, ctx=context)
    record.add(
        keccak256(abi_encode(_BOX_CREATED, contest)), keccak256(abi_encode(made, context))
    )


@external
def extend(
    delta: uint256,
    commission_signature: IElection.Signature,
    observer_signatures: DynArray[IElection.Signature, _MAX_OBSERVERS],
):
    """
    @notice Shifts both closings, the only thing about time that can change.
    @param delta Seconds; all extensions together at most two hours.
    @custom:caller anyone who holds the signatures
    @custom:phase before the effective end of VOTING
    """
    assert block.timestamp < _TIMES[5] + self._extension, "election: too late to extend"
    assert delta != 0 and delta <= _MAX_EXTENSION - self._extension, (
        "election: extension is zero or too long"
    )
    self._assert_authorized(
        keccak256(
            abi_encode(
                transcript.EXTEND, chain.id, self, election_id, self._extension_counter, delta
            )
        ),
        commission_signature,
        observer_signatures,
    )
    log IElection.Extended(
        counter=self._extension_counter,
        delta=delta,
        commission=commission_signature,
        observers=observer_signatures,
    )
    record.add(
        keccak256(abi_encode(_EXTENDED)),
        keccak256(
            abi_encode(
                self._extension_counter, delta, commission_signature, observer_signatures
            )
        ),
    )
    self._extension += delta
    self._extension_counter += 1


@internal
@view
def _phase_after_close() -> uint256:
    if staticcall ITally(tally).frozen() == 0:
        return phases.CLOSED
    if staticcall ITally(tally).final() == len(self._contest_ids):
        return phases.FINAL
    return phases.TALLY


@internal
@view
def _assert_authorized(
    hashed: bytes32,
    commission_signature: IElection.Signature,
    observer_signatures: DynArray[IElection.Signature, _MAX_OBSERVERS],
):
    assert commission == signature.signer(
        hashed, commission_signature.v, commission_signature.r, commission_signature.s
    ), "election: not signed by the commission"
    assert len(observer_signatures) >= quorum, "election: no quorum of observers"
    previous: address = empty(address)
    for signed: IElection.Signature in observer_signatures:
        observer: address = signature.signer(hashed, signed.v, signed.r, signed.s)
        assert convert(observer, uint256) > convert(previous, uint256), (
            "election: observers are not increasing"
        )
        assert self._is_observer[observer], "election: signed by no observer"
        previous = observer


@internal
@view
def _check_rules(rules: IElection.Rules):
    """
    @notice Reverts unless an election can be held by these rules.
    """
    assert len(rules.slug) != 0, "election: slug is empty"
    previous: uint256 = block.timestamp
    for time: uint256 in rules.times:
        assert time > previous, "election: times are not increasing from now on"
        previous = time
    assert rules.step_seconds != 0, "election: ceremony steps take no time"
    assert rules.m_min >= _MIN_M_MIN, "election: m_min is below two"
    assert rules.commission != empty(address), "election: commission is the zero address"
    assert rules.portal != empty(address), "election: portal is the zero address"
    assert rules.sms_gateway != empty(address), "election: sms gateway is the zero address"
    assert rules.portal != rules.sms_gateway, "election: portal and sms gateway are one"
    assert rules.polling_station != empty(address), (
        "election: polling station is the zero address"
    )
    assert rules.quorum != 0 and rules.quorum <= len(rules.observers), (
        "election: quorum is zero or above the number of observers"
    )


@internal
@pure
def _check_roster(roster: IElection.Roster, chief: address, steps: uint256):
    """
    @notice Reverts unless k of n seats can hold a key that the commission alone cannot use,
        and have the time for it.
    @param chief The commission's own account.
    @param steps How many steps of a ceremony fit phase KEYS.
    """
    assert roster.k >= 2 and roster.k <= roster.n and roster.n <= _MAX_SEATS, (
        "election: threshold is not 2 <= k <= n <= 10"
    )
    assert len(roster.members) >= roster.n, "election: fewer members than seats"
    # each attempt but the last excludes a member, and k are left for the last one
    assert steps // _STEPS > len(roster.members) - roster.k, (
        "election: phase keys is too short for every attempt"
    )
    of_commission: uint256 = 0
    for i: uint256 in range(len(roster.members), bound=_MAX_MEMBERS):
        member: IKeyCeremony.Member = roster.members[i]
        assert member.account != empty(address), "election: member is the zero address"
        assert member.commission or member.account != chief, (
            "election: the commission hides among the members"
        )
        for j: uint256 in range(i, bound=_MAX_MEMBERS):
            assert roster.members[j].account != member.account, "election: member listed twice"
        if i < roster.n and member.commission:
            of_commission += 1
    assert of_commission < roster.k, "election: the commission holds a threshold alone"


@internal
def _fix_contest(contest: IElection.Contest):
    """
    @notice Fixes a contest, how many candidates it has, and the hash of its texts.
    """
    assert self._contests[contest.id].slots == 0, "election: contest listed twice"
    assert contest.slots >= 2 and contest.slots <= _MAX_SLOTS, (
        "election: not 2 to 16 candidates"
    )
    self._contest_ids.append(contest.id)
    self._contests[contest.id] = Listed(
        position=len(self._contest_ids),
        slots=contest.slots,
        candidates_hash=contest.texts,
        is_listed=False,
        box=empty(address),
        ctx=empty(bytes32),
    )


@internal
@pure
def _hash_texts(
    title: String[128],
    candidates: DynArray[String[128], _MAX_SLOTS],
    particulars: DynArray[String[256], _MAX_SLOTS],
) -> bytes32:
    """
    @notice H(cand, title, L, names, particulars).
    """
    words: DynArray[bytes32, 2 * _MAX_SLOTS + 3] = [
        transcript.CAND, keccak256(title), convert(len(candidates), bytes32)
    ]
    for text: String[128] in candidates:
        words.append(keccak256(text))
    for text: String[256] in particulars:
        words.append(keccak256(text))
    return keccak256(slice(abi_encode(words), 64, 32 * len(words)))
