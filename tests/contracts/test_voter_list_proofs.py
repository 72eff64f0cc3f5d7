"""The published lists, and the proof that a leaf stands on one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import pytest

from election.artifacts import read_artifact
from election.client.wire import Act
from election.crypto.merkle import build_tree, derive_path
from election.crypto.transcript import Hash
from tests.contracts.election_setup import COMMISSION, Deployed
from tests.contracts.leaf_desk import LEAF, LeafDesk, open_desk
from tests.contracts.rehearsal import BOXLESS, EMPTY, LARGE, SMALL

NOT_ON_THE_LIST: Final = "voter_list: leaf is not on the list"
ROOT: Final = Hash(b"\1" * 32)


@pytest.fixture
def desk() -> Iterator[LeafDesk]:
    with open_desk() as opened:
        yield opened


# Publishing


def publish(desk: LeafDesk, *, contest: int = LARGE, size: int = 1) -> Act:
    return desk.rehearsal.opened.voter_list.publish(contest, ROOT, size=size)


def test_list_can_be_corrected_within_its_phase(desk: LeafDesk) -> None:
    desk.send(publish(desk, size=9), desk.rehearsal.roles.commission)
    voter_list = desk.rehearsal.opened.voter_list
    assert (voter_list.root(LARGE), voter_list.size(LARGE)) == (ROOT, 9)


def test_only_the_commission_publishes(desk: LeafDesk) -> None:
    reason = "voter_list: only the commission publishes"
    for stranger in (desk.rehearsal.roles.portal, desk.rehearsal.roles.registrar):
        assert desk.refusal(publish(desk), stranger) == reason


@pytest.mark.parametrize(
    ("shift", "expected"),
    [(-1, "voter_list: lists are closed"), (0, None), (1, None)],
)
def test_list_is_published_from_the_beginning_of_its_phase(
    deployed: Deployed, shift: int, expected: str | None
) -> None:
    address = deployed.election.functions.voter_list().call()
    voter_list = deployed.chain.contract_at(address, read_artifact("VoterList"))
    act = voter_list.functions.publish(1, ROOT, 1)
    deployed.chain.travel_to(deployed.times[1] + shift)
    assert deployed.chain.refusal(act, COMMISSION) == expected


@pytest.mark.parametrize(
    ("boundary", "shift", "expected"),
    [
        (2, -1, None),
        (2, 0, "voter_list: lists are closed"),
        (2, 1, "voter_list: lists are closed"),
        (4, 0, "voter_list: lists are closed"),
        (6, 0, "voter_list: lists are closed"),
    ],
)
def test_list_stands_when_registration_begins(
    desk: LeafDesk, boundary: int, shift: int, expected: str | None
) -> None:
    desk.enter(boundary, shift=shift)
    assert desk.refusal(publish(desk), desk.rehearsal.roles.commission) == expected


def test_list_of_an_unknown_contest_is_refused(desk: LeafDesk) -> None:
    act = publish(desk, contest=999)
    reason = "voter_list: no such contest"
    assert desk.refusal(act, desk.rehearsal.roles.commission) == reason


@pytest.mark.parametrize(
    ("size", "accepted"), [(0, False), (1, True), (2**24, True), (2**24 + 1, False)]
)
def test_list_has_between_one_and_16_million_leaves(
    desk: LeafDesk, size: int, *, accepted: bool
) -> None:
    reason = None if accepted else "voter_list: size is zero or too large"
    act = publish(desk, size=size)
    assert desk.refusal(act, desk.rehearsal.roles.commission) == reason


# Proof


@pytest.mark.parametrize("index", [0, 1, LEAF, 34, 35])
def test_every_leaf_can_prove_its_place(index: int) -> None:
    with open_desk(index=index) as desk:
        desk.enter_registration()
        assert desk.refusal(desk.register()) is None


def test_leaf_of_a_list_of_one_needs_no_path() -> None:
    with open_desk(EMPTY, 0) as desk:
        desk.enter_registration()
        assert desk.claim.path == ()
        assert desk.refusal(desk.register()) is None


def test_leaf_is_refused_with_another_voters_hash(desk: LeafDesk) -> None:
    desk.enter_registration()
    other = replace(desk, index=6).claim.voter
    claim = replace(desk.claim, voter=other)
    assert desk.refusal(desk.register(claim=claim)) == NOT_ON_THE_LIST


@pytest.mark.parametrize("index", [LEAF ^ 1, LEAF + 64, LEAF + 2**255, 36, 64])
def test_leaf_is_refused_at_another_index(desk: LeafDesk, index: int) -> None:
    """Only bits 0 to 5 of the index choose the path."""
    desk.enter_registration()
    claim = replace(desk.claim, index=index)
    assert desk.refusal(desk.register(claim=claim)) == NOT_ON_THE_LIST


@pytest.mark.parametrize("contest", [SMALL, BOXLESS, 999])
def test_leaf_is_refused_in_another_contest(desk: LeafDesk, contest: int) -> None:
    desk.enter_registration()
    claim = replace(desk.claim, contest=contest)
    assert desk.refusal(desk.register(claim=claim)) == NOT_ON_THE_LIST


@pytest.mark.parametrize("place", range(6))
def test_leaf_is_refused_with_another_sibling(desk: LeafDesk, place: int) -> None:
    desk.enter_registration()
    path = list(desk.claim.path)
    path[place] = ROOT
    claim = replace(desk.claim, path=tuple(path))
    assert desk.refusal(desk.register(claim=claim)) == NOT_ON_THE_LIST


@pytest.mark.parametrize(
    "path", [lambda p: p[:-1], lambda p: p[1:], lambda p: (*p, ROOT), lambda _: ()]
)
def test_leaf_is_refused_with_a_path_of_another_length(
    desk: LeafDesk, path: Callable[[tuple[Hash, ...]], tuple[Hash, ...]]
) -> None:
    desk.enter_registration()
    claim = replace(desk.claim, path=path(desk.claim.path))
    assert desk.refusal(desk.register(claim=claim)) == NOT_ON_THE_LIST


def test_proof_longer_than_any_is_refused(desk: LeafDesk) -> None:
    desk.enter_registration()
    claim = replace(desk.claim, path=(ROOT,) * 25)
    reason = "contract: reverted without a reason"
    assert desk.refusal(desk.register(claim=claim)) == reason


def refusal_in_eight(desk: LeafDesk, *, size: int, index: int) -> str | None:
    """Register a leaf when the root of eight was published as that of fewer."""
    claims = [replace(desk, index=i) for i in range(8)]
    tree = build_tree([each.leaf for each in claims])
    act = desk.rehearsal.opened.voter_list.publish(LARGE, tree.root, size=size)
    desk.send(act, desk.rehearsal.roles.commission)
    desk.enter_registration()
    claim = replace(claims[index].claim, path=derive_path(tree, index))
    return desk.refusal(claims[index].register(claim=claim))


@pytest.mark.parametrize(("size", "index"), [(4, 4), (4, 7), (5, 5), (5, 7)])
def test_leaf_that_a_tree_holds_beyond_its_size_is_refused(
    desk: LeafDesk, size: int, index: int
) -> None:
    assert refusal_in_eight(desk, size=size, index=index) == NOT_ON_THE_LIST


def test_leaf_of_the_index_that_is_the_size_is_refused(desk: LeafDesk) -> None:
    """It stands in the first place, to which the low bits of its index lead."""
    claims = [replace(desk, index=i) for i in (4, 1, 2, 3)]
    tree = build_tree([each.leaf for each in claims])
    act = desk.rehearsal.opened.voter_list.publish(LARGE, tree.root, size=4)
    desk.send(act, desk.rehearsal.roles.commission)
    desk.enter_registration()
    claim = replace(claims[0].claim, path=derive_path(tree, 0))
    assert desk.refusal(claims[0].register(claim=claim)) == NOT_ON_THE_LIST


@pytest.mark.parametrize(("size", "index"), [(4, 0), (4, 3), (1, 0)])
def test_leaf_of_a_larger_tree_than_the_size_asks_for_is_refused(
    desk: LeafDesk, size: int, index: int
) -> None:
    """Its path is longer, though it leads to the root."""
    assert refusal_in_eight(desk, size=size, index=index) == NOT_ON_THE_LIST


def test_root_that_is_a_leaf_is_no_list_of_many(desk: LeafDesk) -> None:
    """A proof has exactly the length that the size asks for."""
    act = desk.rehearsal.opened.voter_list.publish(LARGE, desk.leaf, size=32)
    desk.send(act, desk.rehearsal.roles.commission)
    desk.enter_registration()
    claim = replace(desk.claim, path=())
    assert desk.refusal(desk.register(claim=claim)) == NOT_ON_THE_LIST


def test_inner_node_is_no_leaf(desk: LeafDesk) -> None:
    """A leaf is hashed from five words with a tag of its own, a node from three."""
    desk.enter_registration()
    tree = desk.rehearsal.register.lists[LARGE].tree
    node = tree.levels[1][LEAF // 2]
    claim = replace(desk.claim, voter=node, path=desk.claim.path[1:])
    assert desk.refusal(desk.register(claim=claim)) == NOT_ON_THE_LIST
