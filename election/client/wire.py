"""What travels in JSON-RPC: values out, and a node's answers in, strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from election.client.errors import ConnectionFailedError
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.protocol.board import Head, Log

LARGEST_NUMBER: Final = 2**63 - 1
"""Of a block, a time, a price: what a bundle has room for."""

_BYTES: Final = re.compile("0x(?:[0-9a-fA-F]{2})*+")
_NUMBER: Final = re.compile("0x[0-9a-fA-F]{1,64}+")
_MOST_TOPICS: Final = 4
_LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Act:
    """What an account may ask of a contract. to: none to create one.

    gas: the most that it may use. announces: whether the contract says so in an event
    if it takes place.
    """

    to: Address | None
    payload: bytes
    gas: int
    announces: bool = False


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


def cut_text(text: object) -> str:
    """Cut what a node says to one line that a terminal can show."""
    shown = str(text)[:_LONGEST_TEXT]
    return "".join(each if each.isprintable() else "?" for each in shown)


def parse_bytes(text: object, *, size: int | None = None) -> bytes:
    """Parse hex after 0x; size: the number of bytes that it must be."""
    if not isinstance(text, str) or _BYTES.fullmatch(text) is None:
        raise EncodingError("answer", "is not bytes in hex")
    raw = bytes.fromhex(text[2:])
    if size not in (None, len(raw)):
        raise EncodingError("answer", f"{len(raw)} bytes instead of {size}")
    return raw


def parse_number(text: object) -> int:
    """Parse a quantity up to LARGEST_NUMBER, or a word that holds one."""
    if not isinstance(text, str) or _NUMBER.fullmatch(text) is None:
        raise EncodingError("answer", "is not a number in hex")
    number = int(text, 16)
    if number > LARGEST_NUMBER:
        raise EncodingError("answer", "is larger than any number of a chain")
    return number


def iter_list(raw: Any) -> Iterator[Any]:
    """Go through a list and nothing else."""
    if not isinstance(raw, list):
        raise EncodingError("answer", "is no list")
    return iter(raw)


def parse_head(raw: Mapping[str, Any]) -> Head:
    """Parse a block's header."""
    return Head(parse_number(raw["number"]), parse_number(raw["timestamp"]))


def parse_log(raw: Mapping[str, Any], times: Mapping[int, int]) -> Log:
    """Parse a log; times: of blocks by number, where the log has none itself."""
    number, timestamp = parse_number(raw["blockNumber"]), raw.get("blockTimestamp")
    topics = tuple(iter_list(raw["topics"]))
    if len(topics) > _MOST_TOPICS:
        raise EncodingError("log", f"{len(topics)} topics")
    if raw.get("removed"):
        raise EncodingError("log", "is not on the chain any more")
    return Log(
        address=Address(parse_bytes(raw["address"], size=20)),
        topics=tuple(Hash(parse_bytes(topic, size=32)) for topic in topics),
        data=parse_bytes(raw["data"]),
        block_number=number,
        timestamp=times[number] if timestamp is None else parse_number(timestamp),
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
