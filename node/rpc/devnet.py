"""The evm_ methods, as development tools know them: blocks on request, time travel.

Timestamps and durations in seconds. A network has none of these.
"""

from __future__ import annotations

from node.errors import UnknownSnapshotError
from node.rpc.backend import Backend
from node.rpc.parameters import Count


def evm_mine(backend: Backend, timestamp: Count | None = None) -> str:
    """Make a block now, at a timestamp if one is given."""
    backend.engine.mine(None if timestamp is None else int(timestamp))
    return "0x0"


def evm_increase_time(backend: Backend, seconds: Count) -> int:
    """Move the clock forward; returns how far it is ahead in all."""
    return backend.engine.increase_time(int(seconds))


def evm_set_next_block_timestamp(backend: Backend, timestamp: Count) -> None:
    """Fix the next block's timestamp; the clock goes on from there."""
    backend.engine.set_next_timestamp(int(timestamp))


def evm_set_automine(backend: Backend, enabled: bool) -> bool:
    """Switch automining."""
    backend.engine.set_automine(enabled)
    return True


def evm_snapshot(backend: Backend) -> str:
    """Remember everything; returns the snapshot's id."""
    return hex(backend.engine.snapshot())


def evm_revert(backend: Backend, number: Count) -> bool:
    """Return to a snapshot; false if there is none such."""
    try:
        backend.engine.revert(int(number))
    except UnknownSnapshotError:
        return False
    backend.filters.rewind(backend.chain.head.number)
    return True
