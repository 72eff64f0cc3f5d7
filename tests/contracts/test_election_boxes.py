"""Ballot boxes: one a contest, of the announced code, once both keys are final."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest
from eth_typing import ChecksumAddress
from web3 import Web3
from web3.types import Nonce
from web3.utils import get_create_address

from election.artifacts import SMALL_BOX, read_artifact
from election.protocol.ceremony.attempt import Kind, Step
from tests.contracts.chain import LocalChain, make_account
from tests.contracts.conftest import join_ceremony
from tests.contracts.election_setup import (
    DEFAULT,
    ISSUERS,
    TRUSTEES,
    Deployed,
    Setup,
    deploy_election,
    deploy_tools,
)

NO_TRUSTEES: Final = "election: trustees have no key yet"
NO_ISSUERS: Final = "election: issuers have no key yet"
CHANGED: Final = "election: blueprint has changed"
anybody = make_account("anybody")


def make_keys(election: Deployed, *kinds: Kind) -> Deployed:
    """Hold these ceremonies to their end."""
    election.open_keys()
    for kind in kinds:
        join_ceremony(election, kind).play_until(Step.FINAL)
    return election


@cache
def _with_keys() -> Deployed:
    return make_keys(deploy_election(LocalChain(), DEFAULT), *Kind)


@pytest.fixture
def ready() -> Iterator[Deployed]:
    """An election in phase KEYS whose keys are final."""
    election = _with_keys()
    with election.chain.unwound():
        yield election


def refusal(election: Deployed, contest: int = 1) -> str | None:
    act = election.election.functions.create_box(contest)
    return election.chain.refusal(act, anybody)


def test_anybody_makes_a_box_for_each_contest(ready: Deployed) -> None:
    view = ready.election.functions
    assert view.box(1).call() == "0x" + "00" * 20
    for contest in (2, 1):
        ready.chain.send(view.create_box(contest), anybody)
        (made,) = [
            event
            for event in ready.chain.events(ready.election, "BoxCreated")
            if event["contest"] == contest
        ]
        box = ready.chain.contract_at(made["box"], read_artifact("BallotBox"))
        assert made["box"] == view.box(contest).call()
        assert made["ctx"] == view.ctx(contest).call() == box.functions.ctx().call()
        assert box.functions.contest().call() == contest
        sums = box.functions.totals().call()
        assert (
            len(sums) == box.functions.slots().call() + 1
        )  # A_sum, B_sum_1 .. B_sum_L


def test_box_has_room_for_its_candidates_by_one_of_two_builds() -> None:
    setup = Setup(candidates=(2, 6, 7, 16))
    election = make_keys(deploy_election(LocalChain(), setup), *Kind)
    view, code_of = election.election.functions, election.chain.web3.eth.get_code
    sizes = []
    for contest in (1, 2, 3, 4):
        election.chain.send(view.create_box(contest), anybody)
        sizes.append(len(code_of(view.box(contest).call())))
    assert sizes[0] == sizes[1] < sizes[2] == sizes[3]  # immutables, one a slot


def test_contest_has_one_box(ready: Deployed) -> None:
    ready.chain.send(ready.election.functions.create_box(1), anybody)
    assert refusal(ready, 1) == "election: box exists"
    assert refusal(ready, 2) is None


@pytest.mark.parametrize("contest", [0, 3, 2**256 - 1])
def test_box_of_an_unknown_contest_is_refused(ready: Deployed, contest: int) -> None:
    assert refusal(ready, contest) == "election: no such contest"


@pytest.mark.parametrize(
    ("boundary", "shift", "expected"),
    [
        (1, -1, None),
        (1, 0, None),
        (2, -1, None),
        (2, 0, "election: too late for a box"),
        (2, 1, "election: too late for a box"),
    ],
)
def test_box_is_made_before_registration(
    ready: Deployed, boundary: int, shift: int, expected: str | None
) -> None:
    ready.chain.travel_to(ready.times[boundary] + shift)
    assert refusal(ready) == expected


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), NO_TRUSTEES),
        ((Kind.ISSUERS,), NO_TRUSTEES),
        ((Kind.TRUSTEES,), NO_ISSUERS),
    ],
)
def test_box_is_refused_before_both_keys_are_final(
    deployed: Deployed, kinds: tuple[Kind, ...], expected: str
) -> None:
    assert refusal(make_keys(deployed, *kinds)) == expected


def test_box_is_refused_while_members_confirm(deployed: Deployed) -> None:
    """Every key is derived, but not everybody has what it takes to use it."""
    make_keys(deployed, Kind.ISSUERS)
    run = join_ceremony(deployed, Kind.TRUSTEES)
    run.play_until(Step.CONFIRM)
    run.derive_all()
    run.play(Step.CONFIRM, (1, 2))
    assert refusal(deployed) == NO_TRUSTEES


def foresee_contract(chain: LocalChain, *, after: int) -> ChecksumAddress:
    """Compute the deployer's address of a contract some transactions ahead."""
    sender = chain.deployer.address
    nonce = chain.web3.eth.get_transaction_count(sender) + after
    return Web3.to_checksum_address(get_create_address(sender, Nonce(nonce)))


def test_box_is_refused_when_its_blueprint_came_after_the_election() -> None:
    """The commission announces an empty address, and fills it afterwards."""
    chain = LocalChain()
    *tools, _, large = deploy_tools(chain)
    foreseen = foresee_contract(chain, after=1)
    arguments = (
        DEFAULT.rules(chain.now),
        DEFAULT.trustees.encode(TRUSTEES),
        DEFAULT.issuers.encode(ISSUERS),
        DEFAULT.contests(),
        (*tools, foreseen, large),
    )
    contract = chain.deploy("Election", arguments)
    assert chain.deploy_blueprint(SMALL_BOX) == foreseen
    for texts in DEFAULT.texts():
        chain.send(contract.functions.list_contest(*texts), chain.deployer)
    ceremony = read_artifact("KeyCeremony")
    parts = (contract.functions.trustees, contract.functions.issuers)
    made = [chain.contract_at(each().call(), ceremony) for each in parts]
    election = make_keys(Deployed(chain, contract, *made), *Kind)
    assert refusal(election) == CHANGED
