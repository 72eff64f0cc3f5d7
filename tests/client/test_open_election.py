from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from election.client.contract import Contract
from election.client.contracts.election import Election
from election.client.errors import UnexpectedAnswerError
from election.client.open_election import open_election, read_box
from election.client.rpc import Connection
from election.crypto.transcript import Address
from election.protocol.abi import ContractName
from election.protocol.events import ContestListed, ElectionDeployed, Event
from election.protocol.phases import Phase
from tests.client.stage import RELAY, Stage, deploy, make_manifest


def test_nothing_at_the_address_is_one_error(connection: Connection) -> None:
    with pytest.raises(UnexpectedAnswerError, match="is no election on chain"):
        open_election(connection, Address(bytes([9]) * 20))


def test_another_contract_at_the_address_is_one_error(polls: Stage) -> None:
    address = polls.opened.tally.contract.address
    with pytest.raises(UnexpectedAnswerError, match="is no election"):
        open_election(polls.connection, address)


def test_silence_of_an_address_is_one_error(connection: Connection) -> None:
    nowhere = Contract(connection, ContractName.ELECTION, Address(bytes([9]) * 20))
    with pytest.raises(UnexpectedAnswerError, match="is no Election: phase"):
        Election(nowhere).phase()


def test_a_phase_begins_without_a_block(polls: Stage) -> None:
    """At rest a network makes none, and the time of its latest one stays behind."""
    closed = polls.manifest.times.cast_closing
    polls.connection.request("evm_setNextBlockTimestamp", hex(closed))
    assert polls.connection.read_head().timestamp < closed
    assert polls.opened.election.phase() is Phase.CLOSED
    freeze = polls.opened.tally.freeze(next(iter(polls.opened.contests)))
    polls.connection.try_act(freeze, key=RELAY)


def show(
    stage: Stage, patch: pytest.MonkeyPatch, lie: Callable[[Event], Event]
) -> None:
    """Have a node tell something else of an election than it announced."""
    entries = stage.opened.election.contract.read_entries()
    shown = tuple((log, lie(event)) for log, event in entries)
    patch.setattr(Contract, "read_entries", lambda _: shown)


NOT_MADE_SO = "is not the address of what the node shows there"


@pytest.mark.parametrize(
    "field",
    ["m_min", "title", "times", "commission", "observers", "test", "step_seconds"],
)
def test_rules_that_the_address_does_not_say_are_not_opened(
    polls: Stage, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    rules = polls.opened.rules
    other: dict[str, Any] = {
        "m_min": rules.m_min + 1,
        "title": "TEST of another",
        "times": (*rules.times[:6], rules.times[6] + 1),
        "commission": rules.portal,
        "observers": rules.observers[:2],
        "test": False,
        "step_seconds": rules.step_seconds - 1,
    }

    def lie(event: Event) -> Event:
        if not isinstance(event, ElectionDeployed):
            return event
        return replace(event, rules=replace(event.rules, **{field: other[field]}))

    show(polls, monkeypatch, lie)
    with pytest.raises(UnexpectedAnswerError, match=NOT_MADE_SO):
        open_election(polls.connection, polls.opened.address)


@pytest.mark.parametrize(
    "part", ["trustees_ceremony", "issuers_ceremony", "voter_list", "tally"]
)
def test_contract_that_the_election_did_not_make_is_not_opened(
    polls: Stage, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def lie(event: Event) -> Event:
        if not isinstance(event, ElectionDeployed):
            return event
        elsewhere: Any = {part: Address(b"\7" * 20)}
        return replace(event, **elsewhere)

    show(polls, monkeypatch, lie)
    with pytest.raises(UnexpectedAnswerError, match=NOT_MADE_SO):
        open_election(polls.connection, polls.opened.address)


def test_texts_of_no_contest_of_the_election_are_one_error(
    polls: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address says only their hash."""

    def lie(event: Event) -> Event:
        if not isinstance(event, ContestListed):
            return event
        return replace(event, candidates=tuple(reversed(event.candidates)))

    show(polls, monkeypatch, lie)
    with pytest.raises(UnexpectedAnswerError, match="is not what the election was"):
        open_election(polls.connection, polls.opened.address)


def test_box_that_the_election_did_not_make_is_refused(
    polls: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = [Address(b"\7" * 20)]
    monkeypatch.setattr(Election, "boxes", lambda *_: elsewhere)
    with pytest.raises(UnexpectedAnswerError, match="cannot have made"):
        read_box(polls.opened, 1)


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"title": "\x1b[2KC4 held"}, "rules: has a title that has U\\+001B in it"),
        ({"id": "Stage"}, "rules: has a slug that is not"),
    ],
)
def test_election_of_a_hostile_name_is_not_opened(
    connection: Connection, fields: dict[str, str], fact: str
) -> None:
    """The contracts take it from any program; no manifest here could say it."""
    manifest = make_manifest(connection.read_clock())
    with pytest.raises(UnexpectedAnswerError, match=fact):
        deploy(connection, replace(manifest, **fields))  # type: ignore[arg-type]


def test_election_without_a_contest_is_one_error(
    polls: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = polls.opened.election.contract.read_entries()
    lie = tuple(each for each in entries if not isinstance(each[1], ContestListed))
    monkeypatch.setattr(Contract, "read_entries", lambda _: lie)
    with pytest.raises(UnexpectedAnswerError, match="election: has no contest"):
        open_election(polls.connection, polls.opened.address)


def test_contest_that_is_not_listed_has_no_box(polls: Stage) -> None:
    with pytest.raises(UnexpectedAnswerError, match="contest 2: is not in"):
        read_box(polls.opened, 2)


def test_box_that_is_not_made_is_said_so(connection: Connection) -> None:
    with pytest.raises(UnexpectedAnswerError, match="contest 1: has no box yet"):
        read_box(deploy(connection).opened, 1)


def test_box_is_refused_when_its_context_is_another(polls: Stage) -> None:
    """Its ctx names every candidate; another name must not go unnoticed."""
    listed = polls.opened.contests[1]
    renamed = replace(listed, candidates=("Анна", "Каренин"))
    opened = replace(polls.opened, contests={1: renamed})
    with pytest.raises(UnexpectedAnswerError, match="has another context"):
        read_box(opened, 1)
