"""A ceremony answers for every message, judgement and attempt."""

from __future__ import annotations

from typing import Any

import pytest
from web3 import Web3

from election.client.rpc import Connection
from election.crypto.transcript import Address, Hash
from election.protocol.ceremony.attempt import Kind, Step
from node.rpc.dispatch import Dispatcher
from tests.contracts.ceremony_run import CeremonyRun
from tests.contracts.chain import make_account
from tests.contracts.conftest import CeremonyAt
from tests.contracts.election_setup import Roster, Setup
from tests.contracts.running_hash import read_both


def read_hashes(run: CeremonyRun[Any]) -> tuple[Hash, Hash]:
    post = Dispatcher(run.chain.engine).handle
    connection = Connection(post, url="in process", chain_id=run.chain.chain_id)
    return read_both(connection, Address(Web3.to_bytes(hexstr=run.contract.address)))


@pytest.mark.parametrize("kind", list(Kind))
def test_ceremony_answers_for_every_event(ceremony_at: CeremonyAt, kind: Kind) -> None:
    answer, expected = read_hashes(ceremony_at(kind, Step.FINAL))
    assert answer == expected


def test_ceremony_answers_for_a_complaint_and_its_end(ceremony_at: CeremonyAt) -> None:
    """Of three, one complains in vain and one is silent: too few are left."""
    setup = Setup(trustees=Roster(k=2, n=3))
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM, setup)
    run.send(run.complain(run.complaint(1, 2)), 1)
    run = run.again()
    run.chain.travel_to(run.contract.functions.deadline().call())
    run.chain.send(run.contract.functions.expire(), make_account("stranger"))
    assert run.read_step() is Step.FAILED
    answer, expected = read_hashes(run)
    assert answer == expected
