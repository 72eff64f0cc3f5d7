"""The contracts of an election, found from its own events, and all that they said.

docs/protocol.md §7. The Election contract announces every other one; a log of anything
else, or one that does not decode, is kept apart with what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from election.crypto.transcript import Address
from election.errors import EncodingError
from election.protocol.abi import ContractName, decode_event
from election.protocol.board import Board, Log
from election.protocol.events import BoxCreated, ElectionDeployed, Event

EventType_co = TypeVar("EventType_co", covariant=True)
EventType = TypeVar("EventType")


class Part(Enum):
    """What a contract is to the election."""

    ELECTION = ContractName.ELECTION, "election"
    TRUSTEES = ContractName.KEY_CEREMONY, "trustees' ceremony"
    ISSUERS = ContractName.KEY_CEREMONY, "issuers' ceremony"
    VOTER_LIST = ContractName.VOTER_LIST, "voter list"
    TALLY = ContractName.TALLY, "tally"
    BOX = ContractName.BALLOT_BOX, "box"

    @property
    def contract_name(self) -> ContractName:
        """Name the contract that plays this part."""
        return self.value[0]

    @property
    def title(self) -> str:
        """Name the part to a person."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract of the election; contest is that of a box."""

    address: Address
    part: Part
    contest: int | None = None

    @property
    def title(self) -> str:
        """Name the contract to a person."""
        name = self.part.title
        return name if self.contest is None else f"{name} of contest {self.contest}"


@dataclass(frozen=True, slots=True)
class Entry(Generic[EventType_co]):
    """An event with the log that it was decoded from and its contract."""

    log: Log
    contract: Contract
    event: EventType_co


@dataclass(frozen=True, slots=True)
class Refused:
    """A log that is no event of a contract of the election, and why."""

    log: Log
    fact: str


@dataclass(frozen=True, slots=True)
class Replay:
    """Everything that a board says, decoded; nothing of it verified."""

    contracts: Mapping[Address, Contract]
    entries: tuple[Entry[Event], ...]
    refused: tuple[Refused, ...]


def find_contracts(election: Address, logs: Iterable[Log]) -> tuple[Contract, ...]:
    """List the contracts that the Election contract's own logs announce.

    Of two announcements of one address the first counts. Never raises.
    """
    found = {election: Contract(election, Part.ELECTION)}
    for log in logs:
        if log.address == election:
            for contract in _announced(log):
                found.setdefault(contract.address, contract)
    return tuple(found.values())


def _announced(log: Log) -> Sequence[Contract]:
    try:
        event = decode_event(log, ContractName.ELECTION)
    except EncodingError:
        return ()
    if isinstance(event, BoxCreated):
        return (Contract(event.box, Part.BOX, event.contest),)
    if isinstance(event, ElectionDeployed):
        return (
            Contract(event.trustees_ceremony, Part.TRUSTEES),
            Contract(event.issuers_ceremony, Part.ISSUERS),
            Contract(event.voter_list, Part.VOTER_LIST),
            Contract(event.tally, Part.TALLY),
        )
    return ()


def replay_board(board: Board) -> Replay:
    """Decode all logs of a board; never raises."""
    contracts = {
        contract.address: contract
        for contract in find_contracts(board.election, board.logs)
    }
    entries, refused = [], []
    for log in board.logs:
        contract = contracts.get(log.address)
        if contract is None:
            refused.append(Refused(log, "is of a contract outside the election"))
            continue
        try:
            event = decode_event(log, contract.part.contract_name)
            entries.append(Entry(log, contract, event))
        except EncodingError as error:
            refused.append(Refused(log, str(error)))
    return Replay(contracts, tuple(entries), tuple(refused))
