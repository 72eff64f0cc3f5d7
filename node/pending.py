"""Hold transactions that wait for their turn, within quotas.

Quotas are each node's own business, no rule of the chain. Strangers have three quarters
of all there is, so that they never keep out whoever is named.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eth_typing import Address, Hash32

from node.admission import Checked
from node.block import Transaction
from node.config import AdmissionConfig
from node.errors import AlreadyKnownError, NonceError, PoolFullError, QuotaError

_NONCE_WINDOW = 256  # how far ahead of its account a nonce may wait
_REPLACEMENTS = 8  # times that one nonce can be signed again while it waits
_REMEMBERED = 4_096  # transactions of which it is known why they do not wait any more
_FACT_LENGTH = 500  # characters of a reason; a contract wrote it


@dataclass(frozen=True, slots=True)
class _Entry:
    transaction: Transaction
    is_stranger: bool
    gas_used: int
    replacements: int


class Pending:
    """Hold waiting transactions in order of arrival."""

    def __init__(self, limits: AdmissionConfig) -> None:
        self._limits = limits
        self._entries: dict[Hash32, _Entry] = {}
        self._by_nonce: dict[tuple[Address, int], Hash32] = {}
        self._by_sender: Counter[Address] = Counter()
        self._by_contract: Counter[Address | None] = Counter()
        self._size = self._strangers = self._strangers_size = self._gas = 0
        self._dropped: OrderedDict[Hash32, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Transaction]:
        # One instant of it, also for whoever reads while the writer changes it.
        entries = tuple(self._entries.values())
        return in_turn([entry.transaction for entry in entries])

    def encoded(self, added: Transaction | None = None) -> dict[Hash32, bytes]:
        """Return what waits, as it was signed, by hash, in order of arrival.

        added: a transaction that will, too, in place of the one it replaces.
        """
        found = {h: entry.transaction.raw for h, entry in self._entries.items()}
        if added is not None:
            older = self.replaced(added)
            if older is not None:
                del found[older.hash]
            found[added.hash] = added.raw
        return found

    def get(self, digest: Hash32) -> Transaction | None:
        """Return a waiting transaction."""
        entry = self._entries.get(digest)
        return None if entry is None else entry.transaction

    def why_dropped(self, digest: Hash32) -> str | None:
        """Return why a transaction that waited lately does so no more."""
        return self._dropped.get(digest)

    def earlier(self, tx: Transaction) -> list[Transaction]:
        """Return what its sender has waiting before a transaction, by nonce."""
        return [each for each in self.of(tx.sender) if each.nonce < tx.nonce]

    def of(self, sender: Address) -> list[Transaction]:
        """Return what a sender has waiting, by nonce."""
        if not self._by_sender[sender]:
            return []
        all_of_them = (entry.transaction for entry in tuple(self._entries.values()))
        own = (each for each in all_of_them if each.sender == sender)
        return sorted(own, key=_nonce)

    def replaced(self, tx: Transaction) -> Transaction | None:
        """Return the other waiting transaction of this sender and nonce."""
        digest = self._by_nonce.get((tx.sender, tx.nonce))
        return None if digest in (None, tx.hash) else self._entries[digest].transaction

    def check(self, checked: Checked) -> None:
        """Say whether a transaction finds room to wait.

        The later of two with one sender and nonce takes the place of the earlier,
        whatever they pay, at most eight times. Raises: AlreadyKnownError, NonceError,
        QuotaError, PoolFullError.
        """
        tx = checked.transaction
        if tx.hash in self._entries:
            raise AlreadyKnownError("already known: it is waiting")
        if tx.nonce >= checked.account_nonce + _NONCE_WINDOW:
            raise NonceError("too high", expected=checked.account_nonce, found=tx.nonce)
        older = self.replaced(tx)
        if older is not None:
            if self._entries[older.hash].replacements >= _REPLACEMENTS:
                fact = f"nonce {tx.nonce} was replaced {_REPLACEMENTS} times, and waits"
                raise AlreadyKnownError(fact)
            return
        self._check_all(tx)
        if checked.is_stranger:
            self._check_strangers(tx)

    def _check_all(self, tx: Transaction) -> None:
        limits = self._limits
        if len(self) >= limits.waiting:
            raise PoolFullError(limits.waiting)
        if self._size + len(tx.raw) > limits.waiting_size:
            fact = f"{self._size} bytes are waiting"
            raise QuotaError("waiting_size", limits.waiting_size, fact)
        if self._by_sender[tx.sender] >= limits.sender_quota:
            fact = f"{self._by_sender[tx.sender]} of this sender are waiting"
            raise QuotaError("sender_quota", limits.sender_quota, fact)

    def _check_strangers(self, tx: Transaction) -> None:
        limits = self._limits
        for quota, found, most in (
            ("waiting", self._strangers + 1, limits.waiting * 3 // 4),
            (
                "waiting_size",
                self._strangers_size + len(tx.raw),
                limits.waiting_size * 3 // 4,
            ),
            ("waiting_gas", self._gas + 1, limits.waiting_gas),
            ("contract_quota", self._by_contract[tx.to] + 1, limits.contract_quota),
        ):
            if found > most:
                raise QuotaError(quota, most, "strangers have no more room to wait")

    def add(self, checked: Checked, gas_used: int) -> Transaction | None:
        """Let a transaction wait that was checked; returns the one that it replaces.

        gas_used: what it will use, as far as that is known.
        """
        tx = checked.transaction
        older = self.replaced(tx)
        times = 0
        if older is not None:
            times = self._entries[older.hash].replacements + 1
            self.drop(older, f"replaced by 0x{tx.hash.hex()}")
        self._entries[tx.hash] = _Entry(tx, checked.is_stranger, gas_used, times)
        self._by_nonce[tx.sender, tx.nonce] = tx.hash
        self._dropped.pop(tx.hash, None)
        self._count(self._entries[tx.hash], 1)
        return older

    def drop(self, tx: Transaction, why: str) -> None:
        """Let go of a transaction that will not be mined, and remember why."""
        if tx.hash in self._entries:
            self.remove(tx)
            self.remember(tx.hash, why)

    def remember(self, digest: Hash32, why: str) -> None:
        """Remember why a transaction that was taken in waits no more."""
        self._dropped[digest] = why[:_FACT_LENGTH]
        if len(self._dropped) > _REMEMBERED:
            self._dropped.popitem(last=False)

    def remove(self, tx: Transaction) -> None:
        """Let go of a transaction that was mined, or never was to wait."""
        entry = self._entries.pop(tx.hash, None)
        if entry is not None:
            del self._by_nonce[tx.sender, tx.nonce]
            self._count(entry, -1)

    def _count(self, entry: _Entry, sign: int) -> None:
        tx = entry.transaction
        self._size += sign * len(tx.raw)
        self._by_sender[tx.sender] += sign
        if not self._by_sender[tx.sender]:
            del self._by_sender[tx.sender]
        if entry.is_stranger:
            self._strangers += sign
            self._strangers_size += sign * len(tx.raw)
            self._gas += sign * entry.gas_used
            self._by_contract[tx.to] += sign
            if not self._by_contract[tx.to]:
                del self._by_contract[tx.to]

    def next_nonce(self, sender: Address, mined: int) -> int:
        """Return the first nonce that neither the chain nor the pool has taken.

        mined: the nonce of the sender's account.
        """
        while (sender, mined) in self._by_nonce:
            mined += 1
        return mined


def in_turn(transactions: Sequence[Transaction]) -> Iterator[Transaction]:
    """Yield in order of arrival, but what one sender sent in order of its nonces.

    What replaces another came after what follows it.
    """
    own: dict[Address, list[Transaction]] = {}
    for tx in transactions:
        own.setdefault(tx.sender, []).append(tx)
    queues = {sender: iter(sorted(each, key=_nonce)) for sender, each in own.items()}
    return (next(queues[tx.sender]) for tx in transactions)


def _nonce(tx: Transaction) -> int:
    return tx.nonce
