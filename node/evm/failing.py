"""Remember through which calls a message failed, for whoever reads the log.

Nothing here is seen by a contract or enters a block. It is made when a message has
failed: one that succeeds pays nothing for it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from eth.exceptions import Revert, VMError

from node.errors import PrecompileError

_OUTER: Final = 4  # steps that are kept from the transaction's own
_INNER: Final = 4  # and from the one that failed first
_OUTPUT: Final = 4_096  # bytes of revert data
_SELECTOR: Final = 4
_FACT: Final = 200  # letters

# A message or a precompile's number, its error, its output, and what failed inside it
# last. Contracts fail often at little cost: words are found for it at the end.
Failing = tuple[Any, Exception | None, bytes, Any]


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


def mark_message(computation: Any) -> Failing:
    """Return what to remember of a message that failed."""
    error, output = computation.error, computation.output
    return computation.msg, error, output, computation.failing


def mark_precompile(number: int, error: Exception | None) -> Failing:
    """Return what to remember of a precompile that failed; no error: out of gas."""
    return number, error, b"", None


def trace(computation: Any) -> Trace | None:
    """Return the way from a computation to what failed first in it; None if none did.

    What failed inside last is taken for the cause: a contract may have put up with it.
    """
    if computation.is_success or computation.failing is None:
        return None
    failing = mark_message(computation)
    outer: list[Step] = []
    inner: deque[Step] = deque(maxlen=_INNER)
    count = 0
    while True:
        message, error, output, deeper = failing
        step = _step(message)
        (outer if count < _OUTER else inner).append(step)
        count += 1
        if deeper is None:
            break
        failing = deeper
    steps = (*outer, *inner)
    words = failure_words(error)
    return Trace(steps, count - len(steps), words, bytes(output[:_OUTPUT]))


def failure_words(error: Exception | None) -> str:
    """Name an EVM failure: `OutOfGas` becomes `out of gas`, as does none."""
    if error is None:
        return "out of gas"
    if isinstance(error, Revert):
        return "execution reverted"
    if type(error) is VMError or isinstance(error, PrecompileError):
        return str(error)[:_FACT]  # a precompile said why
    name = type(error).__name__
    return "".join(" " + c.lower() if c.isupper() else c for c in name).strip()


def _step(message: Any) -> Step:
    if isinstance(message, int):
        return Step(message.to_bytes(20, "big"), b"")
    if message.is_create:
        return Step(bytes(message.storage_address), b"", bytes(message.code))
    return Step(bytes(message.code_address), bytes(message.data[:_SELECTOR]))
