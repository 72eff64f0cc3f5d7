"""Judge mutants of library, audits and acts by the tests that run what they change.

Tests of the contracts and of the node are left out: what only they would notice is no
defence of these.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Final

from election.artifacts import ROOT
from tests.mutants.mutant import Judge, Kind, Mutant, weaken
from tests.mutants.python.sources import remove_checks
from tests.mutants.python.transplant import transplant
from tests.mutants.python.weakenings import CONTROL, WEAKENINGS
from tests.mutants.python.witnesses import Witnesses
from tests.mutants.verdicts import find_red, run_green

_PLACES: Final = (
    "crypto", "protocol", "audit", "reference", "client", "scripts",
    "test_election.py", "test_fuzz.py", "test_negative_vectors.py",
)  # fmt: skip
_IN_REAL_TIME: Final = ("test_story.py", "test_demo.py")  # too slow to be listened to
_FIRST, _THEN = 4, 60  # tests that are asked before all the others


def list_mutants() -> Kind:
    """Take every check out, and apply every weakening of the library."""
    weaker = (weaken(each, ROOT) for each in WEAKENINGS)
    return Kind((*remove_checks(), *weaker), weaken(CONTROL, ROOT), _prepare)


def _prepare() -> Judge:
    witnesses = Witnesses()
    run_green([*_list_tests()], witnesses)
    return partial(_judge, witnesses)


def _list_tests() -> Iterator[str]:
    for place in _PLACES:
        path = ROOT / "tests" / place
        for file in [path] if path.is_file() else sorted(path.rglob("test_*.py")):
            if file.name not in _IN_REAL_TIME:
                yield str(file)


def _judge(witnesses: Witnesses, mutant: Mutant) -> str | None:
    tests = witnesses.concerned(mutant, _find_function(mutant))
    transplant(mutant)
    bounds = 0, _FIRST, _THEN, len(tests)
    for first, last in pairwise(bounds):
        killer = find_red(tests[first:last]) if tests[first:last] else None
        if killer is not None:
            return killer
    return None


def _find_function(mutant: Mutant) -> range:
    """Find the lines of the outermost function that a mutant changes."""
    tree = ast.parse((ROOT / mutant.path).read_text())
    places = (
        range(node.lineno, (node.end_lineno or 0) + 1)
        for node in ast.walk(tree)  # the outer ones come first
        if isinstance(node, ast.FunctionDef)
    )
    return next(each for each in places if mutant.lines[0] in each)
