"""What the leaves of a voter list may become, told without the contract.

docs/protocol.md §6: NONE, ONLINE, PAPER, ISSUED, and what an act needs to move a leaf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from election.crypto.signature import SigningKey
from election.crypto.transcript import ZERO_HASH, Hash
from election.protocol.attestation import Action
from election.protocol.phases import Phase
from election.protocol.voter_list import LeafState
from tests.contracts.rehearsal import LARGE, SMALL

LEAVES: Final = ((LARGE, 5), (LARGE, 6), (SMALL, 1))
"""The leaves of a story: contest and index."""

LARGEST: Final = 2**24
"""Voters of a list."""

NOT_LISTED: Final = "voter_list: leaf is not on the list"
EXPIRED: Final = "voter_list: attestation has expired"
WRONG: Final = "voter_list: attestation is not by the right organisation"


class Stage(IntEnum):
    """What the contract looks at, in its order."""

    PROOF = 1
    PORTAL = 2
    SMS = 3
    LOCK = 4
    POINT = 5


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with an act, where, and what the contract says."""

    stage: Stage
    reason: str


@dataclass(frozen=True, slots=True)
class Intent:
    """An attested act, sent now or later. nonce, expiry: as attested."""

    place: int
    action: Action
    nonce: int
    expiry: int
    lock: SigningKey | None = field(default=None, repr=False)
    subject: Hash = ZERO_HASH
    flaw: Flaw | None = None


@dataclass(slots=True)
class Leaf:
    """One voter's leaf."""

    contest: int
    state: LeafState = LeafState.NONE
    nonce: int = 0
    lock: SigningKey | None = field(default=None, repr=False)
    blinded: Hash = ZERO_HASH

    def move(self, state: LeafState) -> None:
        """Move, and count it."""
        self.state = state
        self.nonce += 1


_RULES: Final[Mapping[Action, tuple[Phase, str, LeafState, str]]] = {
    Action.REGISTER: (
        Phase.REGISTRATION,
        "voter_list: registration is closed",
        LeafState.NONE,
        "voter_list: leaf is registered already",
    ),
    Action.WITHDRAW: (
        Phase.REGISTRATION,
        "voter_list: withdrawal is closed",
        LeafState.ONLINE,
        "voter_list: leaf is not registered",
    ),
    Action.ISSUE: (
        Phase.VOTING,
        "voter_list: issuing is closed",
        LeafState.ONLINE,
        "voter_list: leaf may not be issued a credential",
    ),
}
_NEXT: Final = {
    Action.REGISTER: LeafState.ONLINE,
    Action.WITHDRAW: LeafState.NONE,
    Action.ISSUE: LeafState.ISSUED,
}


@dataclass(slots=True)
class LeavesModel:
    """Some leaves of two contests."""

    times: Sequence[int]
    leaves: list[Leaf] = field(
        default_factory=lambda: [Leaf(contest) for contest, _ in LEAVES]
    )

    def phase(self, now: int) -> Phase:
        """Tell the phase; nothing is extended."""
        return Phase(sum(edge <= now for edge in self.times))

    def fitting_actions(self, place: int, now: int) -> list[Action]:
        """List the attested acts that are possible for a leaf at this time."""
        there = self.phase(now), self.leaves[place].state
        return [
            each for each, (phase, _, at, _) in _RULES.items() if (phase, at) == there
        ]

    def list_refusal(
        self, contest: int, size: int, now: int, *, is_by_commission: bool
    ) -> str | None:
        """Tell why a list is not published, or corrected."""
        if not is_by_commission:
            return "voter_list: only the commission publishes"
        if self.phase(now) is not Phase.LIST:
            return "voter_list: lists are closed"
        if contest not in (LARGE, SMALL):
            return "voter_list: no such contest"
        if not 0 < size <= LARGEST:
            return "voter_list: size is zero or too large"
        return None

    def refusal(self, intent: Intent, now: int) -> str | None:
        """Tell why an act is refused at this time."""
        leaf = self.leaves[intent.place]
        phase, closed, state, misplaced = _RULES[intent.action]
        if self.phase(now) is not phase:
            return closed
        flaw = intent.flaw
        if flaw is not None and flaw.stage is Stage.PROOF:
            return flaw.reason
        if leaf.state is not state:
            return misplaced
        if now > intent.expiry:
            return EXPIRED
        if intent.nonce != leaf.nonce:
            return WRONG
        return None if flaw is None else flaw.reason

    def perform(self, intent: Intent) -> None:
        """Take an act that is not refused."""
        leaf = self.leaves[intent.place]
        leaf.move(_NEXT[intent.action])
        if intent.action is Action.ISSUE:
            leaf.blinded = intent.subject
        else:
            leaf.lock = intent.lock

    def paper_refusal(
        self, place: int, now: int, *, is_by_station: bool, is_listed: bool
    ) -> str | None:
        """Tell why a leaf is not marked."""
        if not is_by_station:
            return "voter_list: only the polling station marks paper"
        if self.phase(now) is not Phase.VOTING:
            return "voter_list: polls are not open"
        if not is_listed:
            return NOT_LISTED
        if self.leaves[place].state is not LeafState.NONE:
            return "voter_list: leaf votes online or has voted"
        return None

    def counts(self, contest: int) -> tuple[int, int, int]:
        """Count who is online, on paper, issued a credential."""
        states = [each.state for each in self.leaves if each.contest == contest]
        online, paper, issued = (
            states.count(state)
            for state in (LeafState.ONLINE, LeafState.PAPER, LeafState.ISSUED)
        )
        return online + issued, paper, issued
