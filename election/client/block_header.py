"""A block's header as a node shows it, whose hash is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from election.client.errors import ClientError
from election.client.rpc import Connection
from election.client.wire import iter_list, parse_bytes, well_formed
from election.crypto.transcript import Hash
from election.errors import EncodingError
from finality.chain_block import ChainBlock, read_header
from finality.rlp import Item, encode, encode_number

_NUMBERS: Final = (
    *("difficulty", "number", "gasLimit", "gasUsed", "timestamp"),
    *("baseFeePerGas", "blobGasUsed", "excessBlobGas"),
)
_FIELDS: Final = (
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot"),
    *("receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit", "gasUsed"),
    *("timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas"),
    *("withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot"),
    "requestsHash",
)
"""Of Prague's header, in its order, by their names in JSON (execution-apis)."""

_LARGEST: Final = 2**256


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block that a node shows; transactions: their hashes, which nothing proves."""

    header: ChainBlock
    transactions: tuple[Hash, ...]


def read_block(connection: Connection, number: int) -> ShownBlock:
    """Read a block by its number, and compute its hash.

    Raises ClientError, also for a header whose hash is another than the node says.
    """
    told = connection.request("eth_getBlockByNumber", hex(number), False)
    with well_formed(connection.url):
        header = read_header(encode_header(told))
        said = parse_bytes(told["hash"], size=32)
        transactions = tuple(
            Hash(parse_bytes(each, size=32)) for each in iter_list(told["transactions"])
        )
    if header.hash != said:
        fact = f"shows a header of block {number} that does not hash to what it says"
        raise ClientError(connection.url, fact)
    if header.number != number:
        fact = f"shows block {header.number} where {number} was asked for"
        raise ClientError(connection.url, fact)
    return ShownBlock(header, transactions)


def encode_header(block: Mapping[str, Any]) -> bytes:
    """Encode a header from its JSON as RLP; raises as `well_formed` takes it."""
    return encode([_encode(name, block[name]) for name in _FIELDS])


def _encode(name: str, told: object) -> Item:
    if name not in _NUMBERS:
        return parse_bytes(told)
    number = int(str(told), 16)
    if not 0 <= number < _LARGEST:
        raise EncodingError(name, "is no number of a header")
    return encode_number(number)
