"""The eth_ methods that run a message and forget it.

At the chain's end (latest, pending, safe, finalized) a message sees what the next
block would show it: the next number, and the clock with all time travel applied, so
that what a call answers is what a transaction sent now would meet. Inside a named past
block it sees that block's own number and time.
"""

from __future__ import annotations

from dataclasses import replace

from node.errors import CallFailedError, CallRevertedError
from node.evm.execute import Call, Outcome
from node.rpc.backend import Reading
from node.rpc.blocks import read_block
from node.rpc.encode import hexed
from node.rpc.parameters import BlockReference, CallObject

_LATEST = BlockReference("latest")
# A call keeps back 1/64 of its gas (EIP-150) and gives 2,300 with value, so a message
# that calls others may need a higher limit than it uses.
_STIPEND = 2_300
_TOLERANCE = 64  # the estimate is within 1/64 of the least limit that succeeds


def call(
    backend: Reading, message: CallObject, reference: BlockReference = _LATEST
) -> str:
    """Return a message's output; a revert is error 3 with the revert data."""
    outcome = _run(backend, message.as_call(_gas_cap(backend)), reference)
    return hexed(_require_success(outcome).output)


def estimate_gas(
    backend: Reading, message: CallObject, reference: BlockReference = _LATEST
) -> str:
    """Return a gas limit under which the message succeeds, not far above the least."""
    cap = message.as_call(_gas_cap(backend))
    most = _require_success(_run(backend, cap, reference)).gas_limit_used
    if _succeeds(backend, replace(cap, gas=most), reference):
        return hex(most)
    likely = (most + _STIPEND) * 64 // 63
    least, enough = most, cap.gas
    if likely < enough and _succeeds(backend, replace(cap, gas=likely), reference):
        enough = likely
    while enough - least > enough // _TOLERANCE:
        middle = (least + enough) // 2
        if _succeeds(backend, replace(cap, gas=middle), reference):
            enough = middle
        else:
            least = middle
    return hex(enough)


def _gas_cap(backend: Reading) -> int:
    return backend.chain.config.gas.transaction_limit


def _run(backend: Reading, message: Call, reference: BlockReference) -> Outcome:
    if reference.is_upcoming:
        timestamp = backend.next_timestamp()
        return backend.chain.simulate_next(message, timestamp=timestamp)
    return backend.chain.simulate(message, read_block(backend.chain, reference))


def _succeeds(backend: Reading, message: Call, reference: BlockReference) -> bool:
    return _run(backend, message, reference).succeeded


def _require_success(outcome: Outcome) -> Outcome:
    if outcome.reverted:
        raise CallRevertedError(outcome.output)
    if outcome.failure is not None:
        raise CallFailedError(outcome.failure)
    return outcome
