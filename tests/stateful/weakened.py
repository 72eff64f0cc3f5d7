"""Contracts without one of their defences: a machine that tells of them must go red.

Else a machine that never comes near a defence would be green for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from node.evm.interpreter import Computation
from tests.mutants.contracts.judge import list_mutants
from tests.mutants.contracts.substitution import compile_mutant, substitute
from tests.stateful.pace import Pace, tell_until_red


def assert_noticed(
    machine: type[RuleBasedStateMachine], pace: Pace, weakness: str
) -> None:
    """Assert that some story differs from its model; weakness: a mutant's name."""
    with weakened(weakness), pytest.raises(AssertionError):
        tell_until_red(machine, pace)


@contextmanager
def weakened(name: str) -> Iterator[None]:
    """Let all chains of this process run one of the mutants."""
    usual = Computation.__dict__["apply_computation"]
    (mutant,) = (each for each in list_mutants().mutants if each.name == name)
    substitute(compile_mutant(mutant))
    try:
        yield
    finally:
        Computation.apply_computation = usual  # type: ignore[method-assign]
