"""The clock: whatever is sent at whatever time, phase and closings are the model's."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from typing_extensions import override
from web3.contract.contract import ContractFunction

from election.artifacts import read_artifact
from election.protocol.ceremony.attempt import Kind
from tests.contracts.ceremony_run import Step
from tests.contracts.chain import LocalChain, make_account
from tests.contracts.conftest import join_ceremony
from tests.contracts.election_setup import DAY, DEFAULT, Deployed, deploy_election
from tests.stateful.pace import tell
from tests.stateful.phases_model import CONTESTS, LONGEST, PhasesModel
from tests.stateful.signers import RIGHT, WRONG, Signed, derive_digest

ANYBODY: Final = make_account("anybody")
DELTAS: Final = (1, 60, LONGEST // 2, LONGEST - 1, LONGEST)
contests: Final = st.sampled_from((*CONTESTS, 3))


@cache
def deploy(*, has_keys: bool) -> Deployed:
    """Deploy an election, in SETUP, or in KEYS with both ceremonies final."""
    deployed = deploy_election(LocalChain(), DEFAULT)
    if has_keys:
        deployed.open_keys()
        for kind in Kind:
            join_ceremony(deployed, kind).play_until(Step.FINAL)
    return deployed


class Clock(RuleBasedStateMachine):
    """An election whose time moves, with those who try to hold it up."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.spent: list[tuple[int, Signed]] = []

    @initialize(
        has_keys=st.sampled_from((True, True, False)),
        boxed=st.sampled_from((0, 1, 2)),
        edge=st.sampled_from((6, 5, 4, 0)),
    )
    def begin(self, boxed: int, edge: int, *, has_keys: bool) -> None:
        self.deployed = deploy(has_keys=has_keys)
        self.chain, self.election = self.deployed.chain, self.deployed.election
        self.stack.enter_context(self.chain.unwound())
        self.tally = self.chain.contract_at(
            self.election.functions.tally().call(), read_artifact("Tally")
        )
        self.model = PhasesModel(self.deployed.times, has_keys)
        for contest in CONTESTS[:boxed]:
            self.create_box(contest)
        if edge > 0:
            self.chain.engine.mine(self.model.times[edge] - 2)

    @override
    def teardown(self) -> None:
        self.stack.close()

    @property
    def now(self) -> int:
        return self.chain.engine.next_timestamp()

    def attempt(self, act: ContractFunction, expected: str | None) -> bool:
        assert self.chain.refusal(act, ANYBODY) == expected
        if expected is None:
            self.chain.send(act, ANYBODY)
        return expected is None

    def extension(self, delta: int, signed: Signed) -> ContractFunction:
        act: ContractFunction = self.election.functions.extend(delta, *signed.encode())
        return act

    def digest(self, delta: int, *, ahead: int = 0) -> Any:
        counter = len(self.model.deltas) + ahead
        return derive_digest(self.deployed, delta, counter=counter)

    # Time

    @rule(ahead=st.sampled_from((0, 0, 1, 4)), shift=st.sampled_from((-1, -2, 0)))
    def travel_to_an_edge(self, ahead: int, shift: int) -> None:
        """Mine beside an edge; what follows meets the next second."""
        times = [edge + shift for edge in self.model.edges()]
        later = [time for time in times if time > self.chain.now] or [self.now + DAY]
        self.chain.engine.mine(later[min(ahead, len(later) - 1)])

    @rule(seconds=st.sampled_from((1, 59, 3_600)))
    def wait(self, seconds: int) -> None:
        self.chain.engine.mine(self.chain.now + seconds)

    # Extensions

    @rule(delta=st.sampled_from(DELTAS), who=st.sampled_from(sorted(RIGHT)))
    def extend(self, delta: int, who: str) -> None:
        signed = RIGHT[who](self.digest(delta))
        expected = self.model.extension_refusal(delta, None, self.now)
        if self.attempt(self.extension(delta, signed), expected):
            self.model.deltas.append(delta)
            self.spent.append((delta, signed))

    @rule(delta=st.sampled_from((0, LONGEST + 1, 2**255, 2**256 - 1)))
    def extend_by_too_much_or_nothing(self, delta: int) -> None:
        expected = self.model.extension_refusal(delta, None, self.now)
        act = self.extension(delta, RIGHT["a quorum"](self.digest(delta)))
        assert self.chain.refusal(act, ANYBODY) == expected

    @rule(delta=st.sampled_from(DELTAS), who=st.sampled_from(sorted(WRONG)))
    def extend_with_wrong_signatures(self, delta: int, who: str) -> None:
        make, reason = WRONG[who]
        expected = self.model.extension_refusal(delta, reason, self.now)
        act = self.extension(delta, make(self.digest(delta)))
        assert self.chain.refusal(act, ANYBODY) == expected

    @rule(delta=st.sampled_from(DELTAS), ahead=st.sampled_from((0, 1)))
    def extend_with_signatures_for_something_else(self, delta: int, ahead: int) -> None:
        signed = RIGHT["a quorum"](self.digest(delta + 1 - ahead, ahead=ahead))
        self.refuse_foreign(delta, signed)

    @precondition(lambda self: self.spent)
    @rule(data=st.data())
    def extend_with_spent_signatures(self, data: st.DataObject) -> None:
        self.refuse_foreign(*data.draw(st.sampled_from(self.spent)))

    def refuse_foreign(self, delta: int, signed: Signed) -> None:
        reason = "election: not signed by the commission"
        expected = self.model.extension_refusal(delta, reason, self.now)
        assert self.chain.refusal(self.extension(delta, signed), ANYBODY) == expected

    # What follows the clock

    @rule(contest=contests)
    def create_box(self, contest: int) -> None:
        act = self.election.functions.create_box(contest)
        if self.attempt(act, self.model.box_refusal(contest, self.now)):
            self.model.boxes.add(contest)

    @rule(contest=contests)
    def freeze(self, contest: int) -> None:
        act = self.tally.functions.freeze(contest)
        if self.attempt(act, self.model.freeze_refusal(contest, self.now)):
            self.model.frozen.add(contest)

    # The model

    @invariant()
    def phase_is_the_models(self) -> None:
        assert self.election.functions.phase().call() == self.model.phase(self.now)

    @invariant()
    def closings_are_the_models(self) -> None:
        view = self.election.functions
        assert tuple(view.closings().call()) == self.model.closings()
        assert view.extension_counter().call() == len(self.model.deltas)
        assert tuple(view.times().call()) == self.model.times

    @invariant()
    def sums_are_as_frozen_as_the_models(self) -> None:
        frozen = len(self.model.frozen)
        assert self.tally.functions.frozen().call() == frozen
        assert self.tally.functions.final().call() == frozen


def test_clock_is_the_models() -> None:
    for has_keys in (True, False):
        deploy(has_keys=has_keys)
    tell(Clock, stories=15, steps=20)
