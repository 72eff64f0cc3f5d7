"""Ballot boxes: whatever is cast, again or tampered with, the sums are the model's."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import combinations, product
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from typing_extensions import override

from election.client.wire import Receipt
from election.crypto.transcript import Address
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import BallotCast
from election.protocol.phases import Phase
from rehearsal.chains import travel_to
from tests.contracts.rehearsal import LARGE, SMALL
from tests.stateful.answers import draw_by_answer
from tests.stateful.box_model import BoxModel, Fault, Slip
from tests.stateful.pace import Pace, tell
from tests.stateful.slips import TAMPERINGS, blame, open_box, tamper
from tests.stateful.weakened import assert_noticed

PACE: Final = Pace(volumes=3, steps=16)
ENOUGH: Final = 7
"""Acts of a phase before the next one begins."""


Batch = tuple[tuple[int, int], ...]
"""Places of voters, increasing, and which of their ballots each casts."""


def told(receipt: Receipt) -> list[Address]:
    """List whose ballots an act announced; it announced nothing else."""
    events = [decode_event(log, ContractName.BALLOT_BOX) for log in receipt.logs]
    assert all(type(event) is BallotCast for event in events)
    return [event.credential for event in events if type(event) is BallotCast]


class Box(RuleBasedStateMachine):
    """One contest's polls, and relays who send all they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.acts = 0

    @initialize(
        contest=st.sampled_from((LARGE, SMALL)),
        boundary=st.sampled_from((4, 5)),
    )
    def begin(self, contest: int, boundary: int) -> None:
        self.polls = open_box(contest)
        self.rehearsal = self.stack.enter_context(self.polls.rehearsal.unwound())
        self.handle = self.polls.contest.handle
        keys = self.polls.contest.box.election_keys
        self.model = BoxModel(keys, self.polls.issued)
        self.compare()
        self.travel_to(self.rehearsal.opened.rules.times[boundary])

    @override
    def teardown(self) -> None:
        self.stack.close()

    @property
    def phase(self) -> Phase:
        now = self.rehearsal.opened.connection.read_clock()
        return Phase(sum(edge <= now for edge in self.rehearsal.opened.rules.times))

    def travel_to(self, timestamp: int) -> None:
        connection = self.rehearsal.opened.connection
        travel_to(connection, max(connection.read_clock(), timestamp))

    def batches(self) -> list[Batch]:
        """List the batches of up to two voters, with either of their ballots."""
        voters = range(len(self.polls.voters))
        return [
            tuple(zip(places, versions, strict=True))
            for size in (2, 1, 0)
            for places in combinations(voters, size)
            for versions in product((0, 1), repeat=size)
        ]

    def pick(self, batch: Batch) -> list[Slip]:
        """Give the ballots of a batch; credentials increase."""
        return [self.polls.voters[place].slips[version] for place, version in batch]

    def attempt(self, batch: Sequence[Slip], fault: Fault | None = None) -> None:
        self.acts += 1
        act = self.handle.cast([slip.raw for slip in batch])
        expected = self.model.refusal(batch, self.phase, fault)
        if expected is not None:
            assert self.rehearsal.refusal(act) == expected
        else:
            new = self.model.new(batch)
            receipt = self.rehearsal.send(act)
            assert told(receipt) == [slip.credential for slip in new]
            self.model.stored += new
            self.compare()

    @rule(data=st.data())
    def cast(self, data: st.DataObject) -> None:
        """Cast new and used ones, and other ballots of used credentials."""
        chosen = draw_by_answer(
            data,
            self.batches(),
            lambda batch: self.model.refusal(self.pick(batch), self.phase),
        )
        self.attempt(self.pick(chosen))

    @rule(data=st.data())
    def cast_in_disorder(self, data: st.DataObject) -> None:
        """Cast one voter twice, or a greater credential before a smaller one."""
        voters = self.polls.voters
        first = data.draw(st.integers(0, len(voters) - 1))
        second = data.draw(st.integers(0, first))
        version = data.draw(st.integers(0, 1))
        self.attempt([voters[first].slips[0], voters[second].slips[version]])

    @precondition(lambda self: self.phase < Phase.CLOSED)
    @rule(data=st.data())
    def cast_with_a_bad_one(self, data: st.DataObject) -> None:
        """A bad ballot stops a batch, unless its credential is used."""
        voters = self.polls.voters
        others = dict(data.draw(st.sampled_from(self.batches())))

        def batch_with(place: int) -> list[Slip]:
            return self.pick(tuple(sorted({**others, place: 0}.items())))

        def answer(option: tuple[int, str]) -> str | None:
            place, name = option
            fault = blame(voters[place], name)
            return self.model.refusal(batch_with(place), self.phase, fault)

        options = product(range(len(voters)), TAMPERINGS)
        place, name = draw_by_answer(data, options, answer)
        good = voters[place].slips[0]
        bad = replace(good, raw=tamper(self.polls, voters[place], name))
        batch = [bad if slip is good else slip for slip in batch_with(place)]
        self.attempt(batch, blame(voters[place], name))

    def can_travel(self) -> bool:
        """Tell whether enough was done in this phase."""
        return self.phase < Phase.CLOSED and self.acts >= ENOUGH

    @precondition(can_travel)
    @rule()
    def enter_the_next_phase(self) -> None:
        self.travel_to(self.next_edge() - 1)
        self.acts = 0

    @precondition(can_travel)
    @rule()
    def reach_the_last_second(self) -> None:
        """What follows is the last act of the phase."""
        self.travel_to(self.next_edge() - 2)

    def next_edge(self) -> int:
        return self.rehearsal.opened.rules.times[self.phase]

    def compare(self) -> None:
        """Read what the box holds; only what is sent can have changed it."""
        everybody = [voter.credential.address for voter in self.polls.voters]
        used = [each in self.model.used for each in everybody]
        assert self.handle.used(everybody) == used
        assert self.handle.cast_count() == len(self.model.stored)
        assert self.handle.totals() == self.model.totals()


def prepare() -> None:
    for contest in (LARGE, SMALL):
        open_box(contest)


def test_box_is_the_models() -> None:
    prepare()
    tell(Box, PACE)


def test_weakness_of_a_ballot_box_is_noticed() -> None:
    prepare()
    assert_noticed(Box, PACE, "contracts/BallotBox.vy: a used credential counts again")
