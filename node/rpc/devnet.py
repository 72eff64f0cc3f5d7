"""The evm_ methods, as development tools know them: blocks on request, time travel.

Timestamps and durations in seconds. A network has none of these.
"""

from __future__ import annotations

from node.engine.local import LocalEngine
from node.errors import UnknownSnapshotError
from node.rpc.backend import Backend
from node.rpc.errors import METHOD_NOT_FOUND, RpcError
from node.rpc.parameters import Count


def _devnet(backend: Backend) -> LocalEngine:
    if not isinstance(backend.engine, LocalEngine):
        fact = "a network's blocks and clock are nobody's to set"
        raise RpcError(METHOD_NOT_FOUND, fact)
    return backend.engine


def evm_mine(backend: Backend, timestamp: Count | None = None) -> str:
    """Make a block now, at a timestamp if one is given."""
    _devnet(backend).mine(None if timestamp is None else int(timestamp))
    return "0x0"


def evm_increase_time(backend: Backend, seconds: Count) -> int:
    """Move the clock forward; returns how far it is ahead in all."""
    return _devnet(backend).increase_time(int(seconds))


def evm_set_next_block_timestamp(backend: Backend, timestamp: Count) -> None:
    """Fix the next block's timestamp; the clock goes on from there."""
    _devnet(backend).set_next_timestamp(int(timestamp))


def evm_set_automine(backend: Backend, enabled: bool) -> bool:
    """Switch automining."""
    _devnet(backend).set_automine(enabled)
    return True


def evm_snapshot(backend: Backend) -> str:
    """Remember everything; returns the snapshot's id."""
    return hex(_devnet(backend).snapshot())


def evm_revert(backend: Backend, number: Count) -> bool:
    """Return to a snapshot; false if there is none such."""
    try:
        _devnet(backend).revert(int(number))
    except UnknownSnapshotError:
        return False
    backend.filters.rewind(backend.chain.head.number)
    return True
