"""More than two thirds decide who takes part, and nobody gets a third."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from Crypto.PublicKey import ECC
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Address
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.exceptions import ContractLogicError

from election.artifacts import read_artifact
from node.engine.comet.possession import (
    NodeKeys,
    Possession,
    is_proven,
    possession_hash,
    prove_possession,
)
from node.engine.comet.proposals import NO_NODE
from node.engine.comet.registry import ADDRESS
from tests.contracts.chain import LocalChain, RefusedError, make_account
from tests.contracts.conftest import Without
from tests.node.engine.comet.members import (
    NAMES,
    Council,
    keys_of,
    make_network_config,
)
from tests.open_config import open_config

_DAY = 86_400
_ORDER = 2**252 + 27742317777372353535851937790883648493
_NEW = keys_of(50)
_STRANGER = make_account("stranger")
_REST = (1, 2, 3)


def account_bytes(account: LocalAccount) -> Address:
    return Address(bytes.fromhex(account.address[2:]))


@dataclass
class Registry:
    """Act on a registry for its organisations, which are numbered."""

    chain: LocalChain
    contract: Contract
    accounts: list[LocalAccount]

    @property
    def acts(self) -> Any:
        return self.contract.functions

    def propose(self, act: ContractFunction, *approving: int) -> int:
        """Have the first organisation propose, others approve; returns the number."""
        self.chain.send(act, self.accounts[0])
        number = int(self.acts.proposals().call())
        for who in approving:
            self.chain.send(self.acts.approve(number), self.accounts[who])
        return number

    def refusal(self, act: ContractFunction, *approving: int) -> str | None:
        """Tell why the last approval of a proposal is refused."""
        number = self.propose(act, *approving[:-1])
        return self.chain.refusal(
            self.acts.approve(number), self.accounts[approving[-1]]
        )

    def add(
        self, owner: int, keys: NodeKeys = _NEW, replaced: bytes = NO_NODE
    ) -> ContractFunction:
        """Return the act that proposes an organisation's node."""
        account = account_bytes(self.accounts[owner])
        chain_id = self.chain.chain_id
        return self.add_with(
            owner,
            prove_possession(keys, chain_id=chain_id, organisation=account),
            replaced,
        )

    def add_with(
        self, owner: int, proof: Possession, replaced: bytes = NO_NODE
    ) -> ContractFunction:
        def halves(signature: bytes) -> tuple[bytes, bytes]:
            return signature[:32], signature[32:]

        act: ContractFunction = self.acts.propose_node(
            self.accounts[owner].address,
            proof.validator_key,
            replaced,
            (proof.node_key, halves(proof.by_node), halves(proof.by_validator)),
        )
        return act

    def remove(self, seed: int) -> ContractFunction:
        act: ContractFunction = self.acts.propose_removal(keys_of(seed).node_id)
        return act

    def node_ids(self) -> set[bytes]:
        return {node[1] for node in self.acts.nodes().call()}


@cache
def _begin() -> Registry:
    council = Council()
    chain = LocalChain(make_network_config(open_config(), council))
    accounts = [Account.from_key(wallet.key) for wallet in council.wallets]
    artifact = read_artifact("ObserverRegistry")
    return Registry(chain, chain.contract_at("0x" + ADDRESS.hex(), artifact), accounts)


@pytest.fixture
def registry() -> Iterator[Registry]:
    """Give the registry of a network of five organisations, one validator each."""
    found = _begin()
    with found.chain.unwound():
        yield found


# Who decides


def test_more_than_two_thirds_of_the_organisations_carry_a_change_out(
    registry: Registry,
) -> None:
    number = registry.propose(registry.add(4, replaced=keys_of(5).node_id), 1, 2)
    assert _NEW.node_id not in registry.node_ids()
    registry.chain.send(registry.acts.approve(number), registry.accounts[3])
    assert _NEW.node_id in registry.node_ids()
    assert keys_of(5).node_id not in registry.node_ids()
    assert registry.acts.change(number).call()[0] == 0


def test_nobody_decides_without_a_validator(registry: Registry) -> None:
    number = registry.propose(registry.remove(5))
    acts = registry.acts
    account = registry.accounts[1].address
    now = registry.chain.now
    for act in (
        acts.propose_organisation(_STRANGER.address, "strangers"),
        acts.propose_dismissal(account),
        registry.add(0),
        registry.remove(1),
        acts.propose_freeze(now, now + _DAY),
        acts.approve(number),
    ):
        reason = "observer_registry: sender has no validator"
        assert registry.chain.refusal(act, _STRANGER) == reason


def test_a_stranger_is_refused_before_anything_that_takes_long(
    registry: Registry,
) -> None:
    act = registry.add(0)
    call: Any = {"to": act.address, "from": _STRANGER.address, "gas": 100_000}
    call |= {"data": act._encode_transaction_data(), "gasPrice": 0}
    with pytest.raises(ContractLogicError, match="sender has no validator"):
        registry.chain.web3.eth.call(call)


def test_nobody_approves_twice(registry: Registry) -> None:
    act = registry.acts.propose_organisation(_STRANGER.address, "strangers")
    reason = "observer_registry: approved before"
    assert registry.refusal(act, 1, 1) == reason
    assert registry.refusal(act, 0) == reason


def test_who_has_left_does_not_count(registry: Registry) -> None:
    number = registry.propose(registry.remove(4), 4)
    registry.propose(
        registry.acts.propose_dismissal(registry.accounts[4].address), *_REST
    )
    assert registry.acts.quorum().call() == 3
    registry.chain.send(registry.acts.approve(number), registry.accounts[1])
    assert registry.acts.change(number).call()[0] != 0


def test_a_proposal_is_carried_out_once(registry: Registry) -> None:
    number = registry.propose(registry.remove(5), *_REST)
    reason = "observer_registry: proposal is not open"
    for each in (number, number + 1):
        act = registry.acts.approve(each)
        assert registry.chain.refusal(act, registry.accounts[0]) == reason


@pytest.mark.parametrize(("days", "expired"), [(14, False), (14.1, True)])
def test_a_proposal_expires(registry: Registry, days: float, expired: bool) -> None:
    number = registry.propose(registry.remove(5))
    registry.chain.travel_to(registry.chain.now + int(days * _DAY))
    refusal = registry.chain.refusal(
        registry.acts.approve(number), registry.accounts[1]
    )
    assert refusal == ("observer_registry: proposal expired" if expired else None)


# Powers


def members_with(seats: Sequence[int]) -> Sequence[Any]:
    """Return a constructor's arguments: so many validators for each organisation."""
    accounts = [make_account(f"organisation {at}") for at in range(len(seats))]
    organisations = [
        (each.address, f"organisation-{at}") for at, each in enumerate(accounts)
    ]
    owners = [
        accounts[at].address for at, count in enumerate(seats) for _ in range(count)
    ]
    nodes = [
        (owner, keys_of(seed).node_id, bytes([seed]) * 32)
        for seed, owner in enumerate(owners, 1)
    ]
    return [organisations, nodes]


@pytest.mark.parametrize(
    ("seats", "reason"),
    [
        ((1, 1, 1), "fewer than four validators"),
        ((2, 1, 1, 1), "an organisation would have a third"),
        ((2, 1, 1, 1, 1), "an organisation would have a third"),
        ((1, 1, 1, 1), None),
        ((2, 1, 1, 1, 1, 1), None),
    ],
)
def test_a_network_begins_with_powers_that_one_cannot_stop(
    registry: Registry, seats: Sequence[int], reason: str | None
) -> None:
    arguments = members_with(seats)
    expected = None if reason is None else f"observer_registry: {reason}"
    assert registry.chain.deploy_refusal("ObserverRegistry", arguments) == expected


def test_an_organisation_does_not_join_with_a_third(registry: Registry) -> None:
    reason = "observer_registry: an organisation would have a third"
    assert registry.refusal(registry.add(0), *_REST) == reason


def test_no_leaving_leaves_another_organisation_a_third(registry: Registry) -> None:
    chain = registry.chain
    deployed = chain.deploy("ObserverRegistry", members_with((2, 1, 1, 1, 1, 1)))
    accounts = [make_account(f"organisation {at}") for at in range(6)]
    other = Registry(chain, deployed, accounts)
    reason = "observer_registry: an organisation would have a third"
    assert other.refusal(other.remove(7), 1, 2, 3, 4) == reason
    assert other.refusal(other.remove(1), 1, 2, 3, 4) is None


def test_there_are_never_fewer_than_four(registry: Registry) -> None:
    registry.propose(registry.remove(5), *_REST)
    reason = "observer_registry: fewer than four validators"
    assert registry.refusal(registry.remove(4), 1, 2) == reason
    act = registry.acts.propose_dismissal(registry.accounts[3].address)
    assert registry.refusal(act, 1, 2) == reason


# Keys


def test_what_is_signed_is_what_the_contract_hashes(registry: Registry) -> None:
    account = account_bytes(registry.accounts[0])
    terms = {"node_id": b"\1" * 20, "validator_key": b"\2" * 32}
    ours = possession_hash(registry.chain.chain_id, account, **terms)
    act = registry.acts.possession_hash(account, *terms.values())
    assert bytes(act.call()) == ours


@pytest.mark.parametrize("seed", range(60, 64))
def test_signatures_are_those_of_another_library(registry: Registry, seed: int) -> None:
    act = registry.add(0, keys_of(seed))
    assert registry.chain.refusal(act, registry.accounts[0]) is None


def _flip(text: bytes, place: int) -> bytes:
    return text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]


def _prove(registry: Registry, owner: int = 0, chain_id: int = 0) -> Possession:
    return prove_possession(
        _NEW,
        chain_id=chain_id or registry.chain.chain_id,
        organisation=account_bytes(registry.accounts[owner]),
    )


@pytest.mark.parametrize("name", ["by_node", "by_validator"])
@pytest.mark.parametrize("place", [0, 31, 32, 63])
def test_a_changed_signature_proves_nothing(
    registry: Registry, name: str, place: int
) -> None:
    proof = _prove(registry)
    proof = replace(proof, **{name: _flip(getattr(proof, name), place)})
    reason = f"observer_registry: the {name[3:]} does not hold its key"
    act = registry.add_with(0, proof)
    assert registry.chain.refusal(act, registry.accounts[0]) == reason
    chain_id, owner = registry.chain.chain_id, account_bytes(registry.accounts[0])
    assert not is_proven(proof, chain_id=chain_id, organisation=owner)


def test_a_proof_serves_no_other_organisation_chain_node_or_registry(
    registry: Registry,
) -> None:
    proof = _prove(registry)
    other = _prove(registry, owner=1)
    elsewhere = _prove(registry, chain_id=7)
    swapped = replace(
        proof,
        validator_key=prove_possession(
            keys_of(51),
            chain_id=registry.chain.chain_id,
            organisation=account_bytes(registry.accounts[0]),
        ).validator_key,
    )
    reason = "observer_registry: the node does not hold its key"
    for each in (other, elsewhere, swapped):
        act = registry.add_with(0, each)
        assert registry.chain.refusal(act, registry.accounts[0]) == reason
    chain = registry.chain
    deployed = chain.deploy("ObserverRegistry", members_with((1, 1, 1, 1)))
    account = make_account("organisation 0")
    foreign = Registry(chain, deployed, [account])
    assert chain.refusal(foreign.add_with(0, proof), account) == reason


@pytest.mark.parametrize(
    "key",
    [
        1,  # the neutral point
        2**255 - 18,  # the same, not reduced
        1 | 2**255,  # the same, with a sign that zero does not have
        2**255 - 20,  # of order 2
        2**255 - 20 | 2**255,
        2,  # no point has this y
    ],
)
def test_a_key_that_anybody_can_sign_for_is_refused(
    registry: Registry, key: int
) -> None:
    """R = s B fits every message under the neutral point, half of them under others."""
    seed: Any = bytes(32)  # its stubs lack bytes
    known = ECC.construct(curve="Ed25519", seed=seed)
    r, s = known.public_key().export_key(format="raw"), int(known.d) % _ORDER
    forged = r + s.to_bytes(32, "little")
    proof = Possession(key.to_bytes(32, "little"), bytes(32), forged, bytes(64))
    reason = "observer_registry: the node does not hold its key"
    act = registry.add_with(0, proof)
    assert registry.chain.refusal(act, registry.accounts[0]) == reason


def test_a_signature_has_one_form(registry: Registry) -> None:
    proof = _prove(registry)
    s = int.from_bytes(proof.by_node[32:], "little") + _ORDER
    other = replace(proof, by_node=proof.by_node[:32] + s.to_bytes(32, "little"))
    act = registry.add_with(0, other)
    reason = "observer_registry: the node does not hold its key"
    assert registry.chain.refusal(act, registry.accounts[0]) == reason


def test_nothing_is_proven_without_powers(registry: Registry, without: Without) -> None:
    act = registry.add(0)
    without(0x05)
    reason = "ed25519: no modexp precompile"
    assert registry.chain.refusal(act, registry.accounts[0]) == reason


def test_one_key_has_one_use(registry: Registry) -> None:
    act = registry.add(0, NodeKeys(b"\7" * 32, b"\7" * 32))
    reason = "observer_registry: one key for two uses"
    assert registry.chain.refusal(act, registry.accounts[0]) == reason


@pytest.mark.parametrize("seed", [5, 50])
def test_a_key_that_left_does_not_come_back(registry: Registry, seed: int) -> None:
    """Neither one that was there from the beginning nor one that joined."""
    third = keys_of(51)
    registry.propose(registry.add(4, replaced=keys_of(5).node_id), *_REST)
    registry.propose(registry.add(4, third, replaced=_NEW.node_id), *_REST)
    old = keys_of(seed)
    reason = "observer_registry: node's key was used before"
    assert registry.refusal(registry.add(4, old, third.node_id), *_REST) == reason
    mixed = NodeKeys(keys_of(52).node, old.validator)
    reason = "observer_registry: validator's key was used before"
    assert registry.refusal(registry.add(4, mixed, third.node_id), *_REST) == reason


def test_a_node_may_get_another_validators_key(registry: Registry) -> None:
    node = keys_of(5)
    other = NodeKeys(node.node, keys_of(51).validator)
    registry.propose(registry.add(4, other, replaced=node.node_id), *_REST)
    keys = {each[1]: each[2] for each in registry.acts.nodes().call()}
    proof = prove_possession(other, chain_id=1, organisation=Address(bytes(20)))
    assert keys[node.node_id] == proof.validator_key
    assert registry.acts.validators().call() == len(NAMES)


def test_a_node_replaces_none_of_another_organisation(registry: Registry) -> None:
    reason = "observer_registry: replaced node is another organisation's"
    act = registry.add(4, replaced=keys_of(4).node_id)
    assert registry.refusal(act, *_REST) == reason


# Coming and going


def test_an_organisation_joins_and_has_nodes_of_its_own(registry: Registry) -> None:
    act = registry.acts.propose_organisation(_STRANGER.address, "strangers")
    registry.propose(act, *_REST)
    registry.accounts = [*registry.accounts[:5], _STRANGER]
    registry.propose(registry.add(5), *_REST)
    assert registry.acts.seats(_STRANGER.address).call() == 1
    assert registry.acts.quorum().call() == 5
    registry.propose(registry.acts.propose_dismissal(_STRANGER.address), 1, 2, 3, 4)
    assert _NEW.node_id not in registry.node_ids()
    assert not registry.acts.is_member(_STRANGER.address).call()
    assert len(registry.acts.organisations().call()) == len(NAMES)


@pytest.mark.parametrize("gone", range(5))
def test_one_organisation_leaves_wherever_it_stands(
    registry: Registry, gone: int
) -> None:
    here = {each[0] for each in registry.acts.organisations().call()}
    account = registry.accounts[gone].address
    registry.propose(registry.acts.propose_dismissal(account), *_REST)
    assert {each[0] for each in registry.acts.organisations().call()} == here - {
        account
    }
    assert account not in {node[0] for node in registry.acts.nodes().call()}


def test_all_nodes_of_an_organisation_leave_with_it(registry: Registry) -> None:
    observer = keys_of(52, validates=False)
    registry.propose(registry.add(4, observer), *_REST)
    assert observer.node_id in registry.node_ids()
    act = registry.acts.propose_dismissal(registry.accounts[4].address)
    registry.propose(act, *_REST)
    left = {observer.node_id, keys_of(5).node_id}
    assert not left & registry.node_ids()
    assert len(registry.node_ids()) == len(NAMES)


@pytest.mark.parametrize(
    ("account", "name", "reason"),
    [
        ("0x" + "00" * 20, "new", "organisation has no account"),
        (_STRANGER.address, "", "organisation has no name"),
        (_STRANGER.address, "press", "name is taken"),
    ],
)
def test_an_organisation_is_somebody_else(
    registry: Registry, account: str, name: str, reason: str
) -> None:
    act = registry.acts.propose_organisation(account, name)
    assert registry.refusal(act, *_REST) == f"observer_registry: {reason}"


def test_who_is_here_does_not_join_again(registry: Registry) -> None:
    act = registry.acts.propose_organisation(registry.accounts[1].address, "new")
    reason = "observer_registry: organisation is here already"
    assert registry.refusal(act, *_REST) == reason


def test_a_node_belongs_to_an_organisation(registry: Registry) -> None:
    registry.accounts = [*registry.accounts[:5], _STRANGER]
    reason = "observer_registry: node of no organisation"
    assert registry.refusal(registry.add(5), *_REST) == reason


def test_only_what_is_here_leaves(registry: Registry) -> None:
    refusal = registry.chain.refusal
    sender = registry.accounts[0]
    reason = "observer_registry: node is none of the network"
    assert refusal(registry.remove(99), sender) == reason
    act = registry.acts.propose_dismissal(_STRANGER.address)
    reason = "observer_registry: organisation is none of the network"
    assert refusal(act, sender) == reason
    act = registry.acts.propose_dismissal(registry.accounts[4].address)
    registry.propose(act, *_REST[:2])
    second = registry.propose(act)
    registry.chain.send(registry.acts.approve(second - 1), registry.accounts[3])
    registry.chain.send(registry.acts.approve(second), registry.accounts[1])
    reason = "observer_registry: organisation has left already"
    assert refusal(registry.acts.approve(second), registry.accounts[2]) == reason


# While polls are open


def freeze(registry: Registry, begins: int, ends: int) -> None:
    registry.propose(registry.acts.propose_freeze(begins, ends), *_REST)


def test_nobody_joins_while_polls_are_open(registry: Registry) -> None:
    now = registry.chain.now
    freeze(registry, now + _DAY, now + 2 * _DAY)
    act = registry.add(4, replaced=keys_of(5).node_id)
    joins = registry.acts.propose_organisation(_STRANGER.address, "strangers")
    assert registry.refusal(act, *_REST) is None
    reason = "observer_registry: nobody joins now"
    registry.chain.travel_to(now + _DAY)
    assert registry.refusal(act, *_REST) == reason
    assert registry.refusal(joins, *_REST) == reason
    registry.chain.travel_to(now + 2 * _DAY)
    assert registry.refusal(act, *_REST) is None


def test_a_window_begins_and_ends_with_its_seconds(registry: Registry) -> None:
    begins = registry.chain.now + _DAY
    freeze(registry, begins, begins + _DAY)
    told = []
    for second in (begins - 1, begins, begins + _DAY - 1, begins + _DAY):
        registry.chain.travel_to(second)
        told.append(registry.acts.is_frozen().call())
    assert told == [False, True, True, False]


@pytest.mark.parametrize(("left", "is_over"), [(0, True), (1, False)])
def test_a_window_has_a_second_left(
    registry: Registry, left: int, is_over: bool
) -> None:
    second = registry.chain.now + _DAY
    registry.chain.travel_to(second)
    act = registry.acts.propose_freeze(second - _DAY, second + left)
    expected = "observer_registry: window is over" if is_over else None
    assert registry.chain.refusal(act, registry.accounts[0]) == expected


def test_who_must_leave_leaves_while_polls_are_open(registry: Registry) -> None:
    now = registry.chain.now
    freeze(registry, now, now + _DAY)
    assert registry.acts.is_frozen().call()
    registry.propose(registry.remove(5), *_REST)
    assert keys_of(5).node_id not in registry.node_ids()


def test_a_window_that_lasts_is_only_extended(registry: Registry) -> None:
    now = registry.chain.now
    freeze(registry, now, now + _DAY)
    reason = "observer_registry: a window that lasts is only extended"
    act = registry.acts.propose_freeze
    assert registry.refusal(act(now, now + _DAY - 1), *_REST) == reason
    assert registry.refusal(act(now + _DAY // 2, now + 2 * _DAY), *_REST) == reason
    assert registry.refusal(act(now, now + _DAY), *_REST) is None
    freeze(registry, now, now + 2 * _DAY)
    assert registry.acts.frozen_until().call() == now + 2 * _DAY


@pytest.mark.parametrize(
    ("begins", "ends", "reason"),
    [
        (-_DAY, -1, "window is over"),
        (_DAY, _DAY, "window is over"),
        (0, 60 * _DAY + 1, "window is too long"),
        (0, 60 * _DAY, None),
    ],
)
def test_a_window_is_ahead_and_no_longer_than_an_election(
    registry: Registry, begins: int, ends: int, reason: str | None
) -> None:
    now = registry.chain.now
    act = registry.acts.propose_freeze(now + begins, now + ends)
    expected = None if reason is None else f"observer_registry: {reason}"
    assert registry.chain.refusal(act, registry.accounts[0]) == expected


def test_an_approval_that_cannot_be_carried_out_changes_nothing(
    registry: Registry,
) -> None:
    number = registry.propose(registry.add(0), 1, 2)
    with pytest.raises(RefusedError, match="a third"):
        registry.chain.send(registry.acts.approve(number), registry.accounts[3])
    assert len(registry.acts.approvals(number).call()) == 3
