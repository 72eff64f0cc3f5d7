"""What the contracts themselves say at the head of the chain.

docs/protocol.md §8. The running hash shows that none of a contract's events was left
out or changed; its own counts say which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from election.crypto.transcript import Address
from election.errors import EncodingError
from election.protocol.abi import (
    ContractName,
    decode_answer,
    decode_event,
    encode_call,
)
from election.protocol.board import Board, Call, Log
from election.protocol.events import ContestListed, ElectionDeployed, Event
from election.protocol.replay import Contract, Part, find_contracts

RECORD_HASH: Final = "record_hash"
"""The question to every contract that covers all of its events."""

_MOST_TRUSTEES: Final = 10
_VIEWS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.ELECTION: (RECORD_HASH, "extension_counter", "contest_ids", "observers"),
    Part.TRUSTEES: (RECORD_HASH, "attempt", "step", "cer"),
    Part.ISSUERS: (RECORD_HASH, "attempt", "step", "cer"),
    Part.VOTER_LIST: (RECORD_HASH,),
    Part.TALLY: (RECORD_HASH,),
    Part.BOX: (RECORD_HASH, "cast_count"),
}
_VIEWS_OF_CONTEST: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.ELECTION: ("box", "ctx", "candidates_hash"),
    Part.VOTER_LIST: ("root", "size", "online", "paper", "issued"),
    Part.TALLY: ("state", "counts"),
}
_VIEWS_OF_TRUSTEE: Final[Mapping[Part, tuple[str, ...]]] = {Part.TALLY: ("share",)}


@dataclass(frozen=True, slots=True)
class View:
    """A question to a contract; the first argument, if any, is a contest's id."""

    contract: Contract
    function: str
    arguments: tuple[int, ...] = ()

    @property
    def call(self) -> Call:
        """Encode the question."""
        name = self.contract.part.contract_name
        calldata = encode_call(name, self.function, *self.arguments)
        return Call(self.contract.address, calldata)

    @property
    def contest(self) -> int | None:
        """Tell which contest it is about; None for the election as a whole."""
        return self.arguments[0] if self.arguments else self.contract.contest

    @property
    def title(self) -> str:
        """Name the question to a person."""
        arguments = ", ".join(map(str, self.arguments))
        return f"{self.contract.title}: {self.function}({arguments})"


def list_views(
    contracts: Iterable[Contract], contests: Iterable[int], *, trustees: int
) -> tuple[View, ...]:
    """List all questions to the contracts of an election.

    trustees: seats at deployment, so that no later attempt has more.
    """
    ids, members = tuple(contests), range(1, min(trustees, _MOST_TRUSTEES) + 1)
    return tuple(
        view for each in contracts for view in _views_of(each, ids, members=members)
    )


def _views_of(
    contract: Contract, contests: tuple[int, ...], *, members: range
) -> Iterator[View]:
    part = contract.part
    for function in _VIEWS.get(part, ()):
        yield View(contract, function)
    for contest in contests:
        for function in _VIEWS_OF_CONTEST.get(part, ()):
            yield View(contract, function, (contest,))
        for function in _VIEWS_OF_TRUSTEE.get(part, ()):
            for member in members:
                yield View(contract, function, (contest, member))


def list_calls(election: Address, logs: Iterable[Log]) -> tuple[Call, ...]:
    """List what a reader of the chain asks, from the Election contract's own logs."""
    own = [log for log in logs if log.address == election]
    contests, trustees = [], 0
    for event in _decode(own):
        if isinstance(event, ContestListed):
            contests.append(event.contest)
        elif isinstance(event, ElectionDeployed):
            trustees = event.trustees.seats
    views = list_views(find_contracts(election, own), contests, trustees=trustees)
    return tuple(view.call for view in views)


def _decode(logs: Iterable[Log]) -> Iterator[Event]:
    for log in logs:
        try:
            yield decode_event(log, ContractName.ELECTION)
        except EncodingError:
            continue


def read_answer(board: Board, view: View) -> Any:
    """Decode the board's answer to a question.

    Raises EncodingError if there is none, or none of the right form.
    """
    raw = board.answers.get(view.call)
    if raw is None:
        raise EncodingError(view.title, "was not asked")
    return decode_answer(view.contract.part.contract_name, view.function, raw)
