"""The eth_ methods that find logs, once or by polling a filter."""

from __future__ import annotations

from typing import Any

from node.log_index import LogQuery
from node.rpc.backend import Backend, Polling, Reading
from node.rpc.blocks import find_block, read_block
from node.rpc.encode import hexed, log_json
from node.rpc.errors import INVALID_PARAMS, LIMIT_EXCEEDED, SERVER_ERROR, RpcError
from node.rpc.filters import Filter
from node.rpc.parameters import BlockReference, HashBytes, LogFilter, Quantity

_FRAME = 800  # bytes of a log in JSON, with four topics and without its data


def get_logs(backend: Reading, criteria: LogFilter) -> list[dict[str, Any]]:
    """Return the matching logs of a range of blocks, in chain order."""
    first, last = _range(backend, criteria)
    return _logs(backend, criteria.query(), first=first, last=last)


def new_filter(backend: Backend, criteria: LogFilter) -> str:
    """Install a filter for logs from now on; returns its id."""
    if criteria.block_hash is not None:
        raise RpcError(INVALID_PARAMS, "invalid params: a filter spans no single block")
    head = backend.chain.head.number
    first = _number(backend, criteria.from_block, otherwise=head + 1)
    open_ended = criteria.to_block is None or criteria.to_block.is_upcoming
    last = None if open_ended else _number(backend, criteria.to_block, otherwise=head)
    installed = Filter(
        criteria.query(), first, last, next_block=head + 1, owner=backend.client
    )
    return hex(backend.filters.add(installed))


def new_block_filter(backend: Backend) -> str:
    """Install a filter for blocks from now on; returns its id."""
    head = backend.chain.head.number
    installed = Filter(None, 0, None, next_block=head + 1, owner=backend.client)
    return hex(backend.filters.add(installed))


def get_filter_changes(backend: Polling, number: Quantity) -> list[Any]:
    """Return what is new since the filter was last asked."""
    current = _installed(backend, number)
    head = backend.chain.head.number
    if current.query is None:
        blocks = map(backend.chain.block, range(current.next_block, head + 1))
        found: list[Any] = [hexed(block.hash) for block in blocks]
    else:
        first = max(current.next_block, current.first)
        last = head if current.last is None else min(head, current.last)
        head, found = _next_logs(backend, current.query, first, last)
    backend.filters.report(int(number), until=head)
    return found


def _next_logs(
    backend: Reading, query: LogQuery, first: int, last: int
) -> tuple[int, list[dict[str, Any]]]:
    """Return the logs of as many blocks as an answer holds, and the last of these."""
    while True:
        try:
            return last, _logs(backend, query, first=first, last=last)
        except RpcError:
            if last <= first:
                raise
            last = (first + last) // 2


def get_filter_logs(backend: Polling, number: Quantity) -> list[dict[str, Any]]:
    """Return all logs that match a filter, new or not."""
    current = _installed(backend, number)
    if current.query is None:
        raise RpcError(INVALID_PARAMS, "invalid params: the filter is for blocks")
    head = backend.chain.head.number
    last = head if current.last is None else min(head, current.last)
    return _logs(backend, current.query, first=current.first, last=last)


def uninstall_filter(backend: Backend, number: Quantity) -> bool:
    """Forget a filter; says whether there was one."""
    return backend.filters.remove(int(number))


def _installed(backend: Polling, number: Quantity) -> Filter:
    current = backend.filters.get(int(number))
    if current is None:
        raise RpcError(SERVER_ERROR, "filter not found")
    return current


def _range(backend: Reading, criteria: LogFilter) -> tuple[int, int]:
    head = backend.chain.head.number
    if criteria.block_hash is None:
        first = _number(backend, criteria.from_block, otherwise=head)
        last = _number(backend, criteria.to_block, otherwise=head)
        _check_range(first, last, head=head, end=criteria.to_block)
        return first, last
    if criteria.from_block is not None or criteria.to_block is not None:
        raise RpcError(
            INVALID_PARAMS, "invalid params: blockHash excludes fromBlock and toBlock"
        )
    only = read_block(backend.chain, _hashed(criteria.block_hash)).number
    return only, only


def _check_range(
    first: int, last: int, *, head: int, end: BlockReference | None
) -> None:
    """Refuse a range whose named end is before its start or beyond the chain.

    One that ends with the chain may start beyond it: a reader who asks for what is new
    since the head it knows gets nothing.
    """
    if end is None or not isinstance(end.value, int):
        return
    if first > last:
        raise RpcError(INVALID_PARAMS, "invalid block range params")
    if last > head:
        fact = "block range extends beyond current head block"
        raise RpcError(INVALID_PARAMS, fact)


def _hashed(digest: HashBytes) -> BlockReference:
    return BlockReference.parse("0x" + digest.hex())


def _number(
    backend: Reading, reference: BlockReference | None, *, otherwise: int
) -> int:
    """Return a block's number, which may be beyond the head."""
    if reference is None:
        return otherwise
    if isinstance(reference.value, int):
        return reference.value
    block = find_block(backend.chain, reference)
    if block is None:
        raise RpcError(SERVER_ERROR, "block not found")
    return block.number


def _logs(
    backend: Reading, query: LogQuery, *, first: int, last: int
) -> list[dict[str, Any]]:
    bounds = backend.chain.config.rpc
    found: list[dict[str, Any]] = []
    size = 0
    for placed in backend.chain.logs(query, first=first, last=last):
        size += _FRAME + 2 * len(placed.log.payload)
        if len(found) == bounds.max_logs:
            fact = f"more than {bounds.max_logs} logs match"
            raise RpcError(LIMIT_EXCEEDED, f"{fact}; ask for fewer blocks")
        if size > bounds.max_answer:
            fact = f"the logs have more than {bounds.max_answer} bytes"
            raise RpcError(LIMIT_EXCEEDED, f"{fact}; ask for fewer blocks")
        found.append(log_json(placed))
    return found
