# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Who takes part in a network
@notice Organisations, their nodes and validators. Each joins or leaves when more than two
    thirds of the organisations that validate approve; a node proves that it holds its keys.
    No organisation ever has a third of the validators, there are never fewer than four, and
    while polls are open nobody joins (docs/network.md).
"""

from interfaces import IObserverRegistry
from modules import ed25519


implements: IObserverRegistry


LEAST_VALIDATORS: constant(uint256) = 4  # with which one may fail
MAX_ORGANISATIONS: constant(uint256) = 64
MAX_NODES: constant(uint256) = 128
# kinds of a change
_ORGANISATION_JOINS: constant(uint256) = 1
_ORGANISATION_LEAVES: constant(uint256) = 2
_NODE_JOINS: constant(uint256) = 3
_NODE_LEAVES: constant(uint256) = 4
_FREEZE: constant(uint256) = 5
_POSSESSION: constant(bytes32) = keccak256("veche/registry/possession/1")
_LIFETIME: constant(uint256) = 14 * 86400  # seconds: of a proposal
_LONGEST_FREEZE: constant(uint256) = 60 * 86400  # seconds: of an election and its counting

proposals: public(uint256)  # so far; the first has number 1
expiry: public(HashMap[uint256, uint256])
validators: public(uint256)
voters: public(uint256)  # organisations that have a validator
seats: public(HashMap[address, uint256])  # validators of an organisation
is_member: public(HashMap[address, bool])
is_key_used: public(HashMap[bytes32, bool])  # of a validator, once and for ever
is_id_used: public(HashMap[bytes20, bool])  # of a node, the same
frozen_from: public(uint256)
frozen_until: public(uint256)
_organisations: DynArray[IObserverRegistry.Organisation, MAX_ORGANISATIONS]
_nodes: DynArray[IObserverRegistry.Node, MAX_NODES]
_changes: HashMap[uint256, IObserverRegistry.Change]
_approvals: HashMap[uint256, DynArray[address, MAX_ORGANISATIONS]]


@deploy
def __init__(
    organisations: DynArray[IObserverRegistry.Organisation, MAX_ORGANISATIONS],
    nodes: DynArray[IObserverRegistry.Node, MAX_NODES],
):
    """
    @notice Begins with those who made the network: that they hold their keys shows in its
        first block.
    """
    for organisation: IObserverRegistry.Organisation in organisations:
        self._add_organisation(organisation)
    for node: IObserverRegistry.Node in nodes:
        self._add_node(node)
    self._check_powers()


@external
@view
def organisations() -> DynArray[IObserverRegistry.Organisation, MAX_ORGANISATIONS]:
    """
    @notice All organisations.
    @custom:caller anyone
    @custom:phase any
    """
    return self._organisations


@external
@view
def nodes() -> DynArray[IObserverRegistry.Node, MAX_NODES]:
    """
    @notice All nodes; those without a validator's key only look on.
    @custom:caller anyone
    @custom:phase any
    """
    return self._nodes


@external
@view
def change(proposal: uint256) -> IObserverRegistry.Change:
    """
    @notice What a proposal that is not carried out would change; kind 0 if there is none.
    @custom:caller anyone
    @custom:phase any
    """
    return self._changes[proposal]


@external
@view
def approvals(proposal: uint256) -> DynArray[address, MAX_ORGANISATIONS]:
    """
    @notice Who has approved of a proposal.
    @custom:caller anyone
    @custom:phase any
    """
    return self._approvals[proposal]


@external
@view
def quorum() -> uint256:
    """
    @notice How many organisations that validate have to approve.
    @custom:caller anyone
    @custom:phase any
    """
    return self._quorum()


@external
@view
def is_frozen() -> bool:
    """
    @notice Whether nobody can join now.
    @custom:caller anyone
    @custom:phase any
    """
    return self._is_frozen()


@external
def propose_organisation(account: address, name: String[32]) -> uint256:
    """
    @notice Proposes that an organisation joins; it has no node yet.
    @param account Who acts for it.
    @return Number of the proposal, of which the sender approves.
    @custom:caller organisation that validates
    @custom:phase any
    """
    self._check_sender()
    change: IObserverRegistry.Change = empty(IObserverRegistry.Change)
    change.kind = _ORGANISATION_JOINS
    change.organisation = account
    change.name = name
    return self._propose(change)


@external
def propose_dismissal(account: address) -> uint256:
    """
    @notice Proposes that an organisation leaves with all its nodes.
    @return Number of the proposal, of which the sender approves.
    @custom:caller organisation that validates
    @custom:phase any
    """
    self._check_sender()
    assert self.is_member[account], "observer_registry: organisation is none of the network"
    change: IObserverRegistry.Change = empty(IObserverRegistry.Change)
    change.kind = _ORGANISATION_LEAVES
    change.organisation = account
    return self._propose(change)


@external
def propose_node(
    organisation: address,
    validator_key: bytes32,
    replaced: bytes20,
    possession: IObserverRegistry.Possession,
) -> uint256:
    """
    @notice Proposes that a node of an organisation joins.
    @param validator_key Public key of ed25519; zero for a node that only looks on.
    @param replaced Node of the same organisation that leaves for it, perhaps this very one
        with another validator's key; zero for none.
    @param possession The node's public key, and both keys' signatures of `possession_hash`.
    @return Number of the proposal, of which the sender approves.
    @custom:caller organisation that validates
    @custom:phase any
    """
    self._check_sender()
    node_id: bytes20 = self._node_id(possession.node_key)
    hashed: bytes32 = self._possession_hash(organisation, node_id, validator_key)
    assert possession.node_key != validator_key, "observer_registry: one key for two uses"
    assert ed25519.holds(possession.node_key, hashed, possession.by_node), (
        "observer_registry: the node does not hold its key"
    )
    if validator_key != empty(bytes32):
        assert ed25519.holds(validator_key, hashed, possession.by_validator), (
            "observer_registry: the validator does not hold its key"
        )
    change: IObserverRegistry.Change = empty(IObserverRegistry.Change)
    change.kind = _NODE_JOINS
    change.organisation = organisation
    change.node_id = node_id
    change.validator_key = validator_key
    change.replaced = replaced
    return self._propose(change)


@external
def propose_removal(node_id: bytes20) -> uint256:
    """
    @notice Proposes that a node leaves.
    @return Number of the proposal, of which the sender approves.
    @custom:caller organisation that validates
    @custom:phase any
    """
    self._check_sender()
    change: IObserverRegistry.Change = empty(IObserverRegistry.Change)
    change.kind = _NODE_LEAVES
    change.organisation = self._nodes[self._place(node_id)].organisation
    change.node_id = node_id
    return self._propose(change)


@external
def propose_freeze(begins: uint256, ends: uint256) -> uint256:
    """
    @notice Proposes that nobody joins for a time, since polls are open.
    @param begins Seconds since 1970.
    @param ends The same; the first second in which one may join again.
    @return Number of the proposal, of which the sender approves.
    @custom:caller organisation that validates
    @custom:phase any
    """
    self._check_sender()
    assert begins < ends and ends > block.timestamp, "observer_registry: window is over"
    assert ends - begins <= _LONGEST_FREEZE, "observer_registry: window is too long"
    change: IObserverRegistry.Change = empty(IObserverRegistry.Change)
    change.kind = _FREEZE
    change.begins = begins
    change.ends = ends
    return self._propose(change)


@external
def approve(proposal: uint256):
    """
    @notice Approves of a proposal; the last approval that it needs carries it out, or is
        refused where the change is not possible now.
    @custom:caller organisation that validates
    @custom:phase any
    """
    self._check_sender()
    assert self._changes[proposal].kind != 0, "observer_registry: proposal is not open"
    assert block.timestamp <= self.expiry[proposal], "observer_registry: proposal expired"
    self._approve(proposal)


@external
@view
def possession_hash(
    organisation: address, node_id: bytes20, validator_key: bytes32
) -> bytes32:
    """
    @notice What a node's keys sign before it joins. Who signs computes it alone.
    @custom:caller anyone
    @custom:phase any
    """
    return self._possession_hash(organisation, node_id, validator_key)


@internal
def _propose(change: IObserverRegistry.Change) -> uint256:
    self.proposals += 1
    proposal: uint256 = self.proposals
    self._changes[proposal] = change
    self.expiry[proposal] = block.timestamp + _LIFETIME
    log IObserverRegistry.Proposed(
        proposal=proposal,
        organisation=msg.sender,
        change=change,
        expiry=self.expiry[proposal],
    )
    self._approve(proposal)
    return proposal


@internal
@view
def _check_sender():
    """
    @notice Asked before anything that takes long: gas is free.
    """
    assert self.seats[msg.sender] != 0, "observer_registry: sender has no validator"


@internal
def _approve(proposal: uint256):
    assert msg.sender not in self._approvals[proposal], "observer_registry: approved before"
    self._approvals[proposal].append(msg.sender)
    log IObserverRegistry.Approved(proposal=proposal, organisation=msg.sender)
    count: uint256 = 0
    for organisation: address in self._approvals[proposal]:
        if self.seats[organisation] != 0:  # who has left does not count any more
            count += 1
    if count >= self._quorum():
        change: IObserverRegistry.Change = self._changes[proposal]
        self._changes[proposal] = empty(IObserverRegistry.Change)
        self._carry_out(change)
        log IObserverRegistry.CarriedOut(proposal=proposal)


@internal
def _carry_out(change: IObserverRegistry.Change):
    leaves: bool = change.kind == _ORGANISATION_LEAVES or change.kind == _NODE_LEAVES
    if change.kind == _FREEZE:
        self._freeze(change.begins, change.ends)
        return
    assert leaves or not self._is_frozen(), "observer_registry: nobody joins now"
    if change.kind == _ORGANISATION_JOINS:
        self._add_organisation(
            IObserverRegistry.Organisation(account=change.organisation, name=change.name)
        )
        return
    if change.kind == _ORGANISATION_LEAVES:
        self._remove_organisation(change.organisation)
    elif change.kind == _NODE_LEAVES:
        self._remove_node(self._place(change.node_id))
    else:
        self._replace(change)
    self._check_powers()


@internal
def _replace(change: IObserverRegistry.Change):
    if change.replaced != empty(bytes20):
        place: uint256 = self._place(change.replaced)
        assert self._nodes[place].organisation == change.organisation, (
            "observer_registry: replaced node is another organisation's"
        )
        self._remove_node(place)
        if change.replaced == change.node_id:  # the same node with another validator's key
            self.is_id_used[change.node_id] = False
    self._add_node(
        IObserverRegistry.Node(
            organisation=change.organisation,
            node_id=change.node_id,
            validator_key=change.validator_key,
        )
    )


@internal
def _freeze(begins: uint256, ends: uint256):
    if self._is_frozen():
        assert begins == self.frozen_from and ends >= self.frozen_until, (
            "observer_registry: a window that lasts is only extended"
        )
    self.frozen_from = begins
    self.frozen_until = ends
    log IObserverRegistry.Frozen(begins=begins, ends=ends)


@internal
def _add_organisation(organisation: IObserverRegistry.Organisation):
    account: address = organisation.account
    assert account != empty(address), "observer_registry: organisation has no account"
    assert organisation.name != "", "observer_registry: organisation has no name"
    assert not self.is_member[account], "observer_registry: organisation is here already"
    for other: IObserverRegistry.Organisation in self._organisations:
        assert other.name != organisation.name, "observer_registry: name is taken"
    self.is_member[account] = True
    self._organisations.append(organisation)
    log IObserverRegistry.OrganisationJoined(organisation=account, name=organisation.name)


@internal
def _remove_organisation(account: address):
    assert self.is_member[account], "observer_registry: organisation has left already"
    for i: uint256 in range(MAX_NODES):
        place: uint256 = MAX_NODES - 1 - i  # from the end, which removal moves
        if place < len(self._nodes) and self._nodes[place].organisation == account:
            self._remove_node(place)
    self.is_member[account] = False
    last: IObserverRegistry.Organisation = self._organisations.pop()
    for i: uint256 in range(len(self._organisations), bound=MAX_ORGANISATIONS):
        if self._organisations[i].account == account:
            self._organisations[i] = last
    log IObserverRegistry.OrganisationLeft(organisation=account)


@internal
def _add_node(node: IObserverRegistry.Node):
    assert self.is_member[node.organisation], "observer_registry: node of no organisation"
    assert not self.is_id_used[node.node_id], "observer_registry: node's key was used before"
    self.is_id_used[node.node_id] = True
    self._nodes.append(node)
    log IObserverRegistry.NodeJoined(
        organisation=node.organisation,
        node_id=node.node_id,
        validator_key=node.validator_key,
    )
    if node.validator_key == empty(bytes32):
        return
    assert not self.is_key_used[node.validator_key], (
        "observer_registry: validator's key was used before"
    )
    self.is_key_used[node.validator_key] = True
    if self.seats[node.organisation] == 0:
        self.voters += 1
    self.seats[node.organisation] += 1
    self.validators += 1
    log IObserverRegistry.ValidatorsChanged(validators=self.validators)


@internal
def _remove_node(place: uint256):
    node: IObserverRegistry.Node = self._nodes[place]
    last: IObserverRegistry.Node = self._nodes.pop()
    if place < len(self._nodes):
        self._nodes[place] = last
    log IObserverRegistry.NodeLeft(
        organisation=node.organisation,
        node_id=node.node_id,
        validator_key=node.validator_key,
    )
    if node.validator_key == empty(bytes32):
        return
    self.seats[node.organisation] -= 1
    if self.seats[node.organisation] == 0:
        self.voters -= 1
    self.validators -= 1
    log IObserverRegistry.ValidatorsChanged(validators=self.validators)


@internal
@view
def _check_powers():
    """
    @notice All validators have one power: a third of them is a third of it.
    """
    assert self.validators >= LEAST_VALIDATORS, "observer_registry: fewer than four validators"
    for organisation: IObserverRegistry.Organisation in self._organisations:
        assert 3 * self.seats[organisation.account] < self.validators, (
            "observer_registry: an organisation would have a third"
        )


@internal
@view
def _place(node_id: bytes20) -> uint256:
    """
    @notice Where a node stands among all.
    """
    for i: uint256 in range(len(self._nodes), bound=MAX_NODES):
        if self._nodes[i].node_id == node_id:
            return i
    raise "observer_registry: node is none of the network"


@internal
@view
def _quorum() -> uint256:
    return 2 * self.voters // 3 + 1


@internal
@view
def _is_frozen() -> bool:
    return self.frozen_from <= block.timestamp and block.timestamp < self.frozen_until


@internal
@pure
def _node_id(node_key: bytes32) -> bytes20:
    """
    @notice How the engine names a node among its peers.
    """
    return convert(slice(sha256(node_key), 0, 20), bytes20)


@internal
@view
def _possession_hash(
    organisation: address, node_id: bytes20, validator_key: bytes32
) -> bytes32:
    return keccak256(
        abi_encode(_POSSESSION, chain.id, self, organisation, node_id, validator_key)
    )
