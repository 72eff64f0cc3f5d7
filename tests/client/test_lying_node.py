"""A node that lies to a member is told nothing that opens what others dealt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, cast

import pytest

from election.client.ceremony import (
    Ceremony,
    accept_enrolments,
    issuers_ceremony,
    read_attempt,
    trustees_ceremony,
)
from election.client.ceremony_member import Member, advance_member
from election.client.errors import ContractRefusedError, LyingNodeError
from election.client.rpc import Connection
from election.crypto.group import decode_g1, encode_g1
from election.crypto.transcript import ZERO_HASH, Hash
from election.protocol import events
from election.protocol.ceremony import dealing, polynomials
from election.protocol.ceremony.attempt import BoundAttempt, Kind, Step
from election.protocol.ceremony.enrolment import derive_encryption_secret
from tests.client.lying_node import Lie, LyingNode
from tests.client.stage import (
    ISSUERS,
    TRUSTEES,
    Stage,
    deploy,
    make_source,
    travel,
)
from tests.contracts.bad_points import flip

VICTIM, DEALER = 1, 2
NODE: Final = make_source("node")
kinds = pytest.mark.parametrize("kind", list(Kind))


@pytest.fixture(scope="module")
def deployed(chain: Connection) -> Stage:
    return deploy(chain)


@pytest.fixture
def in_keys(deployed: Stage, connection: Connection) -> Stage:
    """An election in phase KEYS, before anybody has enrolled."""
    travel(connection, deployed.manifest.times.keys)
    return deployed


@pytest.fixture
def node(in_keys: Stage) -> Iterator[LyingNode]:
    """The only node there is; nobody lies yet."""
    connection = in_keys.connection
    honest = connection._post
    with pytest.MonkeyPatch.context() as patch:
        lying = LyingNode(honest)
        patch.setattr(connection, "_post", lying.post)
        yield lying


def join(stage: Stage, kind: Kind) -> tuple[Ceremony[Any], list[Member]]:
    """Give a ceremony and its members, all of them honest."""
    if kind is Kind.TRUSTEES:
        return trustees_ceremony(stage.opened), stage.members(TRUSTEES[:3])
    return issuers_ceremony(stage.opened), stage.members(ISSUERS)


def play(ceremony: Ceremony[Any], members: list[Member], *, until: Step) -> None:
    while ceremony.handle.step() < until:
        for member in members:
            advance_member(ceremony, member)


def opening_of(ceremony: Ceremony[Any], victim: Member) -> str:
    """Compute, in hex, what opens the shares that the dealer dealt to the victim."""
    record = read_attempt(ceremony)
    secret = derive_encryption_secret(record.attempt, VICTIM, source=victim.source)
    return encode_g1(decode_g1(record.dealt[DEALER].r) * secret).hex()


def garble_the_deal(event: events.Event) -> events.Event:
    """Flip one bit of what the dealer dealt to the victim."""
    if not isinstance(event, events.Dealt) or event.index != DEALER:
        return event
    first, *others = event.ciphertexts
    return replace(event, ciphertexts=(Hash(flip(first)), *others))


def sit_in(bound: BoundAttempt[Any]) -> Lie:
    """Commit to polynomials of the node, and reveal them, in the dealer's seat."""
    commitment = polynomials.commit(bound, DEALER, source=NODE)
    said = polynomials.reveal(bound, DEALER, source=NODE)

    def lie(event: events.Event) -> events.Event:
        if getattr(event, "index", 0) != DEALER:
            return event
        if isinstance(event, events.Committed):
            return replace(event, commitment=commitment)
        if isinstance(event, events.Revealed):
            attempt = event.attempt
            return events.Revealed(
                attempt, DEALER, said.coefficients, said.t, said.s, said.salt
            )
        return event

    return lie


def make_lie(name: str, ceremony: Ceremony[Any]) -> Lie:
    if name == "garbled deal":
        return garble_the_deal
    return sit_in(accept_enrolments(read_attempt(ceremony)))


@kinds
@pytest.mark.parametrize("name", ["garbled deal", "another reveal"])
def test_member_does_not_complain_of_what_only_its_node_shows(
    in_keys: Stage, node: LyingNode, kind: Kind, name: str
) -> None:
    ceremony, members = join(in_keys, kind)
    play(ceremony, members, until=Step.CONFIRM)
    victim = members[VICTIM - 1]
    opening = opening_of(ceremony, victim)
    node.lie = make_lie(name, ceremony)
    with pytest.raises(LyingNodeError, match=r"\w+ 2: deal does not verify"):
        advance_member(ceremony, victim)
    assert not any(opening in request for request in node.heard)
    node.lie = None
    play(ceremony, members, until=Step.FINAL)
    assert ceremony.handle.attempt() == 1


def test_complaint_about_the_nodes_own_deal_opens_no_other(
    in_keys: Stage, node: LyingNode
) -> None:
    """Of what is made up in whole, whoever made it up knows the shares anyway."""
    ceremony, members = join(in_keys, Kind.TRUSTEES)
    play(ceremony, members, until=Step.CONFIRM)
    advance_member(ceremony, members[2])  # and derive all keys
    victim = members[VICTIM - 1]
    opening = opening_of(ceremony, victim)
    bound = accept_enrolments(read_attempt(ceremony))
    garbage = (ZERO_HASH,) * 2 * ceremony.slots
    made_up = dealing.prove_deal(garbage, bound, DEALER, source=NODE)
    sits_in = sit_in(bound)

    def lie(event: events.Event) -> events.Event:
        if isinstance(event, events.Dealt) and event.index == DEALER:
            proof = made_up.t, made_up.s
            return events.Dealt(event.attempt, DEALER, made_up.r, *proof, garbage)
        return sits_in(event)

    node.lie = lie
    with pytest.raises(ContractRefusedError, match="not the dealer's F"):
        advance_member(ceremony, victim)
    assert not any(opening in request for request in node.heard)


def test_deal_is_bound_to_its_dealers_own_reveal_whatever_is_shown(
    in_keys: Stage, node: LyingNode
) -> None:
    """Bound to a reveal of the node, it would be shown to others as a wrong deal."""
    ceremony, members = join(in_keys, Kind.TRUSTEES)
    play(ceremony, members, until=Step.SHARES)
    node.lie = sit_in(accept_enrolments(read_attempt(ceremony)))
    assert advance_member(ceremony, members[DEALER - 1]).acted
    node.lie = None
    play(ceremony, members, until=Step.FINAL)
    assert ceremony.handle.attempt() == 1


@pytest.mark.parametrize(
    ("step", "kind", "fact"),
    [
        (Step.COMMIT, events.Enrolled, "enrolment does not verify"),
        (Step.SHARES, events.Revealed, "reveal is not what was committed to"),
        (Step.CONFIRM, events.Dealt, "deal does not verify"),
    ],
)
def test_message_that_its_contract_refuses_blames_the_node(
    in_keys: Stage, node: LyingNode, step: Step, kind: type[Any], fact: str
) -> None:
    ceremony, members = join(in_keys, Kind.TRUSTEES)
    play(ceremony, members, until=step)

    def lie(event: events.Event) -> events.Event:
        if not isinstance(event, kind) or event.index != DEALER:
            return event
        return cast("events.Event", replace(event, s=event.s ^ 1))

    node.lie = lie
    with pytest.raises(LyingNodeError, match=f"trustee 2: {fact}, which the contract"):
        advance_member(ceremony, members[VICTIM - 1])
