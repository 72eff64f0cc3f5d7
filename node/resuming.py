"""Let wait again what waited when a node ended, however it did."""

from __future__ import annotations

from eth_typing import Hash32

from node.errors import TransactionRefusedError
from node.hashing import keccak
from node.machine import StateMachine
from node.pending import Pending, in_turn


def resume_waiting(machine: StateMachine, pending: Pending, timestamp: int) -> None:
    """Fill a pool with what the store kept of the last one.

    Quotas are not asked again: all of it was acknowledged. What can no longer be mined
    is let go of, and its reason is remembered. timestamp: the next block's, in seconds.
    """
    accepted = []
    for raw in machine.waiting():
        try:
            accepted.append(machine.accept(raw))
        except TransactionRefusedError as error:
            pending.remember(Hash32(keccak(raw)), error.fact)
    for tx in in_turn(accepted):
        try:
            checked = machine.recheck_tx(tx.raw)
            earlier = pending.earlier(tx)
            gas_used = machine.try_tx(checked, timestamp=timestamp, earlier=earlier)
        except TransactionRefusedError as error:
            pending.remember(tx.hash, error.fact)
        else:
            pending.add(checked, gas_used)
