"""The contracts of an election, found from its own events, and all that they said.

docs/protocol.md §7. The Election contract announces every other one; a log of anything
else, or one that does not decode, is kept apart with what is wrong with it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Generic, TypeVar, cast, get_args, overload

from typing_extensions import override

from election.crypto.transcript import Address
from election.errors import EncodingError
from election.protocol.abi import ContractName, decode_event
from election.protocol.board import Board, Log
from election.protocol.events import (
    BallotCast,
    BoxCreated,
    ElectionDeployed,
    Event,
    LeafEvent,
    Registered,
)

_NO_LOCK: Final = Address(bytes(20))

EventType_co = TypeVar("EventType_co", covariant=True)

_KINDS: Final[tuple[type[Event], ...]] = get_args(Event)
_LEAVES: Final[tuple[type[LeafEvent], ...]] = get_args(LeafEvent)
_MANY: Final[tuple[type[Event], ...]] = (*_LEAVES, BallotCast)
"""Of these there are as many as voters."""


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


class Entry(Generic[EventType_co]):
    """An event with the log that it was decoded from and its contract.

    kind: the type of the event, which is decoded when it is asked for.
    """

    __slots__ = ("_event", "contract", "kind", "log")

    def __init__(
        self, log: Log, contract: Contract, event: EventType_co | type[EventType_co]
    ) -> None:
        """Take an event, or the type of one that the log was found to be."""
        self.log, self.contract = log, contract
        self.kind: type[object] = event if isinstance(event, type) else type(event)
        self._event = None if isinstance(event, type) else event

    @property
    def event(self) -> EventType_co:
        """Give the event."""
        if self._event is None:
            name = self.contract.part.contract_name
            event = decode_event(self.log, name)
            self._event = cast("EventType_co", event)
        return self._event

    @property
    def contest(self) -> int | None:
        """Tell which contest it is about; None for the election as a whole."""
        if self.kind is BallotCast:
            return self.contract.contest
        if self.kind in _MANY:
            return int.from_bytes(self.log.topics[1])  # so that nothing is decoded
        contest: int | None = getattr(self.event, "contest", self.contract.contest)
        return contest


@dataclass(slots=True)
class Moves:
    """What later moves of leaves follow from, of each in the order of the chain.

    nonces, contests, locks: as the event says them, contests as its claim does; no lock
    where there is none.
    """

    nonces: list[int] = field(default_factory=list)
    contests: list[int] = field(default_factory=list)
    locks: list[Address] = field(default_factory=list)
    _known: dict[Address, Address] = field(default_factory=dict)

    def add(self, event: LeafEvent) -> None:
        """Add the next move."""
        lock = event.lock if isinstance(event, Registered) else _NO_LOCK
        self.nonces.append(event.nonce)
        self.contests.append(event.request.contest)
        self.locks.append(self._known.setdefault(lock, lock))  # one object for equals


@dataclass(frozen=True, slots=True)
class Replay:
    """Everything that a board says, decoded; nothing of it verified.

    kinds: of all logs, as places in the list of kinds. kept: the events by the place
    of their log, but for those of which there is one for each voter. refused: by
    place, what is wrong with a log that is no event of a contract of the election.
    moves: of leaves, so that nothing is decoded again to follow one.
    """

    contracts: Mapping[Address, Contract]
    logs: Sequence[Log]
    kinds: Sequence[int]
    kept: Mapping[int, Entry[Event]]
    refused: Mapping[int, str]
    moves: Moves

    @property
    def entries(self) -> Entries[Event]:
        """List the events in the order of the chain."""
        places: Sequence[int] = range(len(self.logs))
        if self.refused:
            places = array("Q", (at for at in places if at not in self.refused))
        return Entries(self, places)

    def entry(self, place: int) -> Entry[Event]:
        """Give the event of a log."""
        entry = self.kept.get(place)
        if entry is None:
            log = self.logs[place]
            return Entry(log, self.contracts[log.address], _KINDS[self.kinds[place]])
        return entry


@dataclass(frozen=True, slots=True, eq=False)
class Entries(Sequence[Entry[EventType_co]]):
    """Some of a record's events, of which only the places are in memory."""

    replay: Replay
    places: Sequence[int]

    @override
    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> Entry[EventType_co]: ...

    @overload
    def __getitem__(self, at: slice) -> Entries[EventType_co]: ...

    @override
    def __getitem__(
        self, at: int | slice
    ) -> Entry[EventType_co] | Entries[EventType_co]:
        if isinstance(at, slice):
            return Entries(self.replay, self.places[at])
        return self._entry(self.places[at])

    @override
    def __iter__(self) -> Iterator[Entry[EventType_co]]:
        return map(self._entry, self.places)

    def _entry(self, place: int) -> Entry[EventType_co]:
        return cast("Entry[EventType_co]", self.replay.entry(place))


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
    """Decode all logs of a board; never raises for what is on it."""
    contracts = {
        contract.address: contract
        for contract in find_contracts(board.election, board.logs)
    }
    kinds, kept, refused = array("B"), dict[int, Entry[Event]](), dict[int, str]()
    moves = Moves()
    for place, log in enumerate(board.logs):
        kinds.append(0)
        contract = contracts.get(log.address)
        if contract is None:
            refused[place] = "is of a contract outside the election"
            continue
        try:
            event = decode_event(log, contract.part.contract_name)
        except EncodingError as error:
            refused[place] = str(error)
            continue
        kinds[place] = _KINDS.index(type(event))
        if isinstance(event, _LEAVES):
            moves.add(event)
        elif not isinstance(event, BallotCast):
            kept[place] = Entry(log, contract, event)
    return Replay(contracts, board.logs, kinds, kept, refused, moves)
