"""Hold transactions that wait for their turn, by sender and nonce."""

from __future__ import annotations

from collections.abc import Iterator

from eth_typing import Address, Hash32

from node.block import Transaction
from node.errors import AlreadyKnownError, NonceError, PoolFullError

_CAPACITY = 4_096  # transactions
_NONCE_WINDOW = 256  # how far ahead of its account a nonce may wait


class Pending:
    """Hold waiting transactions in order of arrival."""

    def __init__(self) -> None:
        self._by_hash: dict[Hash32, Transaction] = {}
        self._by_nonce: dict[tuple[Address, int], Transaction] = {}

    def __len__(self) -> int:
        return len(self._by_hash)

    def __iter__(self) -> Iterator[Transaction]:
        return iter(tuple(self._by_hash.values()))

    def get(self, digest: Hash32) -> Transaction | None:
        """Return a waiting transaction."""
        return self._by_hash.get(digest)

    def add(self, tx: Transaction, next_nonce: int) -> None:
        """Let a transaction wait; next_nonce: its sender's account's.

        Raises: AlreadyKnownError, NonceError, PoolFullError.
        """
        if tx.hash in self._by_hash:
            raise AlreadyKnownError("already known: it is waiting")
        if (tx.sender, tx.nonce) in self._by_nonce:
            raise AlreadyKnownError(f"nonce {tx.nonce} is taken by one that waits")
        if tx.nonce >= next_nonce + _NONCE_WINDOW:
            raise NonceError("too high", expected=next_nonce, found=tx.nonce)
        if len(self._by_hash) >= _CAPACITY:
            raise PoolFullError(_CAPACITY)
        self._by_hash[tx.hash] = tx
        self._by_nonce[tx.sender, tx.nonce] = tx

    def remove(self, tx: Transaction) -> None:
        """Drop a transaction that was mined or refused."""
        if self._by_hash.pop(tx.hash, None) is not None:
            del self._by_nonce[tx.sender, tx.nonce]

    def next_nonce(self, sender: Address, mined: int) -> int:
        """Return the first nonce that neither the chain nor the pool has taken.

        mined: the nonce of the sender's account.
        """
        while (sender, mined) in self._by_nonce:
            mined += 1
        return mined
