"""Elections and ceremonies on local chains, each undone after its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any, Protocol

import pytest
from eth_typing import Address

from election.crypto.transcript import Hash
from election.protocol.ceremony.attempt import ISSUER_GROUP, TRUSTEE_GROUP, Kind, Step
from node.evm import precompile_calls
from node.evm.interpreter import Computation
from tests.contracts.ceremony_run import CeremonyRun
from tests.contracts.chain import LocalChain
from tests.contracts.election_setup import (
    DEFAULT,
    ISSUERS,
    TRUSTEES,
    Deployed,
    Setup,
    deploy_election,
)


class CeremonyAt(Protocol):
    """Bring a ceremony of this kind to a step, all members being honest so far."""

    def __call__(
        self, kind: Kind, step: Step, setup: Setup = ...
    ) -> CeremonyRun[Any]: ...


Without = Callable[[int], None]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Without:
    """Take a precompile away from the node."""

    def take_away(number: int) -> None:
        address = Address(number.to_bytes(20, "big"))
        monkeypatch.delitem(precompile_calls.PRECOMPILES, number, raising=False)
        monkeypatch.delitem(Computation._precompiles, address)

    return take_away


@pytest.fixture
def ceremony_at() -> Iterator[CeremonyAt]:
    """Bring ceremonies to a step."""
    with ExitStack() as stack:

        def bring(kind: Kind, step: Step, setup: Setup = DEFAULT) -> CeremonyRun[Any]:
            run = _play(kind, step, setup)
            stack.enter_context(run.chain.unwound())
            return run.again()

        yield bring


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    """Deploy an election; its phase is SETUP."""
    election = _deploy(DEFAULT)
    with election.chain.unwound():
        yield election


def join_ceremony(election: Deployed, kind: Kind) -> CeremonyRun[Any]:
    """Take part in one of an election's ceremonies."""
    trustees = kind is Kind.TRUSTEES
    return CeremonyRun(
        election.chain,
        election.trustees if trustees else election.issuers,
        group=TRUSTEE_GROUP if trustees else ISSUER_GROUP,
        election_id=Hash(election.election.functions.election_id().call()),
        closing=election.times[1],
        accounts=TRUSTEES if trustees else ISSUERS,
    )


@cache
def _deploy(setup: Setup) -> Deployed:
    return deploy_election(LocalChain(), setup)


@cache
def _play(kind: Kind, step: Step, setup: Setup) -> CeremonyRun[Any]:
    election = deploy_election(LocalChain(), setup)
    election.open_keys()
    run = join_ceremony(election, kind)
    run.play_until(step)
    return run
