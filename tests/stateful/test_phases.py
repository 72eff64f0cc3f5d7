"""The clock: whatever is sent at whatever time, phase and closings are the model's."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from itertools import product
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
from election.protocol.abi import ContractName
from election.protocol.ceremony.attempt import Kind, Step
from election.protocol.phases import Phase
from tests.contracts.chain import LocalChain, make_account
from tests.contracts.conftest import join_ceremony
from tests.contracts.election_setup import DEFAULT, Deployed, deploy_election
from tests.stateful.answers import draw_by_answer
from tests.stateful.pace import Pace, tell
from tests.stateful.phases_model import CONTESTS, LONGEST, PhasesModel
from tests.stateful.signers import RIGHT, WRONG, Signed, derive_digest
from tests.stateful.weakened import assert_noticed

PACE: Final = Pace(volumes=3, steps=20)
ANYBODY: Final = make_account("anybody")
DELTAS: Final = (1, 60, LONGEST // 2, LONGEST - 1, LONGEST)
WRONG_DELTAS: Final = (0, LONGEST + 1, 2**255, 2**256 - 1)
BOTH: Final = tuple(Kind)
KEYS: Final = (BOTH, (Kind.TRUSTEES,), ())
NO_CONTEST: Final = 3
ENOUGH: Final = 2
"""Acts of a phase before the next one begins."""


@cache
def deploy(keys: tuple[Kind, ...]) -> Deployed:
    """Deploy an election, in SETUP, or in KEYS with these ceremonies final."""
    deployed = deploy_election(LocalChain(), DEFAULT)
    if keys:
        deployed.open_keys()
    for kind in keys:
        join_ceremony(deployed, kind).play_until(Step.FINAL)
    return deployed


class Clock(RuleBasedStateMachine):
    """An election whose time moves, with those who try to hold it up."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.spent: list[tuple[int, Signed]] = []
        self.acts = 0

    @initialize(
        keys=st.sampled_from((BOTH, BOTH, BOTH, *KEYS)),
        boxed=st.sampled_from((2, 2, 1, 0)),
        edge=st.sampled_from((5, 2, 1, 4, 0)),
    )
    def begin(self, keys: tuple[Kind, ...], boxed: int, edge: int) -> None:
        """Come to the last second of a phase, if not to SETUP or KEYS."""
        self.deployed = deploy(keys)
        self.chain, self.election = self.deployed.chain, self.deployed.election
        self.stack.enter_context(self.chain.unwound())
        self.tally = self.chain.contract_at(
            self.election.functions.tally().call(), read_artifact("Tally")
        )
        self.view = self.chain.view(self.election, ContractName.ELECTION)
        self.model = PhasesModel(self.deployed.times, keys)
        for contest in CONTESTS[:boxed]:
            self.make_box(contest)
        if edge > 0:
            self.chain.engine.mine(self.model.times[edge] - 2)

    @override
    def teardown(self) -> None:
        self.stack.close()

    @property
    def now(self) -> int:
        return self.chain.engine.next_timestamp()

    @property
    def phase(self) -> Phase:
        return self.model.phase(self.now)

    def attempt(self, act: ContractFunction, expected: str | None) -> bool:
        self.acts += 1
        assert self.chain.refusal(act, ANYBODY) == expected
        if expected is None:
            self.chain.send(act, ANYBODY)
        return expected is None

    # Time

    def can_travel(self) -> bool:
        """Tell whether enough was done in this phase."""
        return self.phase < Phase.CLOSED and self.acts >= ENOUGH

    @precondition(can_travel)
    @rule()
    def enter_the_next_phase(self) -> None:
        self.chain.engine.mine(max(self.now, self.model.edges()[self.phase] - 1))
        self.acts = 0

    @precondition(can_travel)
    @rule()
    def reach_the_last_second(self) -> None:
        """What follows is the last act of the phase."""
        self.chain.engine.mine(max(self.now, self.model.edges()[self.phase] - 2))

    @rule(seconds=st.sampled_from((1, 59, 3_600)))
    def wait(self, seconds: int) -> None:
        self.chain.engine.mine(self.chain.now + seconds)

    # Extensions

    def extension(self, delta: int, signed: Signed) -> ContractFunction:
        act: ContractFunction = self.election.functions.extend(delta, *signed.encode())
        return act

    def digest(self, delta: int, *, ahead: int = 0) -> Any:
        counter = len(self.model.deltas) + ahead
        return derive_digest(self.deployed, delta, counter=counter)

    @precondition(lambda self: self.phase < Phase.CLOSED)
    @rule(who=st.sampled_from(sorted(RIGHT)), data=st.data())
    def extend(self, who: str, data: st.DataObject) -> None:
        """Extend by any time, also by just as much as is left, and a second more."""
        left = LONGEST - sum(self.model.deltas)
        deltas = (*DELTAS, left, left + 1, *WRONG_DELTAS)
        delta = draw_by_answer(data, deltas, self.extension_refusal)
        signed = RIGHT[who](self.digest(delta))
        if self.attempt(self.extension(delta, signed), self.extension_refusal(delta)):
            self.model.deltas.append(delta)
            self.spent.append((delta, signed))

    def extension_refusal(self, delta: int, fault: str | None = None) -> str | None:
        return self.model.extension_refusal(delta, fault, self.now)

    @precondition(lambda self: self.phase < Phase.CLOSED)
    @rule(data=st.data())
    def extend_with_wrong_signatures(self, data: st.DataObject) -> None:
        def answer(option: tuple[int, str]) -> str | None:
            delta, who = option
            return self.extension_refusal(delta, WRONG[who][1])

        delta, who = draw_by_answer(data, product(DELTAS, sorted(WRONG)), answer)
        signed = WRONG[who][0](self.digest(delta))
        self.attempt(self.extension(delta, signed), answer((delta, who)))

    @precondition(lambda self: self.phase < Phase.CLOSED)
    @rule(delta=st.sampled_from(DELTAS), ahead=st.sampled_from((0, 1)))
    def extend_with_signatures_for_something_else(self, delta: int, ahead: int) -> None:
        signed = RIGHT["a quorum"](self.digest(delta + 1 - ahead, ahead=ahead))
        self.refuse_foreign(delta, signed)

    @precondition(lambda self: self.phase < Phase.CLOSED and self.spent)
    @rule(data=st.data())
    def extend_with_spent_signatures(self, data: st.DataObject) -> None:
        self.refuse_foreign(*data.draw(st.sampled_from(self.spent)))

    def refuse_foreign(self, delta: int, signed: Signed) -> None:
        reason = "election: not signed by the commission"
        expected = self.extension_refusal(delta, reason)
        self.attempt(self.extension(delta, signed), expected)

    # What follows the clock

    def make_box(self, contest: int) -> None:
        act = self.election.functions.create_box(contest)
        if self.attempt(act, self.model.box_refusal(contest, self.now)):
            self.model.boxes.add(contest)

    @precondition(lambda self: self.phase < Phase.VOTING)
    @rule(data=st.data())
    def create_box(self, data: st.DataObject) -> None:
        def answer(contest: int) -> str | None:
            return self.model.box_refusal(contest, self.now)

        self.make_box(draw_by_answer(data, (*CONTESTS, NO_CONTEST), answer))

    @precondition(lambda self: self.phase > Phase.FREEZE)
    @rule(data=st.data())
    def freeze(self, data: st.DataObject) -> None:
        def answer(contest: int) -> str | None:
            return self.model.freeze_refusal(contest, self.now)

        contest = draw_by_answer(data, (*CONTESTS, NO_CONTEST), answer)
        if self.attempt(self.tally.functions.freeze(contest), answer(contest)):
            self.model.frozen.add(contest)

    # The model

    @invariant()
    def phase_is_the_models(self) -> None:
        assert self.view.read("phase") == self.model.phase(self.now)

    @invariant()
    def closings_are_the_models(self) -> None:
        (closings,) = self.view.read_outputs("closings", [()])
        assert closings == self.model.closings()
        assert self.view.read("extension_counter") == len(self.model.deltas)

    @invariant()
    def sums_are_as_frozen_as_the_models(self) -> None:
        frozen = len(self.model.frozen)
        view = self.chain.view(self.tally, ContractName.TALLY)
        assert view.read("frozen") == frozen
        assert view.read("final") == frozen


def prepare() -> None:
    for keys in KEYS:
        deploy(keys)


def test_clock_is_the_models() -> None:
    prepare()
    tell(Clock, PACE)


def test_weakness_of_an_election_is_noticed() -> None:
    prepare()
    assert_noticed(Clock, PACE, "contracts/Election.vy: an extension is used twice")
