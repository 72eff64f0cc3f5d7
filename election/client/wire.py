"""What travels in JSON-RPC: values out, and a node's answers in, strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from election.client.errors import ConnectionFailedError
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.protocol.board import Head, Log


@dataclass(frozen=True, slots=True)
class Act:
    """What an account may ask of a contract. to: none to create one.

    gas: the most that it may use.
    """

    to: Address | None
    payload: bytes
    gas: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction that succeeded; created: the new contract."""

    transaction: Hash
    block_number: int
    gas_used: int
    created: Address | None
    logs: tuple[Log, ...]


@contextmanager
def well_formed(url: str) -> Iterator[None]:
    """Turn whatever is wrong with the form of an answer into one error."""
    try:
        yield
    except (
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
        EncodingError,
    ) as error:
        fact = "answers what no node would"
        raise ConnectionFailedError(url, fact) from error


def hexed(raw: bytes) -> str:
    """Write bytes as hex after 0x."""
    return "0x" + raw.hex()


def parse_bytes(text: str, *, size: int | None = None) -> bytes:
    """Parse hex after 0x; size: the number of bytes that it must be."""
    raw = bytes.fromhex(text.removeprefix("0x"))
    if size not in (None, len(raw)):
        raise EncodingError("answer", f"{len(raw)} bytes instead of {size}")
    return raw


def parse_number(text: str) -> int:
    """Parse a quantity."""
    return int(text, 16)


def iter_list(raw: Any) -> Iterator[Any]:
    """Go through a list and nothing else."""
    if not isinstance(raw, list):
        raise EncodingError("answer", "is no list")
    return iter(raw)


def parse_head(raw: Mapping[str, Any]) -> Head:
    """Parse a block's header."""
    return Head(parse_number(raw["number"]), parse_number(raw["timestamp"]))


def parse_log(raw: Mapping[str, Any], times: Mapping[str, str]) -> Log:
    """Parse a log; times: of blocks by number, where the log has none itself."""
    timestamp = raw.get("blockTimestamp") or times[raw["blockNumber"]]
    return Log(
        address=Address(parse_bytes(raw["address"], size=20)),
        topics=tuple(Hash(parse_bytes(topic, size=32)) for topic in raw["topics"]),
        data=parse_bytes(raw["data"]),
        block_number=parse_number(raw["blockNumber"]),
        timestamp=parse_number(timestamp),
        transaction=Hash(parse_bytes(raw["transactionHash"], size=32)),
        index=parse_number(raw["logIndex"]),
    )


def parse_receipt(raw: Mapping[str, Any], logs: tuple[Log, ...]) -> Receipt:
    """Parse a receipt whose logs are parsed already."""
    created = raw["contractAddress"]
    return Receipt(
        transaction=Hash(parse_bytes(raw["transactionHash"], size=32)),
        block_number=parse_number(raw["blockNumber"]),
        gas_used=parse_number(raw["gasUsed"]),
        created=None if created is None else Address(parse_bytes(created, size=20)),
        logs=logs,
    )
