"""Opcodes that are a function on the computation, called as they stand.

They change state, or send messages: no Python is written for them. The functions are in
account_opcodes.py, storage_opcodes.py, log_opcodes.py and message_calls.py; a compiled
path calls them between its own lines, and has to know only what is written here.
"""

from __future__ import annotations

from dataclasses import dataclass

from eth.vm import opcode_values as op

from node.evm.arithmetic import MASK


@dataclass(frozen=True, slots=True)
class Called:
    """What such a function does to the stack and to memory.

    takes: operands. gives: whether it pushes a word, which is `most` at most.
    writes: whether it may write to memory; any of them may extend it.
    """

    takes: int
    gives: bool = False
    writes: bool = False
    most: int = MASK


CALLED: dict[int, Called] = {
    op.BALANCE: Called(1, gives=True),
    op.EXTCODESIZE: Called(1, gives=True),
    op.EXTCODECOPY: Called(4, writes=True),
    op.EXTCODEHASH: Called(1, gives=True),
    op.SLOAD: Called(1, gives=True),
    op.SSTORE: Called(2),
    op.TLOAD: Called(1, gives=True),
    op.TSTORE: Called(2),
    **{op.LOG0 + topics: Called(2 + topics) for topics in range(5)},
    op.CALL: Called(7, gives=True, writes=True, most=1),
    op.CALLCODE: Called(7, gives=True, writes=True, most=1),
    op.DELEGATECALL: Called(6, gives=True, writes=True, most=1),
    op.STATICCALL: Called(6, gives=True, writes=True, most=1),
}
