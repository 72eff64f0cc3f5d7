"""Stand between clients and a network: check what they send, hold it until it is mined.

A transaction that a client sent is this node's to bring into a block: it is given to
the consensus engine, and again until it is on the chain or can no longer be.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress

from eth_typing import Address, Hash32

from node.admission import Checked
from node.block import Transaction
from node.chain import Chain
from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.freshness import MOST_LAG
from node.engine.comet.nonces import EARLY
from node.engine.watcher import NOBODY, Watcher
from node.errors import (
    EngineError,
    NonceError,
    StoreError,
    TransactionRefusedError,
)
from node.execution import Execution
from node.machine import StateMachine
from node.pending import Pending
from node.resuming import resume_waiting

_log = logging.getLogger(__name__)
_AGAIN = 5.0  # seconds until a transaction that still waits is given once more
_LEFT_OUT = 3  # times that a block may leave out what would do in the next one
_KNOWN = "tx already exists in cache"


class CometEngine:
    """Answer clients of one node of a network.

    clock: returns seconds since 1970, for calls only: blocks have the network's time.
    What changes the machine or what waits is called in one thread, the writer.
    """

    def __init__(self, machine: StateMachine, clock: Callable[[], int]) -> None:
        self.machine = machine
        self.pending = Pending(machine.chain.config.admission)
        self.watcher: Watcher = NOBODY
        self._clock = clock
        self._arrived = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None  # that gives on
        self._given: dict[Hash32, float] = {}
        self._early: dict[tuple[Address, int], Hash32] = {}  # that the engine knows not
        self._left_out: Counter[Hash32] = Counter()
        resume_waiting(machine, self.pending, self.next_timestamp())

    @property
    def chain(self) -> Chain:
        """Return the chain that was committed."""
        return self.machine.chain

    def send_raw(self, raw: bytes) -> Hash32:
        """Accept a signed transaction for the network; returns its hash.

        It is kept among what waits by then, and given on after a restart, too.
        Raises: TransactionRefusedError, StoreError, HomeLostError; then it does not
        wait.
        """
        try:
            checked = self.machine.check_tx(raw)
            self.pending.check(checked)
            gas_used = self._try(checked)
            self.machine.keep_waiting(self.pending.encoded(checked.transaction))
            self.pending.add(checked, gas_used)
        except TransactionRefusedError as error:
            self.watcher.refused(raw, error)
            raise
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._arrived.set)
        return checked.transaction.hash

    def next_nonce(self, sender: Address) -> int:
        """Return the nonce that the sender's next transaction needs."""
        account = self.chain.account(sender, self.chain.head)
        return self.pending.next_nonce(sender, account.nonce)

    def awaits_block(self) -> bool:
        """Say whether something waits that the next block can hold."""
        head, seen = self.chain.head, set[Address]()
        for tx in self.pending:
            if tx.sender not in seen:  # of whom this is the one with the least nonce
                seen.add(tx.sender)
                if tx.nonce <= self.chain.account(tx.sender, head).nonce:
                    return True
        return False

    def next_timestamp(self) -> int:
        """Return what the next block's timestamp will have reached, in seconds."""
        latest = self.chain.head.header.timestamp
        return max(self._clock() - int(MOST_LAG), latest)

    def follow(self, execution: Execution) -> None:
        """Let go of what a proposal that was agreed on mined or made impossible.

        Nothing that was not in it is run again. What waits is in other nodes' hands
        already, and whatever comes of it the next block tells; with a thousand waiting,
        to run them after each block would take this node from the others' side.
        """
        mined = execution.block.transactions
        for tx in mined:
            self.pending.remove(tx)
            self._forget(tx)
        left_out = [tx for tx, _ in execution.refused]
        for tx in left_out:
            self._retry(tx)
        for sender in {tx.sender for tx in (*mined, *left_out)}:
            self._review(sender)
        self._keep()

    def _retry(self, tx: Transaction) -> None:
        """Have a transaction that a block left out wait on, if it would do by now.

        A block's time may be behind: what it could not do yet, the next one can.
        """
        if self.pending.get(tx.hash) is None:
            return
        self._left_out[tx.hash] += 1
        if self._left_out[tx.hash] >= _LEFT_OUT:
            self._let_go(tx, f"was left out of {_LEFT_OUT} blocks")
            return
        try:
            self._try(self.machine.recheck_tx(tx.raw))
        except TransactionRefusedError as error:
            self._let_go(tx, error.fact)

    def _review(self, sender: Address) -> None:
        """Let go of a sender's transactions that can be mined no more.

        A stranger's does not wait for an earlier one that will never come.
        """
        following = 0
        for tx in self.pending.of(sender):
            try:
                checked = self.machine.recheck_tx(tx.raw)
            except TransactionRefusedError as error:
                self._let_go(tx, error.fact)
                continue
            following = max(following, checked.account_nonce)
            if checked.is_stranger and tx.nonce > following:
                gap = NonceError("too high", expected=following, found=tx.nonce)
                self._let_go(tx, gap.fact)
            else:
                following = tx.nonce + 1

    def _try(self, checked: Checked) -> int:
        """Run a transaction after what waits; returns the gas that it uses."""
        timestamp = self.next_timestamp()
        if not len(self.pending) and self.machine.trial_timestamp() != timestamp:
            self.machine.end_trial()  # what was refused at rest must not stop the clock
        return self.machine.try_tx(
            checked,
            timestamp=timestamp,
            earlier=self.pending.earlier(checked.transaction),
        )

    async def give_on(self, rpc: EngineRpc, writer: Executor) -> None:
        """Give what waits to the consensus engine, for ever."""
        self._loop = asyncio.get_running_loop()
        now = self._loop.time
        while True:
            self._arrived.clear()  # first: what arrives while we give must not wait
            for tx in self.pending:
                if now() - self._given.get(tx.hash, float("-inf")) >= _AGAIN:
                    self._given[tx.hash] = now()
                    await self._give(rpc, tx, writer)
            # Not `wait_for`: it loses a cancellation that comes with what it waits for,
            # and the node would never stop.
            with suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN):
                    await self._arrived.wait()

    async def _give(self, rpc: EngineRpc, tx: Transaction, writer: Executor) -> None:
        try:
            code, word = await rpc.broadcast(tx.raw)
        except EngineError as error:
            if _KNOWN not in str(error):
                _log.warning("0x%s waits: %s", tx.hash.hex(), error)
            return
        if code == EARLY:
            self._early[tx.sender, tx.nonce] = tx.hash
        elif code:
            _log.warning("0x%s is given up: %s", tx.hash.hex(), word)
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(writer, self._drop, tx, word)
        else:
            follower = self._early.pop((tx.sender, tx.nonce + 1), None)
            if follower is not None:
                self._given.pop(follower, None)

    def _drop(self, tx: Transaction, why: str) -> None:
        self._let_go(tx, why)
        self._keep()

    def _let_go(self, tx: Transaction, why: str) -> None:
        self.pending.drop(tx, why)
        self._forget(tx)

    def _forget(self, tx: Transaction) -> None:
        self._given.pop(tx.hash, None)
        self._early.pop((tx.sender, tx.nonce), None)
        del self._left_out[tx.hash]

    def _keep(self) -> None:
        """Keep that others wait no more; if that fails, a new start judges them."""
        with suppress(StoreError):
            self.machine.keep_waiting(self.pending.encoded())
