"""Leaves: whatever is attested, sent and sent again, they are where the model says."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)
from typing_extensions import override

from election.client.wire import Act
from election.crypto.signature import SigningKey
from election.crypto.transcript import Hash
from election.protocol.attestation import LIFETIME, Action
from election.protocol.phases import Phase
from election.protocol.voter_list import LeafState
from scripts.demo.node_process import travel_to
from tests.contracts.leaf_desk import LOCK, LeafDesk, address_of
from tests.contracts.rehearsal import LARGE, SMALL, lists_published
from tests.stateful.flaws import Case, list_flaws
from tests.stateful.leaves_model import PLACES, Flaw, Intent, LeavesModel
from tests.stateful.pace import tell

LOCKS: Final = (None, LOCK, SigningKey(0x10CD))
places: Final = st.sampled_from(range(len(PLACES)))
locks: Final = st.sampled_from(LOCKS)
registered: Final = st.sampled_from((*LOCKS, "not registered"))


class Leaves(RuleBasedStateMachine):
    """Three voters, and all who may move them or would like to."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.rehearsal = self.stack.enter_context(lists_published().unwound())
        self.desks = [LeafDesk(self.rehearsal, *place) for place in PLACES]
        self.view = self.rehearsal.opened.voter_list
        self.connection = self.rehearsal.opened.connection
        self.model = LeavesModel(tuple(self.rehearsal.opened.rules.times))
        self.made: list[tuple[Intent, Act]] = []

    @override
    def teardown(self) -> None:
        self.stack.close()

    @property
    def now(self) -> int:
        return self.connection.read_clock()

    @initialize(
        begins=st.sampled_from((4, 2)),
        locks=st.tuples(*[registered] * len(PLACES)),
    )
    def begin(self, begins: int, locks: tuple[SigningKey | str | None, ...]) -> None:
        """Register some of them, and move to the begin of a phase."""
        travel_to(self.connection, self.model.times[2])
        for place, lock in enumerate(locks):
            if not isinstance(lock, str):
                case = self.case(place, Action.REGISTER, lock, LIFETIME)
                self.made.append((self.intent(place, case), case.make()))
                self.attempt(*self.made[-1])
        if begins > 2:
            travel_to(self.connection, self.model.times[begins])

    # Time

    @rule(seconds=st.sampled_from((1, LIFETIME // 2, LIFETIME + 1)))
    def wait(self, seconds: int) -> None:
        travel_to(self.connection, self.now + seconds)

    @rule(shift=st.sampled_from((-1, -2)))
    def travel_to_the_next_phase(self, shift: int) -> None:
        """Mine before an edge; what follows meets the next second."""
        later = [edge + shift for edge in self.model.times if edge + shift > self.now]
        if later:
            travel_to(self.connection, later[0])

    # Acts

    def case(
        self, place: int, action: Action, lock: SigningKey | None, life: int
    ) -> Case:
        leaf, expiry = self.model.leaves[place], self.now + life
        return Case(self.desks[place], leaf, action, expiry, lock)

    def intent(self, place: int, case: Case, flaw: Flaw | None = None) -> Intent:
        return Intent(
            place,
            case.action,
            case.leaf.nonce,
            case.expiry,
            lock=case.lock if case.action is Action.REGISTER else None,
            subject=Hash(case.subject()),
            flaw=flaw,
        )

    def attempt(self, intent: Intent, act: Act) -> None:
        expected = self.model.refusal(intent, self.now)
        assert self.rehearsal.refusal(act) == expected
        if expected is None:
            self.rehearsal.send(act)
            self.model.perform(intent)
            self.compare()

    def draw_action(self, data: st.DataObject, place: int) -> Action:
        """Draw what this leaf may do now more often than all else."""
        fitting = self.model.fitting_actions(place, self.now)
        chosen: Action = data.draw(st.sampled_from([*fitting * 4, *Action]))
        return chosen

    @rule(
        place=places,
        lock=locks,
        life=st.sampled_from((0, LIFETIME // 2, LIFETIME)),
        data=st.data(),
    )
    def make(
        self, place: int, lock: SigningKey | None, life: int, data: st.DataObject
    ) -> None:
        """Make an honest act; who does not send it now may do so later."""
        case = self.case(place, self.draw_action(data, place), lock, life)
        intent, act = self.intent(place, case), case.make()
        self.made.append((intent, act))
        if data.draw(st.sampled_from((True, True, False))):
            self.attempt(intent, act)

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def send_what_was_made_before(self, data: st.DataObject) -> None:
        self.attempt(*data.draw(st.sampled_from(self.made)))

    @rule(place=places, lock=locks, data=st.data())
    def send_with_a_flaw(
        self, place: int, lock: SigningKey | None, data: st.DataObject
    ) -> None:
        case = self.case(place, self.draw_action(data, place), lock, LIFETIME // 2)
        flaws = list_flaws(case)
        flaw, changed = flaws[data.draw(st.sampled_from(sorted(flaws)))]()
        self.attempt(self.intent(place, case, flaw), case.make(**changed))

    @precondition(lambda self: self.model.phase(self.now) >= Phase.FREEZE)
    @rule(place=places)
    def mark_paper(self, place: int) -> None:
        act, sender = (
            self.desks[place].mark_paper(),
            self.rehearsal.roles.polling_station,
        )
        expected = self.model.paper_refusal(place, self.now)
        assert self.rehearsal.refusal(act, sender) == expected
        if expected is None:
            self.rehearsal.send(act, sender)
            self.model.leaves[place].move(LeafState.PAPER)
            self.compare()

    # The model

    def compare(self) -> None:
        """Read every leaf and count; only what is sent can have changed them."""
        read = self.view.contract.read_each
        hashes = [(desk.leaf,) for desk in self.desks]
        leaves = self.model.leaves
        assert read("state", hashes) == [each.state for each in leaves]
        assert read("nonce", hashes) == [each.nonce for each in leaves]
        assert read("lock", hashes) == [address_of(each.lock) for each in leaves]
        assert read("blinded_hash", hashes) == [each.blinded for each in leaves]
        for contest in (LARGE, SMALL):
            names = "online", "paper", "issued"
            counts = tuple(self.view.contract.read(name, contest) for name in names)
            assert counts == self.model.counts(contest)


def test_leaves_are_the_models() -> None:
    lists_published()
    tell(Leaves, stories=30, steps=25)
