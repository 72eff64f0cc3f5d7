"""What stands in the way of a leaf's next step, said before anything is sent.

docs/protocol.md §6. A leaf's state is changed by its steps alone, each of which makes
older requests void: what a state forbids now, it forbids a request for ever. A phase
that is still to come forbids nothing for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from election.client.contract import Contract
from election.client.contracts.election import Election
from election.client.contracts.voter_list import VoterList
from election.crypto.transcript import Address, Hash
from election.protocol.abi import ContractName
from election.protocol.attestation import Action
from election.protocol.text import spell_time
from election.protocol.voter_list import LeafState
from scripts.shared.errors import NotYetError, RuledOutError


class Move(Enum):
    """What can become of a leaf."""

    REGISTER = "request to register"
    WITHDRAW = "request to withdraw"
    ISSUE = "request for a credential"
    PAPER = "mark of a paper ballot"


MOVES: Final[Mapping[Action, Move]] = {
    Action.REGISTER: Move.REGISTER,
    Action.WITHDRAW: Move.WITHDRAW,
    Action.ISSUE: Move.ISSUE,
}
_FROM: Final[Mapping[Move, LeafState]] = {
    Move.REGISTER: LeafState.NONE,
    Move.WITHDRAW: LeafState.ONLINE,
    Move.ISSUE: LeafState.ONLINE,
    Move.PAPER: LeafState.NONE,
}
_STATES: Final[Mapping[LeafState, str]] = {
    LeafState.NONE: "it is not registered to vote online",
    LeafState.ONLINE: "it is registered to vote online already",
    LeafState.PAPER: "it was given a paper ballot",
    LeafState.ISSUED: "it was issued a credential already",
}
FOLLOWS: Final[Mapping[str | None, str]] = {
    None: "with --rpc-url it shows what the chain has of this line",
    "none": "`veche request register` asks to vote online, until lists are closed",
    "online": "`veche request issue` asks for a credential, while polls are open",
    "paper": "vote on paper: who was given a paper ballot does not vote online",
    "issued": "`veche credential`, then `veche ballot`, if that is still to do",
}
"""What a voter does next, by the name of the own leaf's state; None if not known."""
_REMAINS_LATE: Final[Mapping[Move, str]] = {
    Move.REGISTER: "whoever is not registered to vote online is given a paper ballot "
    "by the polling station, while polls are open",
    Move.WITHDRAW: "whoever is registered to vote online votes online: "
    "`veche request issue`, while polls are open",
}
_REMAINS: Final[Mapping[tuple[Move, LeafState], str]] = {
    (Move.REGISTER, LeafState.ONLINE): "vote with `veche request issue`, while polls "
    "are open",
    (Move.ISSUE, LeafState.NONE): "the polling station gives a paper ballot, while "
    "polls are open",
    (Move.ISSUE, LeafState.ISSUED): "use the first request's file and its key, with "
    "`veche credential`; if the file is lost, whoever attested or sent it has a copy; "
    "if the key is lost, nothing remains: a leaf gets one credential",
    (Move.PAPER, LeafState.ONLINE): "give no paper ballot: this voter votes online",
    (Move.PAPER, LeafState.ISSUED): "give no paper ballot: this voter votes online",
    (Move.PAPER, LeafState.PAPER): "give no second one",
}
"""What helps, by what is asked and what the leaf is instead."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a move is taken, and the chain's time, Unix seconds; the end is outside."""

    start: int
    end: int
    now: int

    @property
    def too_early(self) -> str | None:
        """Say from when on the move is taken, if that is still to come."""
        if self.now >= self.start:
            return None
        return f"is taken from {spell_time(self.start)} on"

    @property
    def too_late(self) -> str | None:
        """Say until when the move was taken, if that is over."""
        if self.now < self.end:
            return None
        return f"was taken until {spell_time(self.end)}"


def read_span(voter_list: VoterList, election: Address, move: Move) -> Span:
    """Read when a move is taken; names no leaf."""
    connection = voter_list.contract.connection
    handle = Election(Contract(connection, ContractName.ELECTION, election))
    now, times = connection.read_clock(), handle.times()
    if move in (Move.REGISTER, Move.WITHDRAW):
        return Span(times.registration, times.freeze, now)
    closing, _ = handle.closings()
    return Span(times.opening, closing, now)


def require_state(
    voter_list: VoterList, leaf: Hash, move: Move, *, voter: str | None = None
) -> None:
    """Raise RuledOutError if the leaf's state forbids a move, and so a request for it.

    voter: the identifier of whoever the leaf is of, where it was typed.
    """
    state = voter_list.state(leaf)
    if state is not _FROM[move]:
        whose = f"leaf 0x{leaf.hex()}" + (f", of voter {voter}" if voter else "")
        fact = f"cannot move {whose}: {_STATES[state]}"
        raise RuledOutError(move.value, fact, hint=_REMAINS.get((move, state)))


def require_time(voter_list: VoterList, election: Address, move: Move) -> None:
    """Raise RuledOutError for a move that is too late, NotYetError if too early."""
    span = read_span(voter_list, election, move)
    if span.too_late is not None:
        raise RuledOutError(move.value, span.too_late, hint=_REMAINS_LATE.get(move))
    if span.too_early is not None:
        raise NotYetError(move.value, span.too_early)
