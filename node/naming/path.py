"""Spell why a message failed, and through which calls.

A contract's text is bounded here; whoever writes it down escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from node.evm.failing import Step, Trace
from node.naming.dictionary import Dictionary
from node.naming.values import Name
from node.rpc.revert import revert_message

_LONGEST: Final = 600  # letters of a reason
_LONGEST_NAME: Final = 80
_BEFORE_GAP: Final = 4  # steps, before those that were left out
_REVERTED: Final = "execution reverted"
_PRECOMPILES: Final = (
    "ecrecover",
    "sha256",
    "ripemd160",
    "identity",
    "modexp",
    "bn254 add",
    "bn254 multiply",
    "bn254 pairing",
    "blake2f",
    "point evaluation",
    "g1 add",
    "g1 msm",
    "g2 add",
    "g2 msm",
    "pairing",
    "map to g1",
    "map to g2",
)


@dataclass(frozen=True, slots=True)
class PathSpeller:
    """Spell paths with the names of one chain; name: says what an address is called."""

    dictionary: Dictionary
    name: Name

    def spell_failure(self, failure: str, output: bytes, trace: Trace | None) -> str:
        """Return the reason, after the path to what failed first if that is inside.

        A reason of its own comes before that: a contract may have put up with a call
        that failed, and failed itself for another reason.
        """
        reason = spell_reason(output)
        own = reason or failure[:_LONGEST]
        if trace is None:
            return own
        first = spell_reason(trace.output) or trace.failure
        path = f"{self._spell_path(trace)}: {first}"
        is_same = own in (first, _REVERTED)
        return path if is_same else f"{own}, after {path}"

    def _spell_path(self, trace: Trace) -> str:
        spelt = [self._spell_step(step)[:_LONGEST_NAME] for step in trace.steps]
        if trace.skipped:
            spelt.insert(_BEFORE_GAP, f"({trace.skipped} more)")
        return " -> ".join(spelt)

    def _spell_step(self, step: Step) -> str:
        if step.initcode is not None:
            made = self.dictionary.title_initcode(step.initcode)
            return f"{made or 'new contract'}.__init__"
        number = int.from_bytes(step.target, "big")
        if 0 < number <= len(_PRECOMPILES):
            return f"precompile {_PRECOMPILES[number - 1]}"
        title = self.dictionary.title_function(step.selector)
        return title or self.name(step.target)


def spell_reason(output: bytes) -> str:
    """Return the reason in revert data, bounded; empty if there is none."""
    return revert_message(output).removeprefix(_REVERTED).removeprefix(": ")[:_LONGEST]
