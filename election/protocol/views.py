"""What the contracts themselves say at the head of the chain.

docs/protocol.md §8. Most logs are missed by what follows from them; these questions
are about the rest: a contract's own count shows that none of its events was left out.
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
from election.protocol.events import ContestListed
from election.protocol.replay import Contract, Part, find_contracts

_VIEWS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.ELECTION: ("extension_counter", "contest_ids", "observers"),
    Part.TRUSTEES: ("attempt", "step", "cer"),
    Part.ISSUERS: ("attempt", "step", "cer"),
    Part.BOX: ("cast_count",),
}
_VIEWS_OF_CONTEST: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.ELECTION: ("box", "ctx", "candidates_hash"),
    Part.VOTER_LIST: ("root", "size", "online", "paper", "issued"),
    Part.TALLY: ("state", "counts"),
}


@dataclass(frozen=True, slots=True)
class View:
    """A question to a contract; contest is its argument, if it takes one."""

    contract: Contract
    function: str
    contest: int | None = None

    @property
    def call(self) -> Call:
        """Encode the question."""
        name = self.contract.part.contract_name
        arguments = () if self.contest is None else (self.contest,)
        calldata = encode_call(name, self.function, *arguments)
        return Call(self.contract.address, calldata)

    @property
    def title(self) -> str:
        """Name the question to a person."""
        argument = "" if self.contest is None else str(self.contest)
        return f"{self.contract.title}: {self.function}({argument})"


def list_views(
    contracts: Iterable[Contract], contests: Iterable[int]
) -> tuple[View, ...]:
    """List all questions to the contracts of an election with these contests."""
    ids = tuple(contests)
    return tuple(view for each in contracts for view in _views_of(each, ids))


def _views_of(contract: Contract, contests: tuple[int, ...]) -> Iterator[View]:
    for function in _VIEWS.get(contract.part, ()):
        yield View(contract, function)
    for function in _VIEWS_OF_CONTEST.get(contract.part, ()):
        for contest in contests:
            yield View(contract, function, contest)


def list_calls(election: Address, logs: Iterable[Log]) -> tuple[Call, ...]:
    """List what a reader of the chain asks, from the Election contract's own logs."""
    own = [log for log in logs if log.address == election]
    views = list_views(find_contracts(election, own), _listed_contests(own))
    return tuple(view.call for view in views)


def _listed_contests(logs: Iterable[Log]) -> Iterator[int]:
    for log in logs:
        try:
            event = decode_event(log, ContractName.ELECTION)
        except EncodingError:
            continue
        if isinstance(event, ContestListed):
            yield event.contest


def read_answer(board: Board, view: View) -> Any:
    """Decode the board's answer to a question.

    Raises EncodingError if there is none, or none of the right form.
    """
    raw = board.answers.get(view.call)
    if raw is None:
        raise EncodingError(view.title, "was not asked")
    return decode_answer(view.contract.part.contract_name, view.function, raw)
