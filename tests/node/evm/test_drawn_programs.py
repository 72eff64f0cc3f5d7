"""Whole programs over several transactions, by our interpreter and by py-evm's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from node.evm.compiler import inline, program
from node.evm.compiler.programs import read_program
from tests.node.evm.beside_py_evm import compare_all
from tests.node.evm.drawn_programs import CONTRACTS, Call, calls, programs

_EXAMPLES = 40


@pytest.fixture(autouse=True, scope="module", params=[0, 4], ids=["hot", "warming"])
def _compile_early(request: pytest.FixtureRequest) -> Iterator[None]:
    """Compile from the start, or what has run a few times, from the middle of a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "_HOT_VISITS", request.param)
        patch.setattr(program, "_GAS_PER_LETTER", 0)
        read_program.cache_clear()
        yield
    read_program.cache_clear()


@settings(max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), programs(), calls)
def test_drawn_programs_leave_the_same(
    one: bytes, other: bytes, sent: list[Call]
) -> None:
    compare_all(dict(zip(CONTRACTS, (one, other), strict=True)), [*sent, *sent])


@settings(max_examples=_EXAMPLES // 4, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), programs(), calls)
def test_paths_of_templates_alone_leave_the_same(
    one: bytes, other: bytes, sent: list[Call]
) -> None:
    """What is known of values and memory makes paths shorter, and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inline, "_PURE", frozenset())
        patch.setattr(inline, "MEMORY_OPCODES", {})
        read_program.cache_clear()
        compare_all(dict(zip(CONTRACTS, (one, other), strict=True)), [*sent, *sent])
    read_program.cache_clear()
