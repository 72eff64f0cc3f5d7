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
from election.protocol.voter_list import LeafState
from scripts.demo.node_process import travel_to
from tests.contracts.leaf_desk import LOCK, LeafDesk, address_of
from tests.contracts.rehearsal import LARGE, SMALL, lists_published
from tests.stateful.flaws import Case, list_flaws
from tests.stateful.leaves_model import PLACES, Flaw, Intent, LeavesModel
from tests.stateful.pace import tell

LOCKS: Final = (None, LOCK, SigningKey(0x10CD))
actions: Final = st.sampled_from(Action)
places: Final = st.sampled_from(range(len(PLACES)))
locks: Final = st.sampled_from(LOCKS)


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

    # Time

    @initialize(is_early=st.sampled_from((False, False, True)))
    def begin(self, *, is_early: bool) -> None:
        travel_to(self.connection, self.model.times[2] - is_early)

    @rule(seconds=st.sampled_from((1, LIFETIME // 2, LIFETIME + 1)))
    def wait(self, seconds: int) -> None:
        travel_to(self.connection, self.now + seconds)

    @rule(shift=st.sampled_from((-1, 0, 0)))
    def travel_to_the_next_phase(self, shift: int) -> None:
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

    @rule(
        place=places,
        action=actions,
        lock=locks,
        life=st.sampled_from((0, LIFETIME // 2, LIFETIME)),
        is_sent=st.sampled_from((True, True, False)),
    )
    def make(
        self,
        *,
        place: int,
        action: Action,
        lock: SigningKey | None,
        life: int,
        is_sent: bool,
    ) -> None:
        """Make an honest act; who does not send it now may do so later."""
        case = self.case(place, action, lock, life)
        intent, act = self.intent(place, case), case.make()
        self.made.append((intent, act))
        if is_sent:
            self.attempt(intent, act)

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def send_what_was_made_before(self, data: st.DataObject) -> None:
        self.attempt(*data.draw(st.sampled_from(self.made)))

    @rule(place=places, action=actions, lock=locks, data=st.data())
    def send_with_a_flaw(
        self,
        place: int,
        action: Action,
        lock: SigningKey | None,
        data: st.DataObject,
    ) -> None:
        case = self.case(place, action, lock, LIFETIME // 2)
        flaws = list_flaws(case)
        flaw, changed = flaws[data.draw(st.sampled_from(sorted(flaws)))]()
        self.attempt(self.intent(place, case, flaw), case.make(**changed))

    @rule(place=places, by_station=st.sampled_from((True, True, False)))
    def mark_paper(self, place: int, *, by_station: bool) -> None:
        roles, act = self.rehearsal.roles, self.desks[place].mark_paper()
        sender = roles.polling_station if by_station else roles.portal
        expected = self.model.paper_refusal(place, self.now, by_station=by_station)
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
    tell(Leaves, stories=30, steps=20)
