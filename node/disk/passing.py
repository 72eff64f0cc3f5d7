"""Keep a chain in a folder for as long as a node runs, and let it be taken back.

A development chain without a folder of its own lives here: readers in other processes
see it as they see any other, and nobody is promised that it stays.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from eth_typing import Hash32
from typing_extensions import override

from node.disk.store import DiskStore, number_key
from node.log_index import marks_of


class PassingStore(DiskStore):
    """Keep everything in a folder that goes with the node."""

    @property
    @override
    def waiting(self) -> tuple[bytes, ...]:
        """Return nothing: what waits goes with the node, as all of this does."""
        return ()

    @override
    def keep_waiting(self, waiting: Mapping[Hash32, bytes]) -> None:
        """Leave it to who holds what waits."""

    @override
    def truncate(self, height: int) -> None:
        """Forget the blocks above a height."""
        dropped = [self.block(number) for number in range(height + 1, self.height + 1)]
        with self._write() as transaction:
            for block in dropped:
                key = number_key(block.number)
                keys: dict[str, list[bytes]] = {
                    "headers": [key],
                    "transactions": [key],
                    "receipts": [key],
                    "numbers": [block.hash],
                    "places": [tx.hash for tx in block.transactions],
                    "marks": [mark + key for mark in marks_of(block)],
                }
                for table, gone in keys.items():
                    for each in gone:
                        transaction.delete(each, db=self._tables[table])
        self._recent = OrderedDict()  # who reads meanwhile fills the old one
