"""Leaves: whatever is attested, sent and sent again, they are where the model says."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import product
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
from rehearsal.chains import travel_to
from tests.contracts.leaf_desk import LOCK, LeafDesk, address_of
from tests.contracts.rehearsal import LARGE, SMALL, lists_published
from tests.stateful.answers import draw_by_answer
from tests.stateful.flaws import Case, list_claims, list_flaws
from tests.stateful.leaves_model import LARGEST, LEAVES, Flaw, Intent, LeavesModel
from tests.stateful.pace import Pace, tell
from tests.stateful.weakened import assert_noticed

PACE: Final = Pace(volumes=4, steps=20)
LOCKS: Final = (None, LOCK, SigningKey(0x10CD))
NO_CONTEST: Final = 999
BUSY: Final = (Phase.REGISTRATION, Phase.VOTING)
ENOUGH: Final = {Phase.LIST: 4, Phase.REGISTRATION: 10, Phase.VOTING: 10}
"""Acts of a phase before the next one begins."""

PLACES: Final = range(len(LEAVES))
RIGHT: Final = "the leaf's own"

lives: Final = st.sampled_from((LIFETIME, LIFETIME // 2, 0))
locks: Final = st.sampled_from(LOCKS)
registered: Final = st.sampled_from((*LOCKS, "not registered"))


class Leaves(RuleBasedStateMachine):
    """Three voters, and all who may move them or would like to."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.rehearsal = self.stack.enter_context(lists_published().unwound())
        self.desks = [LeafDesk(self.rehearsal, *leaf) for leaf in LEAVES]
        self.view = self.rehearsal.opened.voter_list
        self.connection = self.rehearsal.opened.connection
        self.model = LeavesModel(tuple(self.rehearsal.opened.rules.times))
        self.made: list[tuple[Intent, Act]] = []
        self.acts = 0

    @override
    def teardown(self) -> None:
        self.stack.close()

    @initialize(
        begins=st.sampled_from((4, 2, 4, 2, 1)),
        locks=st.tuples(*[registered] * len(PLACES)),
    )
    def begin(self, begins: int, locks: tuple[SigningKey | str | None, ...]) -> None:
        """Come to the begin of a phase; from REGISTRATION on some are registered."""
        self.now = self.connection.read_clock()
        if begins > 1:
            self.travel_to(self.model.times[2])
        for place, lock in enumerate(locks):
            if begins > 1 and not isinstance(lock, str):
                case = self.case(place, Action.REGISTER, lock, LIFETIME)
                intent, act = self.intent(place, case), case.make()
                self.made.append((intent, act))
                self.rehearsal.send(act)
                self.model.perform(intent)
        self.compare()
        self.travel_to(max(self.connection.read_clock(), self.model.times[begins]))

    # Time

    def travel_to(self, timestamp: int) -> None:
        travel_to(self.connection, timestamp)
        self.now = self.connection.read_clock()

    @rule(seconds=st.sampled_from((1, LIFETIME // 2, LIFETIME + 1)))
    def wait(self, seconds: int) -> None:
        self.travel_to(self.now + seconds)

    def can_travel(self) -> bool:
        """Tell whether enough was done in this phase."""
        phase = self.model.phase(self.now)
        return phase < Phase.CLOSED and self.acts >= ENOUGH.get(phase, 0)

    @precondition(can_travel)
    @rule()
    def enter_the_next_phase(self) -> None:
        self.travel_to(self.next_edge() - 1)
        self.acts = 0

    @precondition(can_travel)
    @rule()
    def reach_the_last_second(self) -> None:
        """What follows is the last act of the phase."""
        self.travel_to(max(self.now, self.next_edge() - 2))

    def next_edge(self) -> int:
        return self.model.times[self.model.phase(self.now)]

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

    def refusal(self, intent: Intent) -> str | None:
        return self.model.refusal(intent, self.now)

    def send(
        self, act: Act, expected: str | None, sender: SigningKey | None = None
    ) -> bool:
        """Send what is taken; returns whether it was."""
        self.acts += 1
        assert self.rehearsal.refusal(act, sender) == expected
        if expected is None:
            self.rehearsal.send(act, sender)
            self.now = self.connection.read_clock()
        return expected is None

    def attempt(self, intent: Intent, act: Act) -> None:
        if self.send(act, self.refusal(intent)):
            self.model.perform(intent)
            self.compare()

    @rule(data=st.data())
    def make(self, data: st.DataObject) -> None:
        """Make an honest act; who does not send it now may do so later."""
        lock, life = data.draw(locks), data.draw(lives)

        def answer(option: tuple[int, Action]) -> str | None:
            return self.refusal(self.intent(option[0], self.case(*option, lock, life)))

        place, action = draw_by_answer(data, product(PLACES, Action), answer)
        case = self.case(place, action, lock, life)
        self.made.append((self.intent(place, case), case.make()))
        if data.draw(st.sampled_from((True, True, False)), label="is sent"):
            self.attempt(*self.made[-1])

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def send_what_was_made_before(self, data: st.DataObject) -> None:
        intents = [intent for intent, _ in self.made]
        chosen = draw_by_answer(data, intents, self.refusal)
        self.attempt(*self.made[intents.index(chosen)])

    @precondition(lambda self: self.model.phase(self.now) in BUSY)
    @rule(data=st.data())
    def send_with_a_flaw(self, data: st.DataObject) -> None:
        """Do what a leaf may do now, if any may do anything, but not rightly."""
        lock = data.draw(locks)
        fitting = [
            (place, action)
            for place in PLACES
            for action in self.model.fitting_actions(place, self.now)
        ]
        cases = {
            (place, action): self.case(place, action, lock, LIFETIME // 2)
            for place, action in fitting or product(PLACES, Action)
        }
        flaws = {each: list_flaws(case) for each, case in cases.items()}
        options = [(each, name) for each in cases for name in flaws[each]]

        def intend(which: tuple[int, Action], name: str) -> Intent:
            return self.intent(which[0], cases[which], flaws[which][name][0])

        which, name = draw_by_answer(
            data, options, lambda option: self.refusal(intend(*option))
        )
        changed = flaws[which][name][1]()
        self.attempt(intend(which, name), cases[which].make(**changed))

    @precondition(lambda self: self.model.phase(self.now) <= Phase.REGISTRATION)
    @precondition(lambda self: self.acts < ENOUGH[Phase.LIST])
    @rule(data=st.data())
    def publish_the_list_again(self, data: st.DataObject) -> None:
        roles = self.rehearsal.roles
        senders = {"commission": roles.commission, "relay": roles.relay}
        root = self.rehearsal.register.lists[LARGE].tree.root
        right = len(self.rehearsal.register.lists[LARGE].voters)

        def answer(option: tuple[str, int, int]) -> str | None:
            sender, contest, size = option
            is_by_commission = sender == "commission"
            return self.model.list_refusal(
                contest, size, self.now, is_by_commission=is_by_commission
            )

        sizes = right, 0, LARGEST + 1, 2**256 - 1
        options = product(senders, (LARGE, NO_CONTEST), sizes)
        sender, contest, size = draw_by_answer(data, options, answer)
        act = self.view.publish(contest, root, size=size)
        if self.send(act, answer((sender, contest, size)), senders[sender]):
            self.compare()

    @precondition(lambda self: self.model.phase(self.now) >= Phase.FREEZE)
    @rule(data=st.data())
    def mark_paper(self, data: st.DataObject) -> None:
        roles = self.rehearsal.roles
        senders = {"polling station": roles.polling_station, "relay": roles.relay}
        claims = [{RIGHT: desk.claim, **list_claims(desk)} for desk in self.desks]

        def answer(option: tuple[str, int, str]) -> str | None:
            sender, place, claim = option
            return self.model.paper_refusal(
                place,
                self.now,
                is_by_station=sender == "polling station",
                is_listed=claim == RIGHT,
            )

        option = draw_by_answer(data, product(senders, PLACES, claims[0]), answer)
        sender, place, claim = option
        act = self.desks[place].mark_paper(claim=claims[place][claim])
        if self.send(act, answer(option), senders[sender]):
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
            published = self.rehearsal.register.lists[contest]
            assert self.view.contract.read("root", contest) == published.tree.root
            assert self.view.contract.read("size", contest) == len(published.voters)
            names = "online", "paper", "issued"
            counts = tuple(self.view.contract.read(name, contest) for name in names)
            assert counts == self.model.counts(contest)


def test_leaves_are_the_models() -> None:
    lists_published()
    tell(Leaves, PACE)


def test_weakness_of_a_voter_list_is_noticed() -> None:
    lists_published()
    assert_noticed(
        Leaves, PACE, "contracts/VoterList.vy: a leaf's counter stands still"
    )
