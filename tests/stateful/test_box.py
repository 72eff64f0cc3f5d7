"""Ballot boxes: whatever is cast, again or tampered with, the sums are the model's."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from typing_extensions import override

from election.client.wire import Receipt
from election.crypto.transcript import Address
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import BallotCast, BallotSkipped
from election.protocol.phases import Phase
from scripts.demo.node_process import travel_to
from tests.contracts.rehearsal import LARGE, SMALL
from tests.stateful.box_model import BoxModel, Slip
from tests.stateful.pace import tell
from tests.stateful.slips import RESIGNED, UNSIGNED, open_box, tamper

TAMPERINGS: Final = sorted({**RESIGNED, **UNSIGNED})
versions: Final = st.lists(st.sampled_from((0, 1, None)), min_size=4, max_size=4)
"""Which of a voter's ballots is in a batch, if any."""


def told(receipt: Receipt, kind: type[BallotCast | BallotSkipped]) -> list[Address]:
    """List whose ballots an act announced as stored, or as skipped."""
    events = (decode_event(log, ContractName.BALLOT_BOX) for log in receipt.logs)
    return [event.credential for event in events if type(event) is kind]


class Box(RuleBasedStateMachine):
    """One contest's polls, and relays who send all they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()

    @initialize(contest=st.sampled_from((LARGE, SMALL)))
    def begin(self, contest: int) -> None:
        self.polls = open_box(contest)
        self.rehearsal = self.stack.enter_context(self.polls.rehearsal.unwound())
        self.handle = self.polls.contest.handle
        keys = self.polls.contest.box.election_keys
        self.model = BoxModel(keys, self.polls.issued)
        self.compare()

    @override
    def teardown(self) -> None:
        self.stack.close()

    @property
    def phase(self) -> Phase:
        now = self.rehearsal.opened.connection.read_clock()
        return Phase(sum(edge <= now for edge in self.rehearsal.opened.rules.times))

    def pick(self, chosen: Sequence[int | None]) -> list[Slip]:
        """Give the batch; credentials increase."""
        pairs = zip(self.polls.voters, chosen, strict=False)
        return [voter.slips[at] for voter, at in pairs if at is not None]

    def attempt(self, batch: Sequence[Slip], expected: str | None) -> None:
        act = self.handle.cast([slip.raw for slip in batch])
        if expected is not None:
            assert self.rehearsal.refusal(act) == expected
        else:
            new = self.model.new(batch)
            receipt = self.rehearsal.send(act)
            assert told(receipt, BallotCast) == [slip.credential for slip in new]
            skipped = [slip.credential for slip in batch if slip not in new]
            assert told(receipt, BallotSkipped) == skipped
            self.model.stored += new
            self.compare()

    @rule(chosen=versions)
    def cast(self, chosen: Sequence[int | None]) -> None:
        """Cast new and used ones, and other ballots of used credentials."""
        batch = self.pick(chosen)
        self.attempt(batch, self.model.refusal(batch, self.phase))

    @rule(place=st.integers(0, 3), version=st.integers(0, 1))
    def cast_one(self, place: int, version: int) -> None:
        batch = [self.polls.voters[place].slips[version]]
        self.attempt(batch, self.model.refusal(batch, self.phase))

    @rule(first=st.integers(0, 3), gap=st.integers(0, 3), version=st.integers(0, 1))
    def cast_in_disorder(self, first: int, gap: int, version: int) -> None:
        """Cast one voter twice, or a greater credential before a smaller one."""
        voters = self.polls.voters
        batch = [voters[first].slips[0], voters[max(0, first - gap)].slips[version]]
        self.attempt(batch, self.model.refusal(batch, self.phase))

    @rule(chosen=versions, place=st.integers(0, 3), name=st.sampled_from(TAMPERINGS))
    def cast_with_a_bad_one(
        self, chosen: list[int | None], place: int, name: str
    ) -> None:
        """A bad ballot stops a batch, unless its credential is used."""
        voter = self.polls.voters[place]
        raw, reason = tamper(self.polls, voter, name)
        bad = replace(voter.slips[0], raw=raw)
        chosen[place] = 0
        batch = [
            bad if slip.credential == bad.credential else slip
            for slip in self.pick(chosen)
        ]
        expected = self.model.refusal(batch, self.phase)
        is_early = name in (*UNSIGNED, "no sigma", "seq")  # seen before the numbers
        if self.model.new([bad]) and (
            expected is None or (is_early and self.phase < Phase.CLOSED)
        ):
            expected = reason
        self.attempt(batch, expected)

    @precondition(lambda self: self.phase < Phase.CLOSED and self.model.stored)
    @rule(shift=st.sampled_from((-1, -2)))
    def travel_to_the_next_phase(self, shift: int) -> None:
        """Mine before an edge; what follows meets the next second."""
        connection = self.rehearsal.opened.connection
        edge = self.rehearsal.opened.rules.times[self.phase]
        travel_to(connection, max(connection.read_clock(), edge + shift))

    def compare(self) -> None:
        """Read what the box holds; only what is sent can have changed it."""
        everybody = [voter.credential.address for voter in self.polls.voters]
        used = [each in self.model.used for each in everybody]
        assert self.handle.used(everybody) == used
        assert self.handle.cast_count() == len(self.model.stored)
        assert self.handle.totals() == self.model.totals()


def test_box_is_the_models() -> None:
    for contest in (LARGE, SMALL):
        open_box(contest)
    tell(Box, stories=14, steps=10)
