"""Remember through which calls a message failed, for whoever reads the log.

Nothing here is seen by a contract or enters a block. It is made when a message has
failed: one that succeeds pays nothing for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from eth.exceptions import Revert, VMError

_OUTER: Final = 4  # steps that are kept from the transaction's own
_INNER: Final = 4  # and from the one that failed first
_OUTPUT: Final = 4_096  # bytes of revert data
_SELECTOR: Final = 4
_FACT: Final = 200  # letters


@dataclass(frozen=True, slots=True)
class Step:
    """Hold a message: whose code it ran, and the function; or the initcode it ran."""

    target: bytes
    selector: bytes
    initcode: bytes | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """Hold the way to the message that failed first.

    steps: from the outermost. skipped: how many were left out in the middle, after
    `steps[3]`. failure, output: of the last step.
    """

    steps: tuple[Step, ...]
    skipped: int
    failure: str
    output: bytes


def trace_message(computation: Any) -> Trace:
    """Return the way from a computation that failed to what failed first in it.

    What failed inside last is taken for the cause: a contract may have put up with it.
    """
    message = computation.msg
    code = bytes(message.code) if message.is_create else None
    data = b"" if message.is_create else bytes(message.data[:_SELECTOR])
    step = Step(bytes(message.code_address), data, code)
    inner: Trace | None = computation.failing
    if inner is None:
        return _first(step, failure_words(computation.error), computation.output)
    steps, skipped = (step, *inner.steps), inner.skipped
    if len(steps) > _OUTER + _INNER:
        steps, skipped = steps[:_OUTER] + steps[_OUTER + 1 :], skipped + 1
    return Trace(steps, skipped, inner.failure, inner.output)


def trace_precompile(number: int, failure: str) -> Trace:
    """Return the way to a precompile that failed: the one step."""
    return _first(Step(number.to_bytes(20, "big"), b""), failure, b"")


def failure_words(error: VMError) -> str:
    """Name an EVM failure: `OutOfGas` becomes `out of gas`."""
    if isinstance(error, Revert):
        return "execution reverted"
    if type(error) is VMError:  # a precompile said why
        return str(error)[:_FACT]
    name = type(error).__name__
    return "".join(" " + c.lower() if c.isupper() else c for c in name).strip()


def _first(step: Step, failure: str, output: bytes) -> Trace:
    return Trace((step,), 0, failure[:_FACT], bytes(output[:_OUTPUT]))
