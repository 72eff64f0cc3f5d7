"""Undo what changed, and walk over nothing else.

py-evm records every checkpoint in the storage of each account that the block has
written to, and forgets all it has read when one is undone. So a transaction that wrote
to a hundred contracts made each message after it cost half a millisecond. Here a
checkpoint is in the storage that changed under it alone, and what was read stays known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, cast

from eth.db.account import AccountDB
from eth.db.backends.memory import MemoryDB
from eth.db.cache import CacheDB
from eth.db.journal import JournalDB, get_next_checkpoint
from eth.db.storage import CLEAR_COUNT_KEY_NAME, AccountStorageDB
from eth.typing import JournalDBCheckpoint
from eth_typing import Address, Hash32
from typing_extensions import override

from node.block import EMPTY_ROOT
from node.evm.tries import AccountTrie, SlotTrie

_NEVER: Final = bytes(1)  # how often a storage was deleted, as py-evm counts it


class Slots(AccountStorageDB):
    """Hold an account's storage; what was read of a trie stays known with the trie."""

    def __init__(self, nodes: Any, root: Hash32, address: Address) -> None:
        self._address = address
        self._storage_lookup = cast("Any", SlotTrie(nodes, root))
        self._storage_cache = CacheDB(self._storage_lookup)
        self._locked_changes = JournalDB(self._storage_cache)
        self._journal_storage = JournalDB(self._locked_changes)
        self._accessed_slots: set[int] = set()
        self._clear_count = JournalDB(MemoryDB({CLEAR_COUNT_KEY_NAME: _NEVER}))

    @override
    def discard(self, checkpoint: JournalDBCheckpoint) -> None:
        clears, cache = self._clear_count[CLEAR_COUNT_KEY_NAME], self._storage_cache
        known = cache._cached_values  # noqa: SLF001  # nothing else shows it
        super().discard(checkpoint)
        if self._clear_count[CLEAR_COUNT_KEY_NAME] == clears:
            cache._cached_values = known  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class _Level:
    """Hold what changed since a checkpoint, and before the next one.

    stores: whose storage did, and the checkpoint in it to go back to. accounts: which
    did in nonce, balance, code or storage root.
    """

    checkpoint: JournalDBCheckpoint
    stores: dict[Address, JournalDBCheckpoint] = field(default_factory=dict)
    accounts: set[Address] = field(default_factory=set)


class Accounts(AccountDB):
    """Hold accounts with their storage; checkpoints nest, the last one ends first."""

    _account_stores: dict[Address, Any]

    def __init__(self, nodes: Any, root: Hash32 = EMPTY_ROOT) -> None:
        self._levels: list[_Level] = []
        self._unlocked: set[Address] = set()  # whose storage this transaction changed
        super().__init__(nodes, root)
        trie = AccountTrie(self._batchtrie, root, self._batchtrie)
        self._trie = cast("Any", trie)
        self._trie_cache = CacheDB(self._trie)
        self._journaltrie = JournalDB(self._trie_cache)

    # What changes something

    @override
    def set_storage(self, address: Address, slot: int, value: int) -> None:
        self._change_storage(address)
        super().set_storage(address, slot, value)

    @override
    def _wipe_storage(self, address: Address) -> None:
        self._change_storage(address)
        super()._wipe_storage(address)

    @override
    def _set_account(self, address: Address, account: Any) -> None:
        self._change_account(address)
        super()._set_account(address, account)

    @override
    def delete_account(self, address: Address) -> None:
        self._change_account(address)
        super().delete_account(address)

    def _change_account(self, address: Address) -> None:
        if self._levels:
            self._levels[-1].accounts.add(address)

    def _change_storage(self, address: Address) -> None:
        self._unlocked.add(address)
        store = self._get_address_store(address)
        if self._levels and address not in self._levels[-1].stores:
            checkpoint = get_next_checkpoint()
            store.record(checkpoint)
            self._levels[-1].stores[address] = checkpoint

    @override
    def _get_address_store(self, address: Address) -> Any:
        store = self._account_stores.get(address)
        if store is None:
            root = self._get_storage_root(address)
            store = Slots(self._raw_store_db, root, address)
            self._account_stores[address] = store
        return store

    # Checkpoints

    @override
    def record(self) -> JournalDBCheckpoint:
        checkpoint = self._journaldb.record()
        self._journaltrie.record(checkpoint)
        self._journal_accessed_state.record(checkpoint)
        self._levels.append(_Level(checkpoint))
        return checkpoint

    @override
    def discard(self, checkpoint: JournalDBCheckpoint) -> None:
        self._journaldb.discard(checkpoint)
        self._journaltrie.discard(checkpoint)
        self._journal_accessed_state.discard(checkpoint)
        level = self._end(checkpoint)
        for address in level.accounts:
            self._account_cache.pop(address, None)
        for address, first in level.stores.items():
            self._account_stores[address].discard(first)

    @override
    def commit(self, checkpoint: JournalDBCheckpoint) -> None:
        self._journaldb.commit(checkpoint)
        self._journaltrie.commit(checkpoint)
        self._journal_accessed_state.commit(checkpoint)
        level = self._end(checkpoint)
        if self._levels:
            self._levels.append(self._merged(self._levels.pop(), level))
            return
        for address, first in level.stores.items():
            self._account_stores[address].commit(first)

    def _end(self, checkpoint: JournalDBCheckpoint) -> _Level:
        """Take away a checkpoint and those after it; returns what changed since."""
        level = self._levels.pop()
        while level.checkpoint != checkpoint:
            level = self._merged(self._levels.pop(), level)
        return level

    def _merged(self, outer: _Level, inner: _Level) -> _Level:
        """Put what changed together, for as much as the shorter of both costs."""
        for address in min(outer.stores, inner.stores, key=len):
            if address in outer.stores and address in inner.stores:
                # Of both checkpoints in one storage the earlier is gone back to.
                self._account_stores[address].commit(inner.stores[address])
        stores = _joined(inner.stores, outer.stores)
        few, many = sorted((outer.accounts, inner.accounts), key=len)
        many |= few
        return _Level(outer.checkpoint, stores, many)

    @override
    def lock_changes(self) -> None:
        for address in self._unlocked:
            self._account_stores[address].lock_changes()
        self._unlocked.clear()
        self._reset_access_counters()

    @override
    def persist(self) -> Any:
        witness = super().persist()
        self._unlocked.clear()
        return witness


def _joined(
    stores: dict[Address, JournalDBCheckpoint], over: dict[Address, JournalDBCheckpoint]
) -> dict[Address, JournalDBCheckpoint]:
    """Return one of both with what the other has, too; of two values that of `over`."""
    if len(stores) >= len(over):
        stores.update(over)
        return stores
    for address, checkpoint in stores.items():
        over.setdefault(address, checkpoint)
    return over
