"""Remember transactions that were accepted: to find a sender costs, and never changes.

A consensus engine shows the same bytes when they arrive, when they are proposed, when
they are decided on, and to each of its peers' proposals.
"""

from __future__ import annotations

from collections import OrderedDict

from node.block import Transaction
from node.transaction import accept_transaction

_MOST = 32 * 1024 * 1024  # bytes of encodings that are remembered


class Accepted:
    """Accept the transactions of one chain, those seen lately without work."""

    def __init__(self, chain_id: int) -> None:
        self._chain_id = chain_id
        self._seen: OrderedDict[bytes, Transaction] = OrderedDict()
        self._size = 0

    def accept(self, raw: bytes) -> Transaction:
        """Decode a signed transaction; raises TransactionRefusedError."""
        known = self._seen.get(raw)
        if known is not None:
            self._seen.move_to_end(raw)
            return known
        tx = accept_transaction(raw, self._chain_id)
        self._seen[raw] = tx
        self._size += len(raw)
        while self._size > _MOST:
            forgotten, _ = self._seen.popitem(last=False)
            self._size -= len(forgotten)
        return tx
