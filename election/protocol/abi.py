"""The committed ABI: from a contract's words to the protocol's values, strictly.

The only keeper of eth_abi. Canonical: what decodes encodes to the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from enum import Enum
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from election.crypto.transcript import Hash, hash_bytes, uint_word
from election.errors import EncodingError
from election.protocol import events
from election.protocol.abi_layout import check_layout
from election.protocol.board import Log
from election.protocol.events import Event

_FOLDER: Final = Path(__file__).resolve().parents[2] / "abi"
_SELECTOR: Final = 4
_POINTS: Final = ("bytes32[4]", "bytes32[8]")


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


@cache
def _event_abis(name: ContractName) -> Mapping[Hash, Mapping[str, Any]]:
    """Index the events of a contract by their first topic."""
    return {
        hash_bytes(_signature(entry).encode()): entry
        for entry in read_abi(name)
        if entry["type"] == "event"
    }


def _signature(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}({','.join(map(_type, entry['inputs']))})"


def _type(parameter: Mapping[str, Any]) -> str:
    """Spell a parameter's type with its tuples written out."""
    name: str = parameter["type"]
    if not name.startswith("tuple"):
        return name
    inner = ",".join(map(_type, parameter["components"]))
    return f"({inner}){name.removeprefix('tuple')}"


def decode_event(log: Log, name: ContractName, *, again: bool = False) -> Event:
    """Decode a log of a contract.

    again: whether this log decoded before, so that its form needs no second look.
    Raises EncodingError for an event that the contract does not have and for bytes
    that are not the one encoding of its fields.
    """
    entry = _event_abis(name).get(log.topics[0]) if log.topics else None
    if entry is None:
        raise EncodingError("log", f"no event of {name.value}")
    subject = f"{name.value}.{entry['name']}"
    indexed = [each for each in entry["inputs"] if each["indexed"]]
    others = [each for each in entry["inputs"] if not each["indexed"]]
    read = _decode if again else partial(decode_values, subject=subject)
    topics, words = read(indexed, b"".join(log.topics[1:])), read(others, log.data)
    values = iter(topics), iter(words)
    ordered = [next(values[0 if each["indexed"] else 1]) for each in entry["inputs"]]
    built: Event = _build(ordered, entry["inputs"], getattr(events, entry["name"]))
    return built


def decode_values(
    parameters: Sequence[Mapping[str, Any]], raw: bytes, *, subject: str
) -> tuple[Any, ...]:
    """Decode ABI-encoded values; raises EncodingError."""
    from eth_abi.abi import encode
    from eth_abi.exceptions import DecodingError

    try:
        check_layout(parameters, raw)  # first: what is read twice is paid for twice
    except EncodingError as error:
        raise EncodingError(subject, "is not in its one encoding") from error
    try:
        values = _decode(parameters, raw)
        canonical = encode([_type(each) for each in parameters], values)
    except (DecodingError, ValueError, OverflowError) as error:
        raise EncodingError(subject, "is not encoded as its abi says") from error
    if canonical != raw:
        raise EncodingError(subject, "is not in its one encoding")
    return values


def _decode(parameters: Sequence[Mapping[str, Any]], raw: bytes) -> tuple[Any, ...]:
    from eth_abi.abi import decode

    values: tuple[Any, ...] = decode([_type(each) for each in parameters], raw)
    return values


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
    return _convert(value, outputs[0], tuple[Any, ...])


@cache
def _function_abi(name: ContractName, function: str) -> Mapping[str, Any]:
    entries = (each for each in read_abi(name) if each["type"] == "function")
    return next(each for each in entries if each["name"] == function)


def _build(
    values: Sequence[Any], parameters: Sequence[Mapping[str, Any]], into: Any
) -> Any:
    """Build a value of the protocol, whose fields stand in the ABI's order."""
    columns = zip(values, parameters, _field_types(into), strict=True)
    return into(*(_convert(value, each, hint) for value, each, hint in columns))


@cache
def _field_types(into: Hashable) -> tuple[Any, ...]:
    hints = get_type_hints(into)
    return tuple(hints[name] for name in hints)


def _convert(value: Any, parameter: Mapping[str, Any], hint: Any) -> Any:
    name: str = parameter["type"]
    if name in _POINTS:
        return b"".join(value)
    if name.endswith("]"):
        one = {**parameter, "type": name[: name.rindex("[")]}
        if one["type"] in _POINTS:
            return b"".join(_convert(each, one, bytes) for each in value)
        return tuple(_convert(each, one, get_args(hint)[0]) for each in value)
    if name == "tuple":
        return _build(value, parameter["components"], hint)
    if name == "address":
        return bytes.fromhex(value.removeprefix("0x"))
    return value
