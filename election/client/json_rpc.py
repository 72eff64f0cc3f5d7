"""Bodies of JSON-RPC: requests out, and a node's answers in, each to its request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from election.errors import EncodingError
from election.protocol.nesting import check_nesting

Request = tuple[str, tuple[Any, ...]]
"""A method of JSON-RPC and its parameters."""


class Answer(msgspec.Struct, frozen=True):
    """What a node says to one request: a result, which may be null, or an error.

    result: as JSON, to be decoded by its method; empty if there is none.
    """

    id: int | str | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: dict[str, Any] | None = None


_BATCH: Final = 100  # requests in one body
_BATCH_BYTES: Final = 1_000_000  # of hex in one body
_FREE_VALUES: Final = 10_000  # in one body; a batch of blocks has a third
_BYTES_A_VALUE: Final = 16  # at least, beyond those; logs and receipts have 40
_ONE: Final = msgspec.json.Decoder(Answer)
_MANY: Final = msgspec.json.Decoder(list[Answer])


def cut_batches(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """Cut requests into batches that a node takes in one body."""
    batch: list[Request] = []
    size = 0
    for request in requests:
        length = sum(len(str(parameter)) for parameter in request[1])
        if batch and (len(batch) == _BATCH or size + length > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(request)
        size += length
    if batch:
        yield batch


def encode_requests(requests: Sequence[Request]) -> bytes:
    """Write a request, or a batch of several, with ids from 0."""
    bodies = [
        {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        for number, (method, params) in enumerate(requests)
    ]
    return msgspec.json.encode(bodies[0] if len(bodies) == 1 else bodies)


def decode_answers(raw: bytes, *, count: int) -> list[Answer]:
    """Read the answers to so many requests, in their order; raises EncodingError."""
    _check_count(raw)
    check_nesting(raw)
    try:
        answers = [_ONE.decode(raw)] if count == 1 else _MANY.decode(raw)
    except (msgspec.MsgspecError, ValueError) as error:
        raise EncodingError("answer", "is not json-rpc") from error
    if count == 1:
        return answers
    by_id = {each.id: each for each in answers}
    if len(answers) != count or by_id.keys() != set(range(count)):
        raise EncodingError("answers", "are not those to the requests")
    return [by_id[number] for number in range(count)]


def _check_count(raw: bytes) -> None:
    """Refuse what would take many times its size once decoded, before it is."""
    values = sum(raw.count(mark) for mark in (b",", b"[", b"{"))
    if values > _FREE_VALUES + len(raw) // _BYTES_A_VALUE:
        raise EncodingError("answer", "has more values than any answer of its size")
