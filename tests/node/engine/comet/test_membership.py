"""The registry's members are the engine's validators and the only peers."""

from __future__ import annotations

import logging
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from node.config import Config
from node.engine.comet import abci_pb2 as abci
from node.engine.comet.genesis import encode_shared, shared_part
from node.engine.comet.membership import Membership, _answer
from node.engine.comet.misbehaviour import Misbehaviour, Misbehaviours
from node.engine.comet.proposals import propose_node, propose_removal
from node.engine.comet.registry import read_members
from node.errors import ConfigError, RegistryError
from node.machine import StateMachine
from node.store import MemoryStore
from tests.node.engine.comet.conftest import Driver, make_driver
from tests.node.engine.comet.members import (
    NAMES,
    Council,
    keys_of,
    make_network_config,
    prove,
)

NEW = keys_of(50)


@pytest.fixture
def council() -> Council:
    return Council()


@pytest.fixture
def network(config: Config, council: Council) -> Config:
    return make_network_config(config, council)


@pytest.fixture
def driver(network: Config) -> Driver:
    return make_driver(network, MemoryStore())


def validator_key(seed: int) -> bytes:
    return prove(keys_of(seed), Council().wallets[0].address).validator_key


def updates(answer: Any) -> list[tuple[bytes, int]]:
    assert all(result.code == 0 for result in answer.tx_results)
    return [(each.pub_key.ed25519, each.power) for each in answer.validator_updates]


def joining(council: Council, seed: int = 50, *, proposal: int = 1) -> list[bytes]:
    """Return what has a society's node replaced, whose key this number gives."""
    account = council.wallets[4].address
    call = propose_node(account, prove(keys_of(seed), account), keys_of(5).node_id)
    return [council.act(0, call), *council.approve(proposal, 1, 2, 3)]


def leaving(council: Council, seed: int, *, proposal: int = 1) -> list[bytes]:
    call = propose_removal(keys_of(seed).node_id)
    return [council.act(0, call), *council.approve(proposal, 1, 2, 3)]


def test_a_network_begins_with_the_validators_of_its_registry(
    driver: Driver, network: Config
) -> None:
    genesis = encode_shared(shared_part(network))
    validators = [
        abci.ValidatorUpdate(
            pub_key=abci.PublicKey(ed25519=validator_key(at)), power=10
        )
        for at in range(1, len(NAMES) + 1)
    ]
    asked = abci.RequestInitChain(app_state_bytes=genesis, validators=validators)
    assert driver.ask("init_chain", asked).app_hash == driver.machine.chain.head.hash
    short = abci.RequestInitChain(app_state_bytes=genesis, validators=validators[1:])
    with pytest.raises(RegistryError, match="other validators"):
        driver.ask("init_chain", short)


def test_a_registry_that_refuses_its_members_makes_no_chain(network: Config) -> None:
    placed = network.contracts[0]
    short = placed.model_copy(update={"initcode": placed.initcode[:-320]})
    with pytest.raises(ConfigError, match="cannot be made"):
        StateMachine(network.model_copy(update={"contracts": (short,)}), MemoryStore())


def test_two_contracts_do_not_stand_at_one_address(network: Config) -> None:
    twice = network.model_copy(update={"contracts": network.contracts * 2})
    with pytest.raises(ConfigError, match="where another one does"):
        StateMachine(twice, MemoryStore())


def test_a_network_without_a_registry_is_changed_by_nobody(
    config: Config, council: Council
) -> None:
    """A chain that no agreement made, such as a test's, has no members to ask of."""
    driver = make_driver(config, MemoryStore())
    assert may_connect(driver, NEW.node_id)
    assert updates(driver.grow(1, council.wallets[0].sign(b"\x22" * 20))) == []


def test_what_is_no_registry_stops_the_node(network: Config) -> None:
    """Where answers are no members, no node may guess who validates."""
    stop = network.contracts[0].model_copy(update={"initcode": "0x00"})
    other = network.model_copy(update={"contracts": (stop,)})
    with pytest.raises(RegistryError, match="something else"):
        make_driver(other, MemoryStore())


def test_the_engine_is_told_who_joins_and_who_leaves(
    driver: Driver, council: Council
) -> None:
    *before, last = joining(council)
    assert updates(driver.grow(1, *before)) == []
    expected = sorted([(validator_key(5), 0), (validator_key(50), 10)])
    assert updates(driver.grow(2, last)) == expected
    assert updates(driver.grow(3)) == []


def test_the_engine_is_told_of_what_is_left_of_a_blocks_changes(
    driver: Driver, council: Council
) -> None:
    """Who joins and leaves in one block was never a member: no power 0 for it."""
    changes = joining(council) + leaving(council, 50, proposal=2)
    assert updates(driver.grow(1, *changes)) == [(validator_key(5), 0)]


def test_a_block_that_is_decided_again_tells_the_same(
    driver: Driver, council: Council
) -> None:
    block = driver.block(1, *joining(council))
    first = updates(driver.ask("finalize_block", block))
    assert first
    assert updates(driver.ask("finalize_block", block)) == first


def test_a_node_that_begins_anew_knows_the_members(
    network: Config, council: Council
) -> None:
    store = MemoryStore()
    make_driver(network, store).grow(1, *leaving(council, 5))
    again = make_driver(network, store)
    assert may_connect(again, keys_of(4).node_id)
    assert not may_connect(again, keys_of(5).node_id)


def test_who_is_let_go_is_told_in_words_and_so_at_each_start(
    network: Config, council: Council, caplog: pytest.LogCaptureFixture
) -> None:
    store, own = MemoryStore(), keys_of(5).node_id.hex()
    driver = make_driver(network, store)
    membership = driver.application._membership
    membership._own = own
    assert membership.has_validator(validator_key(5))
    *before, last = leaving(council, 5)
    driver.grow(1, *before)
    assert caplog.messages == []
    driver.grow(2, last)
    assert not membership.has_validator(validator_key(5))
    Membership(driver.machine, own=own)
    Membership(driver.machine, own=NEW.node_id.hex())  # not let in yet
    assert len(caplog.messages) == 2
    assert all("was let go by the others" in each for each in caplog.messages)


def test_a_validator_that_stays_without_its_vote_is_told(
    network: Config, caplog: pytest.LogCaptureFixture
) -> None:
    membership = Membership(StateMachine(network, MemoryStore()))
    before = membership._members
    membership._own = before.nodes[0].node_id
    looks_on = replace(before.nodes[0], validator_key=bytes(32))
    membership._take(replace(before, nodes=(looks_on, *before.nodes[1:])))
    assert [each for each in caplog.messages if "from now on it looks on" in each]


def test_headers_that_name_another_set_are_known(
    network: Config, council: Council
) -> None:
    driver = make_driver(network, MemoryStore())
    membership = Membership(driver.machine)
    *before, last = joining(council)
    driver.grow(1, *before)
    assert membership.changes() == []
    driver.grow(2)
    driver.grow(7, last)
    assert membership.changes() == [8]


def may_connect(driver: Driver, node_id: bytes) -> bool:
    asked = abci.RequestQuery(path=f"/p2p/filter/id/{node_id.hex()}")
    return bool(driver.ask("query", asked).code == 0)


def test_only_nodes_of_the_registry_are_peers(driver: Driver) -> None:
    observer = keys_of(100, validates=False)
    assert may_connect(driver, keys_of(1).node_id)
    assert may_connect(driver, observer.node_id)
    assert not may_connect(driver, NEW.node_id)


def test_a_node_that_joined_is_a_peer_and_one_that_left_is_none(
    driver: Driver, council: Council
) -> None:
    block = driver.block(1, *joining(council))
    driver.ask("finalize_block", block)
    assert not may_connect(driver, NEW.node_id)
    driver.ask("commit")
    assert may_connect(driver, NEW.node_id)
    assert not may_connect(driver, keys_of(5).node_id)


def test_a_peer_that_the_operator_named_is_one_until_it_has_left(
    network: Config, council: Council
) -> None:
    """A node that is behind knows of later members only from its operator."""
    named = [NEW.node_id.hex(), keys_of(5).node_id.hex()]
    driver = make_driver(network, MemoryStore(), named)
    assert may_connect(driver, NEW.node_id)
    driver.grow(1, *joining(council))
    assert may_connect(driver, NEW.node_id)
    assert not may_connect(driver, keys_of(5).node_id)


@pytest.mark.parametrize(
    ("reached", "agrees"),
    [
        ((1, 2, 3, 4), True),
        ((2, 3, 4, 5, 100), True),
        ((1, 2, 3), False),  # of five: six tenths
        ((1, 2, 3, 50, 100), False),  # one that is no member, one that has no vote
        ((), False),
    ],
)
def test_more_than_two_thirds_of_the_validators_agree(
    network: Config, reached: tuple[int, ...], agrees: bool
) -> None:
    membership = Membership(StateMachine(network, MemoryStore()))
    ids = [keys_of(seed, validates=seed < 100).node_id.hex() for seed in reached]
    assert membership.quorum(ids).holds is agrees


def test_without_a_registry_nobody_knows_who_agrees(config: Config) -> None:
    assert Membership(StateMachine(config, MemoryStore())).quorum([]).holds


@pytest.mark.parametrize(
    ("path", "code"),
    [("/p2p/filter/addr/10.0.0.1:26656", 0), ("/store", 2), ("", 2)],
)
def test_an_address_is_no_reason_to_refuse_a_peer(
    driver: Driver, path: str, code: int
) -> None:
    assert driver.ask("query", abci.RequestQuery(path=path)).code == code


def test_who_signs_twice_is_named_and_noted_once(
    network: Config, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    path = tmp_path / "misbehaviour.jsonl"
    driver = make_driver(network, MemoryStore(), misbehaviours=Misbehaviours(path))
    address = keys_address(3)
    found = abci.Misbehavior(
        type=1, validator=abci.Validator(address=address, power=10), height=4
    )
    block = driver.block(5)
    block.misbehavior.append(found)
    with caplog.at_level(logging.ERROR):
        driver.ask("finalize_block", block)
        driver.ask("finalize_block", block)  # as whoever replays its blocks is told
    assert f"{address.hex()} of press signed twice at height 4" in caplog.text
    assert Misbehaviours(path).known == (Misbehaviour(4, address.hex(), "press"),)


def keys_address(seed: int) -> bytes:
    return sha256(validator_key(seed)).digest()[:20]


def test_registry_that_fails_does_not_answer() -> None:
    outcome: Any = SimpleNamespace(succeeded=False, failure="out of gas", output=b"")
    with pytest.raises(RegistryError, match="does not answer: out of gas"):
        _answer(outcome)


def test_node_of_no_organisation_is_no_member(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "node.engine.comet.registry"
    monkeypatch.setattr(f"{module}.read_organisations", lambda _: {"0xa": "party"})
    monkeypatch.setattr(f"{module}.ask_for", lambda *_: [("0xb", bytes(20), b"key")])
    ask: Any = None
    with pytest.raises(RegistryError, match="of no organisation"):
        read_members(ask)


@pytest.mark.parametrize(("exists", "is_refused"), [(True, True), (False, False)])
def test_genesis_names_the_validators_of_its_registry(
    *, exists: bool, is_refused: bool
) -> None:
    membership: Any = SimpleNamespace(
        _exists=exists, _members=SimpleNamespace(validators={}, powers={}, nodes=())
    )
    try:
        Membership.require_validators(membership, {b"key": 1})
    except RegistryError:
        assert is_refused
    else:
        assert not is_refused
