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
from node.errors import TransactionRefusedError
from node.evm.execute import Outcome
from node.execution import Execution
from node.naming.dictionary import Dictionary
from node.rpc.revert import revert_message
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
        fact += _reason(getattr(error, "output", b""))
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
        end = "" if receipt.succeeded else f", failed{_failure(outcome)}"
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
            **({} if receipt.succeeded else {"reason": _failure(outcome)[2:]}),
        }
        for log in receipt.logs[:_SHOWN_EVENTS]:
            yield self._tell_event(log, tx)
        more = len(receipt.logs) - _SHOWN_EVENTS
        if more > 0:
            line = f"    and {more} events more"
            yield {"event": "more_events", "line": line, "more": more}

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


def _failure(outcome: Outcome) -> str:
    """Return why a transaction failed, after a colon."""
    return _reason(outcome.output) or f": {outcome.failure}"


def _reason(output: bytes) -> str:
    """Return the reason in revert data, after a colon; empty if there is none."""
    reason = revert_message(output).removeprefix("execution reverted")
    return reason[:_LONGEST]
