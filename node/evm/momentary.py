"""Hold what ends with a transaction: what is warm, and slots that are transient."""

from __future__ import annotations

from typing import Any

from eth_typing import Address

from node.evm.journal import Journal


class Momentary:
    """What EIP-2929 and EIP-1153 speak of, and who has been called.

    journal: by which changes are undone.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.begin()

    def begin(self) -> None:
        """Begin a transaction: nothing is warm, no slot holds anything."""
        self._warm: dict[Any, bool] = {}  # addresses, and slots with theirs
        self._slots: dict[tuple[Address, int], int] = {}
        # Accounts that are warm, by number, and what is run when they are called.
        self.callees: dict[int, Any] = {}

    def warm(self) -> frozenset[Any]:
        """Return the addresses that are warm, and the slots with theirs."""
        return frozenset(self._warm)

    def is_warm(self, what: Address | tuple[Address, int]) -> bool:
        """Say whether an account, or a slot of it, was asked for before."""
        return what in self._warm

    def make_warm(self, what: Address | tuple[Address, int]) -> bool:
        """Have an account, or a slot of it, warm; returns whether it was not."""
        if what in self._warm:
            return False
        self._journal.put(self._warm, what, True)
        return True

    def get_slot(self, address: Address, slot: int) -> int:
        """Return a transient slot's value."""
        return self._slots.get((address, slot), 0)

    def set_slot(self, address: Address, slot: int, value: int) -> None:
        """Give a transient slot a value."""
        self._journal.put(self._slots, (address, slot), value)

    def clear_slots(self) -> None:
        """End the transaction, which from now on is undone whole or not at all."""
        self._slots = {}

    def keep_callee(self, number: int, callee: Any) -> None:
        """Keep what is run when an account is called, as long as it stays warm."""
        self._journal.put(self.callees, number, callee)

    def forget_callees(self) -> None:
        """Look anew at whoever is called: code is about to change."""
        self.callees.clear()
