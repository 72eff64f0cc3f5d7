"""Accounts, and the points to go back to, against py-evm's own; and what they cost."""

from __future__ import annotations

from typing import Any

import pytest
from eth.vm.forks.prague.state import PragueState
from eth_typing import Address, Hash32
from hypothesis import example, given, settings
from hypothesis import strategies as st

from node.block import EMPTY_ROOT
from node.errors import StoreError
from node.evm.accounts import Accounts
from node.evm.slots import Slots
from node.evm.state import open_state
from node.hashing import keccak
from node.trie import Trie
from tests.node.bytecode import assemble
from tests.node.evm.beside_py_evm import compare, py_evms_state

_ALL = [Address(bytes([n]) * 20) for n in (1, 2, 3)]
_SLOTS = range(3)

_who, _slot = st.sampled_from(_ALL), st.sampled_from(_SLOTS)
_steps = st.one_of(
    st.tuples(st.just("set_storage"), _who, _slot, st.integers(0, 2)),
    st.tuples(st.just("set_storage"), _who, _slot, st.integers(0, 2)),
    st.tuples(st.just("set_balance"), _who, st.integers(0, 2)),
    st.tuples(st.just("set_nonce"), _who, st.integers(0, 2)),
    st.tuples(st.just("touch_account"), _who),
    st.tuples(st.sampled_from(["delete_account", "delete_storage"]), _who),
    st.tuples(st.just("set_code"), _who, st.sampled_from([b"", b"\1", b"\2"])),
    st.tuples(st.just("delete_code"), _who),
    st.tuples(st.just("mark_storage_warm"), _who, _slot),
    st.tuples(st.just("mark_address_warm"), _who),
    *[st.tuples(st.just("snapshot"))] * 4,
    st.tuples(st.just("commit"), st.integers(0, 2)),
    st.tuples(st.just("commit"), st.just(0)),
    st.tuples(st.just("revert"), st.integers(0, 2)),
    st.tuples(st.just("revert"), st.just(0)),
    st.tuples(st.just("lock_changes")),
    st.tuples(st.just("persist")),
)


class _Run:
    """Take steps; those that cannot be now are left out."""

    def __init__(self, state: PragueState) -> None:
        self.state = state
        self._open: list[Any] = []
        self._deleted: set[Address] = set()

    def take(self, what: str, *rest: Any) -> None:
        if what == "snapshot":
            self._open.append(self.state.snapshot())
        elif what in ("commit", "revert"):
            self._end(what, *rest)
        elif what in ("lock_changes", "persist"):
            if not self._open:  # they end a transaction, and a block
                getattr(self.state, what)()
                self._deleted.clear()
        elif not (what.startswith("delete_") and rest[0] in self._deleted):
            getattr(self.state, what)(*rest)
            if what in ("delete_account", "delete_storage"):  # once a transaction
                self._deleted.add(rest[0])

    def end(self) -> Hash32:
        """End transaction and block; returns the root."""
        self._open.clear()
        self.take("persist")
        self.take("lock_changes")
        return self.state.state_root

    def _end(self, how: str, place: int) -> None:
        if len(self._open) > place:
            snapshot = self._open[-1 - place]
            del self._open[-1 - place :]
            getattr(self.state, how)(snapshot)

    def seen(self) -> list[Any]:
        """Read all that can be read of accounts."""
        return [self._seen(who) for who in _ALL]

    def _seen(self, who: Address) -> tuple[Any, ...]:
        state = self.state
        # What the transaction found where storage is deleted by now nobody asks: a new
        # contract has none, and one that goes does so at the end. py-evm does not know.
        asked = () if who in self._deleted else _SLOTS
        return (
            state.get_balance(who),
            state.get_nonce(who),
            state.get_code(who),
            state.account_exists(who),
            state.account_is_empty(who),
            state.has_code_or_nonce(who),
            state.is_address_warm(who),
            [state.get_storage(who, slot) for slot in _SLOTS],
            [state.get_storage(who, slot, from_journal=False) for slot in asked],
            [state.is_storage_warm(who, slot) for slot in _SLOTS],
        )


_A, _B = _ALL[0], _ALL[1]


@settings(max_examples=300)
@given(st.lists(_steps, max_size=40))
@example(  # an inner change that was kept is undone with the outer one
    [
        ("snapshot",),
        ("snapshot",),
        ("set_storage", _A, 0, 1),
        ("commit", 0),
        ("set_storage", _A, 0, 2),
        ("revert", 0),
    ]
)
@example(  # of two kept ones the earlier is gone back to
    [
        ("snapshot",),
        ("set_storage", _A, 0, 1),
        ("snapshot",),
        ("set_storage", _A, 0, 2),
        ("set_storage", _B, 0, 2),
        ("commit", 0),
        ("revert", 0),
    ]
)
@example(  # what an earlier transaction left is no change of the next one
    [
        ("set_storage", _A, 0, 1),
        ("lock_changes",),
        ("snapshot",),
        ("set_storage", _A, 0, 2),
        ("revert", 0),
        ("persist",),
        ("snapshot",),
        ("set_storage", _A, 0, 2),
        ("revert", 0),
    ]
)
@example(  # of two kept ones the earlier, with what the transaction wrote before it
    [
        ("set_storage", _A, 0, 1),
        ("snapshot",),
        ("set_storage", _A, 0, 2),
        ("set_storage", _B, 0, 2),
        ("snapshot",),
        ("set_storage", _A, 0, 0),
        ("commit", 0),
        ("revert", 0),
    ]
)
@example(  # accounts of both are undone
    [
        ("snapshot",),
        ("set_balance", _A, 1),
        ("snapshot",),
        ("set_balance", _B, 1),
        ("commit", 0),
        ("revert", 0),
    ]
)
@example(  # storage that was wiped comes back
    [
        ("set_storage", _A, 0, 1),
        ("persist",),
        ("snapshot",),
        ("delete_account", _A),
        ("revert", 0),
    ]
)
def test_any_steps_leave_what_py_evm_leaves(steps: list[tuple[Any, ...]]) -> None:
    nodes: dict[bytes, bytes] = {}
    state = open_state(nodes, EMPTY_ROOT)
    ours = _Run(state)
    theirs = _Run(py_evms_state({}, state.execution_context))
    for step in steps:
        ours.take(*step)
        theirs.take(*step)
        assert ours.seen() == theirs.seen()
    root = ours.end()
    assert root == theirs.end()
    assert _Run(open_state(nodes, root)).seen() == ours.seen()


@pytest.fixture
def crowd() -> Accounts:
    """Accounts of which a hundred have storage that this block wrote to."""
    accounts = Accounts({})
    for number in range(100):
        accounts.set_storage(Address(bytes([9, number] * 10)), 0, 1)
    return accounts


@pytest.mark.parametrize("end", ["kept", "undone"])
def test_a_point_asks_no_storage_that_did_not_change(
    crowd: Accounts, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred contracts written to made each message cost half a millisecond."""
    crowd.lock_changes()
    asked: list[Slots] = []
    for name in ("get", "set", "lock"):
        ordinary = getattr(Slots, name)

        def counting(slots: Slots, *more: Any, ordinary: Any = ordinary) -> Any:
            asked.append(slots)
            return ordinary(slots, *more)

        monkeypatch.setattr(Slots, name, counting)
    point = crowd.journal.point()
    crowd.set_storage(_A, 0, 1)
    if end == "undone":
        crowd.journal.undo(point)
    crowd.lock_changes()
    assert {*asked} == {crowd._storages[_A]}


def test_what_was_read_is_known_after_another_change_is_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A contract that undid a message read a hundred warm slots and accounts anew."""
    nodes: dict[bytes, bytes] = {}
    before = Accounts(nodes)
    before.set_storage(_A, 5, 7)
    before.set_balance(_B, 7)
    before.persist()
    accounts = Accounts(nodes, before.state_root)
    read: list[bytes] = []
    ordinary = Trie.get

    def counting(trie: Trie, key: bytes) -> bytes:
        read.append(key)
        return ordinary(trie, key)

    monkeypatch.setattr(Trie, "get", counting)
    for _ in range(3):
        assert (accounts.get_storage(_A, 5), accounts.get_balance(_B)) == (7, 7)
        point = accounts.journal.point()
        accounts.set_storage(_A, 1, 1)
        accounts.set_balance(_A, 1)
        accounts.journal.undo(point)
    assert len(read) == len({*read})


def test_what_can_no_longer_be_undone_is_forgotten() -> None:
    accounts = Accounts({})
    for number in range(50):
        accounts.set_storage(_A, 0, number)
    assert accounts.journal.point() > 0
    accounts.lock_changes()
    assert accounts.journal.point() == 0


def test_code_that_was_undone_is_not_kept() -> None:
    """Else whoever fails to make contracts fills the disks of all."""
    nodes: dict[bytes, bytes] = {}
    accounts = Accounts(nodes)
    point = accounts.journal.point()
    accounts.set_code(_A, b"never")
    accounts.journal.undo(point)
    accounts.set_code(_A, b"code")
    accounts.persist()
    assert b"code" in nodes.values()
    assert b"never" not in nodes.values()


def test_a_code_that_is_missing_is_no_empty_one() -> None:
    nodes: dict[bytes, bytes] = {}
    before = Accounts(nodes)
    before.set_code(_A, b"code")
    before.persist()
    del nodes[keccak(b"code")]
    with pytest.raises(StoreError, match=f"code {keccak(b'code').hex()} is missing"):
        Accounts(nodes, before.state_root).get_code(_A)


def test_messages_after_many_contracts_were_written_to_leave_the_same() -> None:
    others = {Address(bytes([0xA0 + n]) * 20): assemble("1 2 SSTORE") for n in range(9)}
    touch = " ".join(f"0 0 0 0 0 0x{each.hex()} GAS CALL POP" for each in others)
    inner = "0 0 0 0 0 ADDRESS GAS 2 SWAP1 DIV CALL POP GAS 1 SSTORE"
    compare(assemble(f"{touch} {inner} 0 0 REVERT"), 2_000_000, others)
    compare(assemble(f"{touch} {inner}"), 2_000_000, others)
