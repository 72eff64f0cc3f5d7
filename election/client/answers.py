"""What each method of JSON-RPC answers: of which type, and in how many bytes at most.

An answer is measured before it is decoded, and decoded into what its method gives, so
that nothing else gets further. Of whatever a node adds, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypedDict

import msgspec

from election.errors import EncodingError


class _Block(TypedDict, total=False):
    number: str | None
    timestamp: str
    hash: str | None
    transactions: list[str]
    # the rest of what its hash is of, null where a block is not there yet
    parentHash: str | None
    sha3Uncles: str | None
    miner: str | None
    stateRoot: str | None
    transactionsRoot: str | None
    receiptsRoot: str | None
    logsBloom: str | None
    difficulty: str | None
    gasLimit: str | None
    gasUsed: str | None
    extraData: str | None
    mixHash: str | None
    nonce: str | None
    baseFeePerGas: str | None
    withdrawalsRoot: str | None
    blobGasUsed: str | None
    excessBlobGas: str | None
    parentBeaconBlockRoot: str | None
    requestsHash: str | None


class _Log(TypedDict, total=False):
    address: str
    topics: list[str]
    data: str
    blockNumber: str
    blockTimestamp: str | None
    transactionHash: str
    logIndex: str
    removed: bool | None


class _Receipt(TypedDict, total=False):
    transactionHash: str
    blockNumber: str
    transactionIndex: str
    gasUsed: str
    status: str
    contractAddress: str | None
    logs: list[_Log]


@dataclass(frozen=True, slots=True)
class _Form:
    """Of which type a result is, and its most bytes of JSON."""

    decoder: msgspec.json.Decoder[Any]
    most: int


def _form(kind: Any, most: int) -> _Form:
    return _Form(msgspec.json.Decoder(kind), most)


_WORD: Final = _form(str, 100)  # 32 bytes in hex, with room for spaces
_OTHER: Final = _form(Any, 10_000)  # of a development chain: snapshots, times
_FORMS: Final = {
    "eth_chainId": _WORD,
    "eth_gasPrice": _WORD,
    "eth_getTransactionCount": _WORD,
    "eth_sendRawTransaction": _WORD,
    "eth_getStorageAt": _WORD,
    "eth_call": _form(str, 100_000),  # no view gives more than 64 keys
    "eth_getCode": _form(str, 50_000),  # 24,576 bytes (EIP-170)
    "eth_getBlockByNumber": _form(_Block | None, 2**22),  # 50,000 transactions
    "eth_getTransactionReceipt": _form(_Receipt | None, 2**23),  # 30,000,000 gas
    "eth_getProof": _form(Any, 2**20),  # 64 nodes of a trie, twice
    "veche_finalityProof": _form(Any, 2**24),  # the most that a file of it has
    "veche_networkStatus": _form(Any, 2**20),  # some hundred peers and validators
    "eth_getLogs": _form(list[_Log], 2**26),  # asked for in parts where it is more
}
_REFUSAL: Final = 10_000  # bytes of an error, and of what stands around a result


def require_size(raw: bytes, methods: Iterable[str]) -> None:
    """Raise EncodingError for more bytes than answers of these methods have."""
    if len(raw) > sum(_FORMS.get(each, _OTHER).most + _REFUSAL for each in methods):
        raise EncodingError("answer", "is larger than any of its methods")


def decode_result(method: str, raw: bytes | msgspec.Raw) -> Any:
    """Decode what a method gave; raises EncodingError for any other type or size."""
    form = _FORMS.get(method, _OTHER)
    size = len(memoryview(raw))
    if size > form.most:
        fact = f"has {size} bytes, and no answer of {method} has over {form.most}"
        raise EncodingError("answer", fact)
    try:
        return form.decoder.decode(raw)
    except (msgspec.MsgspecError, ValueError) as error:
        raise EncodingError("answer", f"is not what {method} gives") from error
