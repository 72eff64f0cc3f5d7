"""Run drawn programs by ours and by py-evm, far more than the tests draw.

`python -m tests.conformance.programs [HOW MANY]`, compiled at once and in their middle.
"""

from __future__ import annotations

import sys
from unittest.mock import patch

from eth_typing import Address
from hypothesis import HealthCheck, given, settings

from node.evm.compiler import program
from node.evm.compiler.programs import read_program
from tests.node.evm.beside_py_evm import compare_all
from tests.node.evm.drawn_programs import CONTRACTS, Call, calls, programs

_EXAMPLES = 1_000


def main(examples: int) -> None:
    """Compare so many; raises AssertionError with the least program that differs."""

    @settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(programs(), programs(), calls)
    def check(one: bytes, other: bytes, sent: list[Call]) -> None:
        codes: dict[Address, bytes] = dict(zip(CONTRACTS, (one, other), strict=True))
        compare_all(codes, [*sent, *sent])

    for visits in (0, 4):
        read_program.cache_clear()
        with patch.multiple(program, _HOT_VISITS=visits, _GAS_PER_LETTER=0):
            check()
        sys.stdout.write(f"{examples} agree, compiled from visit {visits + 1}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else _EXAMPLES)
