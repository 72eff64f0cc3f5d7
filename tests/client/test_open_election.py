from __future__ import annotations

from dataclasses import replace

import pytest

from election.client.contract import Contract
from election.client.contracts.election import Election
from election.client.errors import UnexpectedAnswerError
from election.client.open_election import open_election, read_box
from election.client.rpc import Connection
from election.crypto.transcript import Address
from election.protocol.abi import ContractName
from election.protocol.events import ContestListed, ElectionDeployed
from tests.client.stage import Stage, deploy, make_manifest


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


def test_rules_of_no_constructor_are_one_error(
    polls: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = polls.opened.election.contract.read_entries()
    lie = tuple(
        (log, replace(each, rules=replace(each.rules, m_min=1)))
        if isinstance(each, ElectionDeployed)
        else (log, each)
        for log, each in entries
    )
    monkeypatch.setattr(Contract, "read_entries", lambda _: lie)
    with pytest.raises(UnexpectedAnswerError, match="rules: would open the sum"):
        open_election(polls.connection, polls.opened.address)


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
