"""The txpool_ methods, as geth has them: what waits on this node, and what for.

Pending can be in the next blocks; queued waits for an earlier nonce.
"""

from __future__ import annotations

from typing import Any, Final

from node.block import Transaction
from node.rpc.backend import Backend
from node.rpc.encode import transaction_json
from node.rpc.errors import LIMIT_EXCEEDED, RpcError

_FRAME: Final = 800  # bytes that a transaction takes beside its own, in hex

_Sorted = dict[str, dict[str, dict[str, Transaction]]]


def status(backend: Backend) -> dict[str, str]:
    """Return how many transactions wait."""
    return {
        kind: hex(sum(map(len, senders.values())))
        for kind, senders in _sort(backend).items()
    }


def content(backend: Backend) -> dict[str, Any]:
    """Return what waits, by sender and nonce. Raises: RpcError, if it is too much."""
    most = backend.chain.config.rpc.max_answer
    if sum(_FRAME + 2 * len(tx.raw) for tx in backend.engine.pending) > most:
        fact = f"what waits takes more than {most} bytes"
        raise RpcError(LIMIT_EXCEEDED, f"{fact}; ask for each by its hash")
    return {
        kind: {
            sender: {nonce: transaction_json(tx) for nonce, tx in by_nonce.items()}
            for sender, by_nonce in senders.items()
        }
        for kind, senders in _sort(backend).items()
    }


def _sort(backend: Backend) -> _Sorted:
    engine = backend.engine
    found: _Sorted = {"pending": {}, "queued": {}}
    nexts: dict[bytes, int] = {}
    for tx in sorted(engine.pending, key=lambda each: each.nonce):
        ready = nexts.get(tx.sender)
        if ready is None:  # once a sender: it looks into the state
            ready = nexts[tx.sender] = engine.next_nonce(tx.sender)
        kind = "pending" if tx.nonce < ready else "queued"
        by_nonce = found[kind].setdefault("0x" + tx.sender.hex(), {})
        by_nonce[str(tx.nonce)] = tx
    return found
