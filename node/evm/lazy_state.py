"""Take a snapshot of the state when something is about to change, not before.

py-evm records a checkpoint in every journal for each message, and undoes it after: most
of the time of a message that changes nothing. Here a snapshot is a mark; all marks
between two changes stand for one state and share one checkpoint, which the first change
after them makes.
"""

from __future__ import annotations

from typing import Any

from eth.vm.forks.prague.state import PragueState
from eth_typing import Address
from typing_extensions import override


class _Mark:
    """Stand for the state at one instant.

    made: whether something changed since. checkpoint: py-evm's snapshot, of the first
    mark of those that share it.
    """

    __slots__ = ("checkpoint", "made")

    def __init__(self) -> None:
        self.made = False
        self.checkpoint: Any = None


class LazyState(PragueState):
    """Hold accounts under execution; snapshots nest, and the last one ends first."""

    _marks: list[_Mark]  # those that are made come first
    # Accounts that are warm, by number, and what is run when they are called: whatever
    # could change either forgets them all.
    callees: dict[int, Any]

    def __init__(self, *arguments: Any) -> None:
        self._marks = []
        self.callees = {}
        super().__init__(*arguments)

    @override
    def snapshot(self) -> Any:
        mark = _Mark()
        self._marks.append(mark)
        return mark

    @override
    def revert(self, snapshot: Any) -> None:
        self._end(snapshot)
        if not snapshot.made:
            return
        self.callees.clear()
        checkpoint, shared = snapshot.checkpoint, []
        while checkpoint is None:  # one that was there before made it
            shared.append(self._marks.pop())
            checkpoint = shared[-1].checkpoint
        super().revert(checkpoint)
        for mark in reversed(shared):
            mark.made, mark.checkpoint = False, None
            self._marks.append(mark)

    @override
    def commit(self, snapshot: Any) -> None:
        self._end(snapshot)
        if snapshot.checkpoint is not None:
            super().commit(snapshot.checkpoint)

    def _end(self, mark: _Mark) -> None:
        """Forget a mark, and what an error left above it."""
        while self._marks.pop() is not mark:
            pass

    def _change(self) -> None:
        """Make the checkpoint of all marks that have none."""
        marks = self._marks
        first = len(marks)
        while first and not marks[first - 1].made:
            first -= 1
        if first == len(marks):
            return
        for mark in marks[first:]:
            mark.made = True
        marks[first].checkpoint = super().snapshot()

    @override
    def lock_changes(self) -> None:
        self.callees.clear()  # a transaction begins: all accounts are cold
        super().lock_changes()

    # What changes something

    @override
    def set_storage(self, address: Address, slot: int, value: int) -> None:
        self._change()
        super().set_storage(address, slot, value)

    @override
    def delete_storage(self, address: Address) -> None:
        self._change()
        super().delete_storage(address)

    @override
    def delete_account(self, address: Address) -> None:
        self.callees.clear()
        self._change()
        super().delete_account(address)

    @override
    def set_balance(self, address: Address, balance: int) -> None:
        self._change()
        super().set_balance(address, balance)

    @override
    def set_nonce(self, address: Address, nonce: int) -> None:
        self._change()
        super().set_nonce(address, nonce)

    @override
    def increment_nonce(self, address: Address) -> None:
        self._change()
        super().increment_nonce(address)

    @override
    def set_code(self, address: Address, code: bytes) -> None:
        self.callees.clear()
        self._change()
        super().set_code(address, code)

    @override
    def delete_code(self, address: Address) -> None:
        self.callees.clear()
        self._change()
        super().delete_code(address)

    @override
    def touch_account(self, address: Address) -> None:
        # An account that is there is written as it is, which is no change.
        if not self.account_exists(address):
            self._change()
            super().touch_account(address)

    @override
    def mark_storage_warm(self, address: Address, slot: int) -> None:
        if not self.is_storage_warm(address, slot):
            self._change()
            super().mark_storage_warm(address, slot)

    @override
    def mark_address_warm(self, address: Address) -> None:
        # Of a precompile this says that it is warm anyway; the journal may not have it.
        if not self._account_db.is_address_warm(address):
            self._change()
            super().mark_address_warm(address)

    @override
    def set_transient_storage(self, address: Address, slot: int, value: bytes) -> None:
        self._change()
        super().set_transient_storage(address, slot, value)

    @override
    def clear_transient_storage(self) -> None:
        self._change()
        super().clear_transient_storage()
