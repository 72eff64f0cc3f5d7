"""The committed ABI: from a contract's words to the protocol's values, strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

from election.crypto.transcript import Hash, hash_bytes, uint_word
from election.errors import EncodingError
from election.protocol import events
from election.protocol.abi_reader import Read, list_field_types, make_reader
from election.protocol.board import Log
from election.protocol.events import Event

_FOLDER: Final = Path(__file__).resolve().parents[2] / "abi"
_SELECTOR: Final = 4


class ContractName(Enum):
    """The contracts that an election is made of."""

    ELECTION = "Election"
    KEY_CEREMONY = "KeyCeremony"
    CEREMONY_PROOFS = "CeremonyProofs"
    VOTER_LIST = "VoterList"
    BALLOT_BOX = "BallotBox"
    TALLY = "Tally"
    DEPLOYER = "Deployer"


@cache
def read_abi(name: ContractName) -> tuple[Mapping[str, Any], ...]:
    """Read the committed ABI of a contract."""
    return tuple(json.loads((_FOLDER / f"{name.value}.json").read_text()))


@dataclass(frozen=True, slots=True)
class _EventReader:
    """How a log of one event is read.

    order: of the values that stand in topics and then in data, the place of each field.
    """

    subject: str
    topics: Read
    data: Read
    order: tuple[int, ...]
    into: Any


@cache
def _event_readers(name: ContractName) -> Mapping[Hash, _EventReader]:
    """Make a reader for each event of a contract, by its first topic."""
    return {
        hash_bytes(_signature(entry).encode()): _make_event_reader(name, entry)
        for entry in read_abi(name)
        if entry["type"] == "event"
    }


def _make_event_reader(name: ContractName, entry: Mapping[str, Any]) -> _EventReader:
    into, inputs = getattr(events, entry["name"]), entry["inputs"]
    hints = list_field_types(into)
    split = [
        [at for at, each in enumerate(inputs) if each["indexed"] is is_indexed]
        for is_indexed in (True, False)
    ]
    topics, data = (
        make_reader([inputs[at] for at in places], [hints[at] for at in places])
        for places in split
    )
    places = [*split[0], *split[1]]
    order = tuple(places.index(at) for at in range(len(places)))
    return _EventReader(f"{name.value}.{entry['name']}", topics, data, order, into)


@cache
def find_topic(name: ContractName, event: str) -> Hash:
    """Find the first topic of a contract's event, by which its logs are asked for."""
    entries = (each for each in read_abi(name) if each["type"] == "event")
    entry = next(each for each in entries if each["name"] == event)
    return hash_bytes(_signature(entry).encode())


def _signature(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}({','.join(map(_type, entry['inputs']))})"


def _type(parameter: Mapping[str, Any]) -> str:
    """Spell a parameter's type with its tuples written out."""
    name: str = parameter["type"]
    if not name.startswith("tuple"):
        return name
    inner = ",".join(map(_type, parameter["components"]))
    return f"({inner}){name.removeprefix('tuple')}"


def decode_event(log: Log, name: ContractName) -> Event:
    """Decode a log of a contract.

    Raises EncodingError for an event that the contract does not have and for bytes
    that are not the one encoding of its fields.
    """
    reader = _event_readers(name).get(log.topics[0]) if log.topics else None
    if reader is None:
        raise EncodingError("log", f"no event of {name.value}")
    try:
        values = reader.topics(b"".join(log.topics[1:])) + reader.data(log.data)
    except EncodingError as error:
        raise EncodingError(reader.subject, "is not in its one encoding") from error
    event: Event = reader.into(*[values[at] for at in reader.order])
    return event


def decode_values(
    parameters: Sequence[Mapping[str, Any]], raw: bytes, *, subject: str
) -> tuple[Any, ...]:
    """Decode ABI-encoded values as `make_reader` reads them; raises EncodingError."""
    try:
        return make_reader(parameters)(raw)
    except EncodingError as error:
        raise EncodingError(subject, "is not in its one encoding") from error


def decode_act(name: ContractName, calldata: bytes) -> tuple[str, tuple[Any, ...]]:
    """Decode a call of a contract: the function, and the values that it is given.

    Raises EncodingError for a function that the contract does not have, or that changes
    nothing, and for bytes that are not the one encoding of its values.
    """
    for entry in read_abi(name):
        is_act = entry["type"] == "function" and entry["stateMutability"] != "view"
        if (
            is_act
            and hash_bytes(_signature(entry).encode())[:_SELECTOR]
            == (calldata[:_SELECTOR])
        ):
            function = entry["name"]
            subject = f"{name.value}.{function}"
            raw = calldata[_SELECTOR:]
            return function, decode_values(entry["inputs"], raw, subject=subject)
    raise EncodingError("call", f"is of no act of {name.value}")


def encode_call(name: ContractName, function: str, *arguments: int) -> bytes:
    """Encode a call of a view that takes numbers."""
    entry = _function_abi(name, function)
    selector = hash_bytes(_signature(entry).encode())[:_SELECTOR]
    return selector + b"".join(map(uint_word, arguments))


def decode_answer(name: ContractName, function: str, raw: bytes) -> Any:
    """Decode what a view with one output answered; raises EncodingError."""
    outputs = _function_abi(name, function)["outputs"]
    subject = f"{name.value}.{function}"
    (value,) = decode_values(outputs, raw, subject=subject)
    return value


@cache
def _function_abi(name: ContractName, function: str) -> Mapping[str, Any]:
    entries = (each for each in read_abi(name) if each["type"] == "function")
    return next(each for each in entries if each["name"] == function)
