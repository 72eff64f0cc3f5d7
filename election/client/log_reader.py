"""Read logs from any node, whatever it bounds its answers by.

Nodes refuse a range of blocks for its length, for how many logs it holds or for their
bytes, each in words of its own. So whatever is refused is asked for in halves; where
one block alone holds too much, its transactions are asked one by one for what they
logged, which no node refuses. No more than one answer is held at a time, besides the
logs that were asked for.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Protocol

from election.client.errors import ConnectionFailedError, NodeRefusedError, Trouble
from election.client.json_rpc import Request
from election.client.wire import (
    hexed,
    iter_list,
    parse_bytes,
    parse_head,
    parse_log,
    parse_number,
    well_formed,
)
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.protocol.board import Log

_BLOCKS: Final = 100_000  # searched at once; where that is too many, half of them are
_MOST_BLOCKS: Final = 100_000_000  # of a chain: three years of a block a second
_MOST_REFUSED: Final = 64  # in a row; 17 halvings lead to one block
_NO_SUCH_METHOD: Final = -32_601  # JSON-RPC 2.0 §5.1


class Node(Protocol):
    """What can be asked; `Connection` is one."""

    url: str

    def request(self, method: str, *params: Any) -> Any:
        """Ask one thing."""

    def request_all(self, requests: Sequence[Request]) -> list[Any]:
        """Ask many things."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Ask for logs of these addresses whose topics match, where one is given."""

    addresses: tuple[Address, ...]
    topics: tuple[Hash | None, ...] = ()

    def spell(self, first: int, last: int) -> dict[str, Any]:
        """Write the question about a range of blocks as JSON-RPC has it."""
        topics = [None if topic is None else hexed(topic) for topic in self.topics]
        return {
            "address": [hexed(address) for address in self.addresses],
            "topics": topics,
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }

    def matches(self, log: Log) -> bool:
        """Say whether a log answers the question."""
        if log.address not in self.addresses or len(log.topics) < len(self.topics):
            return False
        pairs = zip(self.topics, log.topics, strict=False)
        return all(topic in (None, found) for topic, found in pairs)


def read_logs(node: Node, query: LogQuery, *, first: int, last: int) -> Iterator[Log]:
    """Read the matching logs of blocks first..last, in chain order.

    Raises NodeRefusedError, and ConnectionFailedError for logs that nobody asked for.
    """
    if last - first > _MOST_BLOCKS:
        raise ConnectionFailedError(node.url, "has more blocks than any chain")
    width, refused = _BLOCKS, 0
    while first <= last:
        end = min(first + width - 1, last)
        try:
            raws = node.request("eth_getLogs", query.spell(first, end))
        except (NodeRefusedError, ConnectionFailedError) as refusal:
            refused += 1
            _require_too_much(node, refusal, refused=refused)
            if first < end:
                width = (end - first + 1) // 2
                continue
            if (yield from _read_block(node, query, first, refusal=refusal)):
                refused = 0
        else:
            refused = 0
            yield from _accept(node, raws, query, first=first, last=end)
        first, width = end + 1, min(2 * width, _BLOCKS)


def _require_too_much(
    node: Node, refusal: NodeRefusedError | ConnectionFailedError, *, refused: int
) -> None:
    """Raise the refusal if fewer blocks are no help, or an error if none were.

    refused: how many ranges were, since the last answer or block with a log.
    """
    if not _may_be_too_much(refusal):
        raise refusal
    if refused > _MOST_REFUSED:
        fact = "refuses every range of blocks, even of those without a log"
        raise ConnectionFailedError(node.url, fact) from refusal


def _may_be_too_much(refusal: NodeRefusedError | ConnectionFailedError) -> bool:
    if isinstance(refusal, ConnectionFailedError):
        return refusal.trouble is Trouble.LARGE
    return refusal.code != _NO_SUCH_METHOD


def _accept(
    node: Node, raws: Any, query: LogQuery, *, first: int, last: int
) -> tuple[Log, ...]:
    """Accept an answer if it holds logs that were asked for, each once, in order."""
    with well_formed(node.url):
        logs = place_logs(node, list(iter_list(raws)))
        for log in logs:
            if not (first <= log.block_number <= last and query.matches(log)):
                raise EncodingError("log", "was not asked for")
        _check_order(logs)
        return logs


def _check_order(logs: Sequence[Log]) -> None:
    for before, after in pairwise(logs):
        place, following = ((e.block_number, e.index) for e in (before, after))
        if place >= following:
            raise EncodingError("log", "does not stand after the one before")


def _read_block(
    node: Node, query: LogQuery, number: int, *, refusal: Exception
) -> Generator[Log, None, bool]:
    """Read the logs of a block from the receipts of its transactions, one by one.

    Returns whether there was any log, which alone explains that it was refused.

    refusal: raised if the node has no such block.
    """
    block = node.request("eth_getBlockByNumber", hex(number), False)
    if block is None:
        raise refusal
    following = 0
    with well_formed(node.url):
        for transaction in list(iter_list(block["transactions"])):
            logs = _read_receipt(node, transaction, number)
            if logs and logs[0].index < following:
                raise EncodingError("log", "does not stand after the one before")
            following = logs[-1].index + 1 if logs else following
            yield from filter(query.matches, logs)
    return following > 0


def _read_receipt(node: Node, transaction: Any, number: int) -> tuple[Log, ...]:
    own = Hash(parse_bytes(transaction, size=32))
    receipt = node.request("eth_getTransactionReceipt", hexed(own))
    logs = place_logs(node, list(iter_list(receipt["logs"])))
    _check_order(logs)
    if any((log.transaction, log.block_number) != (own, number) for log in logs):
        raise EncodingError("log", "is of another transaction")
    return logs


def place_logs(node: Node, raws: Sequence[Mapping[str, Any]]) -> tuple[Log, ...]:
    """Parse logs, asking for the times of their blocks where they lack them."""
    numbers = {
        parse_number(raw["blockNumber"])
        for raw in raws
        if raw.get("blockTimestamp") is None
    }
    missing = sorted(numbers)
    blocks = node.request_all(
        [("eth_getBlockByNumber", (hex(number), False)) for number in missing]
    )
    heads = [parse_head(block) for block in blocks]
    times = {head.number: head.timestamp for head in heads}
    return tuple(parse_log(raw, times) for raw in raws)
