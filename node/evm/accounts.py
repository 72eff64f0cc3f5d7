"""Hold accounts under execution, over the trie of all accounts.

py-evm has a journal for code, for accounts, for what is warm and for each storage, and
each message makes a checkpoint in them: most of the time of a message. Here all that
can be undone stands in dictionaries that change through one journal (ADR 37).
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, Final, NamedTuple, cast

from eth_typing import Address, Hash32

from node import rlp
from node.block import EMPTY_CODE_HASH, EMPTY_ROOT
from node.errors import StoreError
from node.evm.journal import Journal
from node.evm.slots import Slots
from node.hashing import keccak
from node.trie import Trie


class _Account(NamedTuple):
    nonce: int
    balance: int
    storage_root: Hash32
    code_hash: Hash32


_NOBODY: Final = _Account(0, 0, EMPTY_ROOT, EMPTY_CODE_HASH)
_UNREAD: Final = object()
_CODES: Final = 64  # that were read and are kept, each of 24 kB or less


class Accounts:
    """Accounts with storage, code and what a transaction has warmed.

    Named as py-evm names what its states ask. nodes: a mutable mapping if it will be
    persisted. Raises: StoreError where a node or a code is missing.
    """

    def __init__(self, nodes: Mapping[bytes, bytes], root: Hash32 = EMPTY_ROOT) -> None:
        self._nodes = nodes
        self._trie = Trie(nodes, root)
        self.journal = Journal()
        # None: no account is there. What the trie has, once it was read; what it will.
        self._stored: dict[Address, _Account | None] = {}
        self._changed: dict[Address, _Account | None] = {}
        self._codes: dict[bytes, bytes] = {}  # those that `nodes` has not yet
        self._read_codes: dict[bytes, bytes] = {}
        self._storages: dict[Address, Slots] = {}
        self._written: set[Address] = set()  # whose storage may have another root
        self._unlocked: set[Slots] = set()  # which this transaction has written to

    # Accounts

    def account_exists(self, address: Address) -> bool:
        """Say whether an account is there, even an empty one."""
        return self._find(address) is not None

    def account_has_code_or_nonce(self, address: Address) -> bool:
        """Say whether no contract can be made here."""
        account = self._get(address)
        return account.nonce != 0 or account.code_hash != EMPTY_CODE_HASH

    def account_is_empty(self, address: Address) -> bool:
        """Say whether an account holds nothing, or is not there."""
        account = self._get(address)
        return not (account.balance or self.account_has_code_or_nonce(address))

    def touch_account(self, address: Address) -> None:
        """Have an account there, even an empty one."""
        self._put(address, self._get(address))

    def delete_account(self, address: Address) -> None:
        """Take away an account and its storage."""
        self._wipe(address)
        self._put(address, None)

    def get_balance(self, address: Address) -> int:
        """Return a balance, in wei."""
        account = self._changed.get(address) or self._get(address)
        return account.balance

    def set_balance(self, address: Address, balance: int) -> None:
        """Give an account a balance, in wei."""
        nonce, _, root, code = self._get(address)
        self._put(address, _Account(nonce, balance, root, code))

    def get_nonce(self, address: Address) -> int:
        """Return a nonce."""
        return self._get(address).nonce

    def set_nonce(self, address: Address, nonce: int) -> None:
        """Give an account a nonce."""
        _, balance, root, code = self._get(address)
        self._put(address, _Account(nonce, balance, root, code))

    def increment_nonce(self, address: Address) -> None:
        """Count a nonce up by one."""
        self.set_nonce(address, self.get_nonce(address) + 1)

    def _get(self, address: Address) -> _Account:
        return self._find(address) or _NOBODY

    def _find(self, address: Address) -> _Account | None:
        found: Any = self._changed.get(address, _UNREAD)
        return self._read(address) if found is _UNREAD else found

    def _read(self, address: Address) -> _Account | None:
        found: Any = self._stored.get(address, _UNREAD)
        if found is _UNREAD:
            item = self._trie.get(keccak(address))
            found = self._stored[address] = _decode(item) if item else None
        return cast("_Account | None", found)

    def _put(self, address: Address, account: _Account | None) -> None:
        if account != self._find(address):
            self.journal.put(self._changed, address, account)

    # Code

    def get_code(self, address: Address) -> bytes:
        """Return an account's code; empty if it has none."""
        digest = self._get(address).code_hash
        if digest == EMPTY_CODE_HASH:
            return b""
        code = self._codes.get(digest) or self._read_codes.get(digest)
        return self._read_code(digest) if code is None else code

    def _read_code(self, digest: Hash32) -> bytes:
        try:
            code = self._nodes[digest]
        except KeyError as error:
            raise StoreError(f"code {digest.hex()} is missing") from error
        if len(self._read_codes) >= _CODES:
            self._read_codes.clear()
        self._read_codes[digest] = code
        return code

    def get_code_hash(self, address: Address) -> Hash32:
        """Return the hash of an account's code."""
        return self._get(address).code_hash

    def set_code(self, address: Address, code: bytes) -> None:
        """Give an account a code."""
        digest = keccak(code)
        self.journal.put(self._codes, digest, code)
        self._set_code_hash(address, digest)

    def delete_code(self, address: Address) -> None:
        """Take an account's code away."""
        self._set_code_hash(address, EMPTY_CODE_HASH)

    def _set_code_hash(self, address: Address, digest: Hash32) -> None:
        nonce, balance, root, _ = self._get(address)
        self._put(address, _Account(nonce, balance, root, digest))

    # Storage

    def get_storage(
        self,
        address: Address,
        slot: int,
        from_journal: bool = True,
    ) -> int:
        """Return a slot's value; or the one that the transaction found."""
        slots = self.slots(address)
        return slots.get(slot) if from_journal else slots.original(slot)

    def set_storage(self, address: Address, slot: int, value: int) -> None:
        """Give a slot a value."""
        slots = self.slots(address)
        slots.set(slot, value, self.journal)
        self._written.add(address)
        self._unlocked.add(slots)

    def delete_storage(self, address: Address) -> None:
        """Take away all slots; the account is there from now on."""
        nonce, balance, _, code = self._get(address)
        self._wipe(address)
        self._put(address, _Account(nonce, balance, EMPTY_ROOT, code))

    def _wipe(self, address: Address) -> None:
        self.slots(address)  # of the root that the account has so far
        self.journal.put(self._storages, address, Slots(self._nodes))
        self._written.add(address)

    def slots(self, address: Address) -> Slots:
        """Return an account's storage, to read."""
        slots = self._storages.get(address)
        if slots is None:
            root = self._get(address).storage_root
            slots = self._storages[address] = Slots(self._nodes, root)
        return slots

    # Points to go back to

    def lock_changes(self) -> None:
        """Begin a transaction: it finds what was changed, and no point counts."""
        for slots in self._unlocked:
            slots.lock()
        self._unlocked.clear()
        self.journal.forget()

    # Roots

    @property
    def state_root(self) -> Hash32:
        """Return the root, as it was when it was last made."""
        return self._trie.root_hash()

    def make_state_root(self) -> Hash32:
        """Put what changed into the tries; returns the root."""
        self._write_storages()
        self.lock_changes()
        for address, account in self._changed.items():
            if account != self._read(address):
                self._trie.set(keccak(address), _encode(account) if account else b"")
                self._stored[address] = account
        self._changed.clear()
        return self._trie.root_hash()

    def _write_storages(self) -> None:
        for address in self._written:
            root = self._storages[address].root()
            account = self._find(address)
            if root != (account or _NOBODY).storage_root:
                nonce, balance, _, code = account or _NOBODY
                self._put(address, _Account(nonce, balance, root, code))

    def persist(self) -> None:
        """Put what changed into the tries, and what is new into `nodes`."""
        self.make_state_root()
        nodes = cast("MutableMapping[bytes, bytes]", self._nodes)
        for address in self._written:
            nodes.update(self._storages[address].take_fresh())
        nodes.update(self._trie.take_fresh())
        nodes.update(self._codes)
        self._written.clear()
        self._codes.clear()


def _encode(account: _Account) -> bytes:
    numbers = (rlp.encode_integer(number) for number in account[:2])
    return rlp.encode([*numbers, account.storage_root, account.code_hash])


def _decode(item: bytes) -> _Account:
    """Decode what this class wrote into the trie."""
    nonce, balance, root, code = cast("list[bytes]", rlp.decode(item))
    return _Account(
        int.from_bytes(nonce, "big"),
        int.from_bytes(balance, "big"),
        Hash32(root),
        Hash32(code),
    )
