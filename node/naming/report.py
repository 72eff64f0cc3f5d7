"""Turn what an engine did into facts that a person or a program can read.

A fact is a mapping of plain values; `line` is what a screen shows of it. Foreign text
in it is as it came: whoever writes it down escapes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from node.block import Block, Log, Receipt, Transaction
from node.config import Config
from node.errors import TransactionRefusedError, WouldFailError
from node.evm.execute import Outcome
from node.execution import Execution
from node.naming.dictionary import Dictionary
from node.naming.path import PathSpeller
from node.transaction import accept_transaction

_SHOWN_EVENTS = 64  # of one transaction
_LONGEST = 600  # letters of a reason

Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reporter:
    """Know the names of one chain."""

    dictionary: Dictionary
    names: Mapping[bytes, str]
    chain_id: int

    @classmethod
    def of(cls, config: Config, dictionary: Dictionary, chain_id: int) -> Reporter:
        """Return a reporter of a chain that knows the names of a configuration."""
        names = {bytes.fromhex(at[2:]): name for name, at in config.names.items()}
        for account in config.accounts:
            if account.name:
                names[account.address] = account.name
        return cls(dictionary, names, chain_id)

    def name(self, address: bytes) -> str:
        """Return what an address is called, else its beginning and end."""
        return (
            self.names.get(address) or f"0x{address.hex()[:8]}...{address.hex()[-4:]}"
        )

    def tell_block(self, execution: Execution, seconds: float) -> Iterator[Fact]:
        """Yield a block, its transactions with their events, and who was left out."""
        block = execution.block
        count = len(block.transactions)
        many = "1 transaction" if count == 1 else f"{count} transactions"
        yield {
            "event": "block",
            "line": f"block {block.number}: {many}, {block.header.gas_used:,} gas, "
            f"{seconds * 1000:.0f} ms",
            "number": block.number,
            "hash": "0x" + block.hash.hex(),
            "timestamp": block.header.timestamp,
            "transactions": count,
            "gas_used": block.header.gas_used,
            "seconds": round(seconds, 6),
        }
        for index in range(count):
            yield from self._tell_transaction(block, index, execution.outcomes[index])
        for tx, error in execution.refused:
            yield self._refusal(tx, error)

    def tell_refusal(
        self, raw: bytes, error: TransactionRefusedError
    ) -> Iterator[Fact]:
        """Yield why a transaction was not accepted, and whose it is if that shows."""
        try:
            tx = accept_transaction(raw, self.chain_id)
        except TransactionRefusedError:
            tx = None
        yield self._refusal(tx, error)

    def _refusal(self, tx: Transaction | None, error: TransactionRefusedError) -> Fact:
        fact = str(error).removeprefix("transaction: ")[:_LONGEST]
        if isinstance(error, WouldFailError):
            fact = f"it would fail: {self._would_fail(error)}"
        whose = "" if tx is None else f"{self._spell(tx)}: "
        return {
            "event": "refusal",
            "level": "warning",
            "line": f"refused: {whose}{fact}",
            "error": type(error).__name__,
            "reason": fact,
            **({} if tx is None else self._identify(tx)),
        }

    def _tell_transaction(
        self, block: Block, index: int, outcome: Outcome
    ) -> Iterator[Fact]:
        tx, receipt = block.transactions[index], block.receipts[index]
        why = "" if receipt.succeeded else self._why(outcome)
        end = f", failed: {why}" if why else ""
        call = self._call(tx)
        yield {
            "event": "transaction",
            "level": "info" if receipt.succeeded else "warning",
            "line": f"  {self._spell(tx, receipt)}, {receipt.gas_used:,} gas{end}",
            **self._identify(tx),
            **({"call": call} if call else {}),
            "block": block.number,
            "index": index,
            "succeeded": receipt.succeeded,
            "gas_used": receipt.gas_used,
            **_created(receipt),
            **({"reason": why} if why else {}),
        }
        for log in receipt.logs[:_SHOWN_EVENTS]:
            yield self._tell_event(log, tx)
        more = len(receipt.logs) - _SHOWN_EVENTS
        if more > 0:
            line = f"    and {more} events more"
            yield {"event": "more_events", "line": line, "more": more}

    def _why(self, outcome: Outcome) -> str:
        speller = PathSpeller(self.dictionary, self.name)
        failure = outcome.failure or ""
        return speller.spell_failure(failure, outcome.output, outcome.trace)

    def _would_fail(self, error: WouldFailError) -> str:
        speller = PathSpeller(self.dictionary, self.name)
        return speller.spell_failure(error.failure, error.output, error.trace)

    def _tell_event(self, log: Log, tx: Transaction) -> Fact:
        spelt = self.dictionary.spell_event(log, self.name)
        if spelt is None:
            spelt = f"event 0x{log.topics[0].hex()}" if log.topics else "event"
        return {
            "event": "log",
            "line": f"    {self.name(log.address)} {spelt}",
            "address": "0x" + log.address.hex(),
            "decoded": spelt,
            "transaction": "0x" + tx.hash.hex(),
        }

    def _call(self, tx: Transaction) -> str | None:
        if tx.to is None:
            return None
        return self.dictionary.spell_call(tx.payload, self.name)

    def _spell(self, tx: Transaction, receipt: Receipt | None = None) -> str:
        sender = self.name(tx.sender)
        if tx.to is None:
            made = receipt.created if receipt else None
            return f"{sender} makes a contract" + (
                f" at 0x{made.hex()}" if made else ""
            )
        call = self._call(tx)
        if call is None:
            call = f"0x{tx.payload[:4].hex()}, {len(tx.payload)} bytes"
            call = call if tx.payload else f"{tx.value} wei"
        return f"{sender} to {self.name(tx.to)} {call}"

    def _identify(self, tx: Transaction) -> dict[str, Any]:
        return {
            "transaction": "0x" + tx.hash.hex(),
            "sender": self.names.get(tx.sender, "0x" + tx.sender.hex()),
            "to": None if tx.to is None else "0x" + tx.to.hex(),
            "nonce": tx.nonce,
        }


def _created(receipt: Receipt) -> dict[str, str]:
    return {"created": "0x" + receipt.created.hex()} if receipt.created else {}
