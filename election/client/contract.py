"""A contract at an address: questions to ask it, acts to send it, its events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, TypeVar

from election.client.errors import UnexpectedAnswerError
from election.client.rpc import FINAL, LATEST, Connection
from election.client.wire import Act
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.protocol.abi import ContractName, decode_event, decode_values
from election.protocol.board import Call, Log
from election.protocol.codec import encode_act, read_function
from election.protocol.events import Event

State = TypeVar("State", bound=IntEnum)

MOST_GAS: Final = 30_000_000
"""What one transaction may use; where gas is free, asking for more than is used
costs nothing but room in the block."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract of an election; since: a block before which it said nothing."""

    connection: Connection
    name: ContractName
    address: Address
    since: int = 0

    @property
    def _subject(self) -> str:
        return f"0x{self.address.hex()}"

    def read(self, function: str, *arguments: Any) -> Any:
        """Ask a view with one output.

        Raises UnexpectedAnswerError, ContractRefusedError.
        """
        return self.read_each(function, [arguments])[0]

    def read_number(self, function: str, *arguments: Any, most: int) -> int:
        """Ask a view for a number up to the most that the contract can mean."""
        number: int = self.read(function, *arguments)
        if number > most:
            raise UnexpectedAnswerError(self._subject, f"{function} is above {most}")
        return number

    def read_state(
        self, function: str, *arguments: Any, into: type[State], block: str = LATEST
    ) -> State:
        """Ask a view for one of several states."""
        ((number,),) = self.read_outputs(function, [arguments], block=block)
        if number not in set(into):
            fact = f"{function} is no {into.__name__.lower()}"
            raise UnexpectedAnswerError(self._subject, fact)
        return into(number)

    def read_each(
        self, function: str, arguments: Sequence[tuple[Any, ...]]
    ) -> list[Any]:
        """Ask a view for each of many arguments."""
        return [outputs[0] for outputs in self.read_outputs(function, arguments)]

    def read_outputs(
        self,
        function: str,
        arguments: Sequence[tuple[Any, ...]],
        block: str = LATEST,
    ) -> list[tuple[Any, ...]]:
        """Ask a view for each of many arguments; give all of its outputs.

        An address is its bytes, a list of points their bytes one after another.
        """
        calls = [
            Call(self.address, encode_act(self.name, function, *each))
            for each in arguments
        ]
        outputs = read_function(self.name, function)["outputs"]
        return [
            self._decode(function, outputs, raw)
            for raw in self.connection.call_all(calls, block=block)
        ]

    def _decode(
        self, function: str, outputs: list[dict[str, Any]], raw: bytes
    ) -> tuple[Any, ...]:
        try:
            return decode_values(outputs, raw, subject=self._subject)
        except EncodingError as error:
            fact = f"is no {self.name.value}: {function} does not answer"
            raise UnexpectedAnswerError(self._subject, fact) from error

    def act(self, function: str, *values: Any, gas: int = MOST_GAS) -> Act:
        """Prepare an act; each that takes place announces something."""
        calldata = encode_act(self.name, function, *values)
        return Act(self.address, calldata, gas, announces=True)

    def read_logs(self, *topics: Hash | None) -> tuple[Log, ...]:
        """Read the contract's logs, in order, up to the last final block."""
        connection = self.connection
        head = connection.read_head(FINAL)
        return connection.read_logs(
            [self.address], first=self.since, last=head.number, topics=topics
        )

    def iter_events(self) -> Iterator[Event]:
        """Read what the contract announced, in order, one answer in memory at a time.

        Up to the last final block.
        """
        connection = self.connection
        last = connection.read_head(FINAL).number
        logs = connection.iter_logs([self.address], first=self.since, last=last)
        return (decode_event(log, self.name) for log in logs)

    def read_events(self, *topics: Hash | None) -> tuple[Event, ...]:
        """Read what the contract announced, in order, up to the last final block."""
        return tuple(event for _, event in self.read_entries(*topics))

    def read_entries(self, *topics: Hash | None) -> tuple[tuple[Log, Event], ...]:
        """Read what the contract announced, each with its log."""
        logs = self.read_logs(*topics)
        return tuple((log, decode_event(log, self.name)) for log in logs)
