from __future__ import annotations

from typing import Any

import pytest

from tests.mutants.python.transplant import _codes, _free_names

SOURCE = """\
def bound(least, most):
    def accept(number):
        return least <= number <= most
    return accept
"""


@pytest.mark.parametrize("left", ["least <= number", "number <= most", "True"])
def test_function_that_needs_less_from_around_it_can_be_exchanged(left: str) -> None:
    """A mutant that cannot be exchanged would be taken for one that tests kill."""
    free = _free_names(compile(SOURCE, "bound.py", "exec"))
    accept = _exec(SOURCE)
    assert not accept(9)
    weaker = SOURCE.replace("least <= number <= most", left)
    accept.__code__ = _codes(weaker, "bound.py", free)[
        "bound.<locals>.accept", accept.__code__.co_firstlineno
    ]
    assert accept(9) == (left != "number <= most")


def _exec(source: str) -> Any:
    made: dict[str, Any] = {}
    exec(compile(source, "bound.py", "exec"), made)  # noqa: S102  # our own
    return made["bound"](1, 5)
