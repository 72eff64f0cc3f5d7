"""The events of a board, decoded and in order; nothing of it verified.

Contracts are those that the Election contract itself announces. Points arrive as words
and are joined to the bytes of docs/protocol.md §1.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from typing import Any, Final, overload

from typing_extensions import override

from reference.abi import Struct, Type, decode, decode_word
from reference.bundle import Bundle
from reference.curve import G1_BYTES, Point, cut, decode_g1, decode_g2, decode_points
from reference.errors import RefutedError, claim, refute
from reference.events import EVENTS, POINT, POINT_2, POINTS
from reference.log_file import Log

MANY: Final = {"Registered", "Withdrawn", "PaperMarked", "Issued", "BallotCast"}
"""Names of the events of which there are as many as voters."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract's part in the election; contest is that of a box."""

    address: bytes
    part: str
    contest: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a contract; contest is that which it names, or its box's."""

    log: Log
    contract: Contract
    name: str
    fields: Mapping[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.fields[field]

    @property
    def contest(self) -> int | None:
        """Tell which contest this is about, if about one."""
        contest: int | None = self.fields.get("contest", self.contract.contest)
        return contest


@dataclass(frozen=True, slots=True)
class Box:
    """What a box checks ballots against: ctx, H_1..H_L and PK."""

    ctx: bytes
    keys: tuple[Point, ...]
    credential_key: Point


@dataclass(frozen=True, slots=True)
class Tally:
    """The sums of a box: N, A_sum, in bytes too, and B_sum_1..L."""

    box: Box
    cast_count: int
    a_sum_bytes: bytes
    a_sum: Point
    b_sums: tuple[Point, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Events(Sequence[Event]):
    """Some events of a record by their places; see `Record.event`."""

    record: Record
    places: Sequence[int]

    @override
    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> Event: ...

    @overload
    def __getitem__(self, at: slice) -> Events: ...

    @override
    def __getitem__(self, at: int | slice) -> Event | Events:
        if isinstance(at, slice):
            return Events(self.record, self.places[at])
        return self.record.event(self.places[at])

    @override
    def __iter__(self) -> Iterator[Event]:
        return map(self.record.event, self.places)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the logs are, by their places: events, or none.

    few: the events of which there is not one for each voter. refused: the places of
    what is none. named: places by name, and by name with contest or part.
    """

    few: dict[int, Event]
    refused: set[int]
    named: dict[tuple[str, int | str | None], array[int]]


@dataclass(frozen=True)
class Record:
    """All that is published, to be looked up by name."""

    bundle: Bundle

    @cached_property
    def contracts(self) -> Mapping[bytes, Contract]:
        """Find the contracts; of two announcements of an address the first counts."""
        election = Contract(self.bundle.election, "election")
        found = {election.address: election}
        for log in self.bundle.logs:
            if log.address == election.address:
                for contract in _announced(log, election):
                    found.setdefault(contract.address, contract)
        return found

    @cached_property
    def decoded(self) -> Decoded:
        """Decode every log once, and forget what there is of each voter."""
        read = Decoded({}, set(), {})
        for place, log in enumerate(self.bundle.logs):
            try:
                event = self._decode(log)
            except RefutedError:
                read.refused.add(place)
                continue
            if event.name not in MANY:
                read.few[place] = event
            for key in {None, event.contest, event.contract.part}:
                read.named.setdefault((event.name, key), array("Q")).append(place)
        return read

    def _decode(self, log: Log) -> Event:
        contract = self.contracts.get(log.address)
        if contract is None:
            return refute("is of a contract outside the election")
        return decode_event(log, contract)

    def event(self, place: int) -> Event:
        """Give the event of a log, decoded anew if it is one of many.

        Raises RefutedError, with the fact, if it is none.
        """
        event = self.decoded.few.get(place)
        return self._decode(self.bundle.logs[place]) if event is None else event

    @cached_property
    def events(self) -> Events:
        """List the logs that are events."""
        refused = self.decoded.refused
        places = (at for at in range(len(self.bundle.logs)) if at not in refused)
        return Events(self, array("Q", places))

    def every(
        self, *names: str, contest: int | None = None, part: str | None = None
    ) -> Events:
        """List the events of these names, in order; of a contest or a part if given."""
        places = (self._find_places(name, contest, part) for name in names)
        return Events(self, array("Q", merge(*places)))

    def of_part(self, part: str) -> list[Event]:
        """List all events of a ceremony."""
        few = sorted(self.decoded.few.items())
        return [event for _, event in few if event.contract.part == part]

    def _find_places(
        self, name: str, contest: int | None, part: str | None
    ) -> Sequence[int]:
        key = contest if part is None else part
        return self.decoded.named.get((name, key), ())

    def last(
        self, name: str, *, contest: int | None = None, part: str | None = None
    ) -> Event:
        """Give the last event of a name; raises RefutedError if there is none."""
        places = self._find_places(name, contest, part)
        return self.event(places[-1]) if places else refute(f"there is no {name}")

    @cached_property
    def deployed(self) -> Event:
        """Give the announcement of the election."""
        return self.last("ElectionDeployed")

    @cached_property
    def rules(self) -> Mapping[str, Any]:
        """Give the rules of the election."""
        rules: Mapping[str, Any] = self.deployed["rules"]
        return rules

    @cached_property
    def contests(self) -> tuple[Event, ...]:
        """List the contests as they were announced."""
        return tuple(self.every("ContestListed"))

    def require_election(self) -> None:
        """Raise RefutedError unless there is an election."""
        self.last("ElectionDeployed")

    def is_before(self, time: int) -> bool:
        """Tell whether the head is before one of the seven times, from 0."""
        moment: int = self.rules["times"][time]
        return self.bundle.head_timestamp < moment

    def is_running(self, part: str) -> bool:
        """Tell whether a ceremony may still go on: in KEYS, until it ends."""
        ends = self.every("CeremonyFinal", "CeremonyFailed", part=part)
        return not ends and self.is_before(1)

    def final_attempt(self, part: str) -> tuple[int, tuple[bytes, ...]]:
        """Give the number and the members of a ceremony's final attempt."""
        number: int = self.last("CeremonyFinal", part=part)["attempt"]
        for event in self.every("AttemptStarted", part=part):
            if event["attempt"] == number:
                return number, event["members"]
        return refute("the final attempt did not start")

    def derived(self, part: str) -> dict[int, Event]:
        """Give what the final attempt derived, by slot."""
        number, _ = self.final_attempt(part)
        slots = self.every("SlotDerived", part=part)
        return {each["slot"]: each for each in slots if each["attempt"] == number}

    def box(self, contest: int) -> Box:
        """Give what a contest's box announced; raises RefutedError."""
        opened = self.last("BoxOpened", contest=contest)
        keys = tuple(decode_g1(raw) for raw in cut(opened["election_keys"], G1_BYTES))
        claim(2 <= len(keys) <= 16, "box has not 2 to 16 keys")
        return Box(opened["ctx"], keys, decode_g2(opened["credential_key"]))

    def tally(self, contest: int) -> Tally:
        """Give what was frozen of a contest; raises RefutedError."""
        frozen = self.last("TallyFrozen", contest=contest)
        box, raw = self.box(contest), frozen["totals"]
        a_sum, *b_sums = decode_points(raw) or refute("tally has no sums")
        claim(len(b_sums) == len(box.keys), "tally has not one sum for each slot")
        return Tally(box, frozen["cast_count"], raw[:G1_BYTES], a_sum, tuple(b_sums))


def decode_event(log: Log, contract: Contract) -> Event:
    """Decode a log of a contract; raises RefutedError unless it is in its one form."""
    first = log.topics[0] if log.topics else b""
    kind = EVENTS[contract.part].get(first)
    if kind is None:
        return refute("is no event of its contract")
    names = [(name, each) for name, each in kind.fields.fields if name in kind.indexed]
    others = [each for each in kind.fields.fields if each[0] not in kind.indexed]
    claim(len(log.topics) == len(names) + 1, "has another number of topics")
    topics = zip(names, log.topics[1:], strict=True)
    fields = {name: decode_word(each, word) for (name, each), word in topics}
    fields |= decode(Struct(tuple(others)), log.data)
    joined = {name: _join(each, fields[name]) for name, each in kind.fields.fields}
    return Event(log, contract, kind.name, joined)


def _join(kind: Type, value: Any) -> Any:
    """Join the words of points to bytes."""
    if kind in (POINT, POINT_2):
        return b"".join(value)
    if kind == POINTS:
        return b"".join(_join_words(value))
    return value


def _join_words(points: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    return (b"".join(words) for words in points)


def _announced(log: Log, election: Contract) -> tuple[Contract, ...]:
    try:
        event = decode_event(log, election)
    except RefutedError:
        return ()
    if event.name == "BoxCreated":
        return (Contract(event["box"], "box", event["contest"]),)
    if event.name == "ElectionDeployed":
        return (
            Contract(event["trustees_ceremony"], "trustees"),
            Contract(event["issuers_ceremony"], "issuers"),
            Contract(event["voter_list"], "voter list"),
            Contract(event["tally"], "tally"),
        )
    return ()
