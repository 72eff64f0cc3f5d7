"""Checkpoints of accounts against py-evm's own, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest
from eth.constants import BLANK_ROOT_HASH
from eth.db.account import AccountDB
from eth.db.atomic import AtomicDB
from eth.db.storage import AccountStorageDB, StorageLookup
from eth_typing import Address
from hypothesis import example, given, settings
from hypothesis import strategies as st

from node.evm.accounts import Accounts
from tests.node.bytecode import assemble
from tests.node.evm.beside_py_evm import compare

_ALL = [Address(bytes([n]) * 20) for n in (1, 2, 3)]
_SLOTS = range(3)

_who, _slot = st.sampled_from(_ALL), st.sampled_from(_SLOTS)
_steps = st.one_of(
    st.tuples(st.just("set_storage"), _who, _slot, st.integers(0, 2)),
    st.tuples(st.just("set_storage"), _who, _slot, st.integers(0, 2)),
    st.tuples(st.just("set_balance"), _who, st.integers(0, 2)),
    st.tuples(st.just("delete_account"), _who),
    st.tuples(st.just("set_code"), _who, st.sampled_from([b"", b"\1", b"\2"])),
    st.tuples(st.just("mark_storage_warm"), _who, _slot),
    *[st.tuples(st.just("record"))] * 4,
    st.tuples(st.just("commit"), st.integers(0, 2)),
    st.tuples(st.just("commit"), st.just(0)),
    st.tuples(st.just("discard"), st.integers(0, 2)),
    st.tuples(st.just("discard"), st.just(0)),
    st.tuples(st.just("lock_changes")),
    st.tuples(st.just("persist")),
)


def _seen(accounts: AccountDB) -> list[Any]:
    """Read all that can be read of accounts."""
    return [
        (
            accounts.get_balance(who),
            accounts.get_code(who),
            accounts.account_exists(who),
            [accounts.get_storage(who, slot) for slot in _SLOTS],
            [accounts.get_storage(who, slot, from_journal=False) for slot in _SLOTS],
            [accounts.is_storage_warm(who, slot) for slot in _SLOTS],
        )
        for who in _ALL
    ]


class _Run:
    """Take steps; those that cannot be now are left out."""

    def __init__(self, accounts: AccountDB) -> None:
        self.accounts = accounts
        self._open: list[Any] = []
        self._deleted: set[Address] = set()

    def take(self, what: str, *rest: Any) -> None:
        if what in ("commit", "discard"):
            if len(self._open) > rest[0]:
                checkpoint = self._open[-1 - rest[0]]
                del self._open[-1 - rest[0] :]
                getattr(self.accounts, what)(checkpoint)
        elif what == "record":
            self._open.append(self.accounts.record())
        elif what in ("lock_changes", "persist"):
            if not self._open:  # they end a transaction, and a block
                getattr(self.accounts, what)()
                self._deleted.clear()
        elif what == "delete_account":  # once a transaction, when it ends
            if rest[0] not in self._deleted:
                self._deleted.add(rest[0])
                self.accounts.delete_account(*rest)
        else:
            getattr(self.accounts, what)(*rest)


_A, _B = _ALL[0], _ALL[1]


@settings(max_examples=300)
@given(st.lists(_steps, max_size=40))
@example(  # an inner change that was kept is undone with the outer one
    [
        ("record",),
        ("record",),
        ("set_storage", _A, 0, 1),
        ("commit", 0),
        ("set_storage", _A, 0, 2),
        ("discard", 0),
    ]
)
@example(  # of two kept ones the earlier is gone back to
    [
        ("record",),
        ("set_storage", _A, 0, 1),
        ("record",),
        ("set_storage", _A, 0, 2),
        ("set_storage", _B, 0, 2),
        ("commit", 0),
        ("discard", 0),
    ]
)
@example(  # what an earlier transaction left is no change of the next one
    [
        ("set_storage", _A, 0, 1),
        ("lock_changes",),
        ("record",),
        ("set_storage", _A, 0, 2),
        ("discard", 0),
        ("persist",),
        ("record",),
        ("set_storage", _A, 0, 2),
        ("discard", 0),
    ]
)
@example(  # of two kept ones the earlier, with what the transaction wrote before it
    [
        ("set_storage", _A, 0, 1),
        ("record",),
        ("set_storage", _A, 0, 2),
        ("set_storage", _B, 0, 2),
        ("record",),
        ("set_storage", _A, 0, 0),
        ("commit", 0),
        ("discard", 0),
    ]
)
@example(  # accounts of both are undone
    [
        ("record",),
        ("set_balance", _A, 1),
        ("record",),
        ("set_balance", _B, 1),
        ("commit", 0),
        ("discard", 0),
    ]
)
@example(  # storage that was wiped comes back
    [
        ("set_storage", _A, 0, 1),
        ("persist",),
        ("record",),
        ("delete_account", _A),
        ("discard", 0),
    ]
)
def test_any_steps_leave_what_py_evm_leaves(steps: list[tuple[Any, ...]]) -> None:
    ours, theirs = _Run(Accounts(AtomicDB())), _Run(AccountDB(AtomicDB()))
    for step in steps:
        ours.take(*step)
        theirs.take(*step)
        assert _seen(ours.accounts) == _seen(theirs.accounts)
    assert ours.accounts.make_state_root() == theirs.accounts.make_state_root()


@pytest.fixture
def crowd() -> Accounts:
    """Accounts of which a hundred have storage that this block wrote to."""
    accounts = Accounts(AtomicDB(), BLANK_ROOT_HASH)
    for number in range(100):
        accounts.set_storage(Address(bytes([9, number] * 10)), 0, 1)
    return accounts


@pytest.mark.parametrize("end", ["commit", "discard"])
def test_checkpoint_asks_no_storage_that_did_not_change(
    crowd: Accounts, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred contracts written to made each message cost half a millisecond."""
    asked: list[bytes] = []
    for name in ("record", "commit", "discard", "lock_changes"):
        ordinary = getattr(AccountStorageDB, name)

        def counting(store: Any, *more: Any, ordinary: Any = ordinary) -> Any:
            asked.append(store._address)
            return ordinary(store, *more)

        monkeypatch.setattr(AccountStorageDB, name, counting)
    crowd.lock_changes()
    asked.clear()
    checkpoint = crowd.record()
    crowd.set_storage(_A, 0, 1)
    getattr(crowd, end)(checkpoint)
    crowd.lock_changes()
    assert {*asked} == {_A}


def test_what_was_read_is_known_after_another_change_is_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A contract that undid a message read a hundred warm slots and accounts anew."""
    accounts = Accounts(AtomicDB())
    accounts.set_storage(_A, 5, 7)
    accounts.set_balance(_B, 7)
    accounts.make_state_root()
    read: list[bytes] = []
    of_slots, of_accounts = StorageLookup.__getitem__, accounts._get_encoded_account

    def read_slot(lookup: StorageLookup, key: bytes) -> bytes:
        read.append(key)
        return of_slots(lookup, key)

    def read_account(who: Address, *more: bool) -> bytes:
        read.append(who)
        return of_accounts(who, *more)

    monkeypatch.setattr(StorageLookup, "__getitem__", read_slot)
    monkeypatch.setattr(accounts, "_get_encoded_account", read_account)
    for _ in range(3):
        assert (accounts.get_storage(_A, 5), accounts.get_balance(_B)) == (7, 7)
        checkpoint = accounts.record()
        accounts.set_storage(_A, 1, 1)
        accounts.set_balance(_A, 1)
        accounts.discard(checkpoint)
    assert read.count(b"\5") <= 1
    assert read.count(_B) <= 1


@pytest.mark.parametrize("depth", [0, 1])
def test_checkpoints_that_were_kept_are_forgotten(depth: int) -> None:
    """Storage looks for a checkpoint among all it holds: each message took longer."""
    accounts = Accounts(AtomicDB())
    for _ in range(depth):
        accounts.record()
        accounts.set_storage(_A, 0, 1)
    for number in range(50):
        checkpoint = accounts.record()
        accounts.set_storage(_A, 0, number)
        accounts.commit(checkpoint)
    store = accounts._get_address_store(_A)
    held = store._journal_storage._journal._checkpoint_stack
    assert len(held) == 1 + depth  # and the first one, which it always has


def test_messages_after_many_contracts_were_written_to_leave_the_same() -> None:
    others = {Address(bytes([0xA0 + n]) * 20): assemble("1 2 SSTORE") for n in range(9)}
    touch = " ".join(f"0 0 0 0 0 0x{each.hex()} GAS CALL POP" for each in others)
    inner = "0 0 0 0 0 ADDRESS GAS 2 SWAP1 DIV CALL POP GAS 1 SSTORE"
    compare(assemble(f"{touch} {inner} 0 0 REVERT"), 2_000_000, others)
    compare(assemble(f"{touch} {inner}"), 2_000_000, others)
