"""Keep out of the engine's pool what no next block can hold.

The engine makes a block as long as its pool holds anything. A transaction before which
a nonce is missing comes into none, so that with one of them empty blocks would follow
each other for ever, on every node: it waits with the node that it was given to.
"""

from __future__ import annotations

from typing import Final

from eth_typing import Address

from node.admission import Checked
from node.errors import NonceError

EARLY: Final = 3
"""Code of a transaction that is good, once an earlier one of its sender came."""


class Nonces:
    """Know which nonce of each sender follows what the engine's pool holds.

    After a block the engine has all of its pool checked again, in the order in which
    it came: what follows one that a block left out goes with it.
    """

    def __init__(self) -> None:
        self._next: dict[Address, int] = {}

    def forget(self) -> None:
        """Begin anew, before the engine has its pool checked again."""
        self._next.clear()

    def take(self, checked: Checked) -> None:
        """Count a transaction that comes into the pool. Raises: NonceError."""
        tx = checked.transaction
        expected = max(checked.account_nonce, self._next.get(tx.sender, 0))
        if tx.nonce > expected:
            raise NonceError("too high", expected=expected, found=tx.nonce)
        self._next[tx.sender] = max(expected, tx.nonce + 1)
