"""Judge mutants in Python by the tests that run what they change.

Library and acts are judged by their own tests, the audits, the node and each service by
theirs: what only tests of something else would notice is no defence of any of these.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from election.artifacts import ROOT
from tests.mutants.mutant import Judge, Kind, Mutant, weaken
from tests.mutants.python.checks import Function
from tests.mutants.python.near_misses import find_near_misses, find_short_hashes
from tests.mutants.python.sources import edit_all, remove_checks
from tests.mutants.python.transplant import transplant
from tests.mutants.python.weakenings import (
    AUDIT_CONTROL,
    CONTROL,
    NODE_CONTROL,
    SERVICES_CONTROL,
    WEAKENINGS,
)
from tests.mutants.python.witnesses import Witnesses
from tests.mutants.verdicts import find_red, run_green

_FOLDERS: Final = (
    "election/crypto", "election/protocol", "election/client", "scripts",
)  # fmt: skip
_AUDITS: Final = ("election/audit", "reference")
_PLACES_OF_AUDITS: Final = (
    "audit", "reference", "test_fuzz.py", "test_negative_vectors.py",
)  # fmt: skip
_PLAYED: Final = ("scripts/demo",)  # stories refuse nothing
_PLACES: Final = (
    "crypto", "protocol", "audit", "reference", "client", "scripts",
    "services/booth", "booth/test_verify_booth.py",
    "test_election.py", "test_fuzz.py", "test_negative_vectors.py",
    "test_whole_file.py",
)  # fmt: skip
_PLACES_OF_NODES: Final = ("node", "scripts/nodes")
_SHELLS: Final = (
    "node/__main__.py",
    "node/service.py",
)  # run in processes of their own
_UNHEARD: Final = (
    "test_story.py", "test_demo.py",  # in real time, too slow to be listened to
    "test_service.py", "test_kill.py", "test_network.py",  # of other processes, which
    # no mutant reaches
    "test_killed.py", "test_process.py", "test_jsmpp.py",  # likewise
)  # fmt: skip
_SERVICES: Final = (
    "shell", "portal", "gateway", "registrar", "relay", "issuer", "booth",
)  # fmt: skip  # `live` plays, and refuses nobody
_CONTROLS: Final = (CONTROL, AUDIT_CONTROL, NODE_CONTROL, SERVICES_CONTROL)
_FIRST, _THEN = 4, 60  # tests that are asked before all the others


def list_mutants() -> Kind:
    """Take every check of library and acts out, shorten hashes, weaken the rest."""
    weaker = (weaken(each, ROOT) for each in WEAKENINGS)
    checks = remove_checks(_FOLDERS, but=_PLAYED)
    hashes = edit_all(_FOLDERS, find_short_hashes)
    mutants = (*checks, *hashes, *(each for each in weaker if not _is_audit(each)))
    return Kind(mutants, weaken(CONTROL, ROOT), partial(_prepare, _PLACES))


def list_audit_mutants() -> Kind:
    """Take every check of both audits out, miss their edges, and weaken the rest."""
    weaker = (weaken(each, ROOT) for each in WEAKENINGS)
    checks = remove_checks(_AUDITS, but=())
    near = edit_all(_AUDITS, find_near_misses)
    hashes = edit_all(_AUDITS, find_short_hashes)
    mutants = (*checks, *near, *hashes, *filter(_is_audit, weaker))
    return Kind(
        mutants, weaken(AUDIT_CONTROL, ROOT), partial(_prepare, _PLACES_OF_AUDITS)
    )


def _is_audit(mutant: Mutant) -> bool:
    return any(map(mutant.path.is_relative_to, _AUDITS))


def list_node_mutants() -> Kind:
    """Take every check of the node out."""
    checks = remove_checks(("node",), but=_SHELLS)
    return Kind(
        (*checks,), weaken(NODE_CONTROL, ROOT), partial(_prepare, _PLACES_OF_NODES)
    )


def list_service_mutants(name: str) -> Kind:
    """Take every check of a service out, or of what all of them stand on."""
    checks = remove_checks((f"services/{name}",), but=())
    prepare = partial(_prepare, (f"services/{name}",))
    return Kind((*checks,), weaken(SERVICES_CONTROL, ROOT), prepare)


KINDS: Final[Sequence[Callable[[], Kind]]] = (
    list_mutants,
    list_audit_mutants,
    list_node_mutants,
    *(partial(list_service_mutants, name) for name in _SERVICES),
)


def _prepare(places: Sequence[str], mutants: Sequence[Mutant]) -> Judge:
    control = [weaken(each, ROOT) for each in _CONTROLS]
    witnesses = Witnesses([*mutants, *control])
    run_green([*_list_tests(places)], witnesses)
    return partial(_judge, witnesses)


def _list_tests(places: Sequence[str]) -> Iterator[str]:
    for place in places:
        path = ROOT / "tests" / place
        for file in [path] if path.is_file() else sorted(path.rglob("test_*.py")):
            if file.name not in _UNHEARD:
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
        range(_find_first_line(node), (node.end_lineno or 0) + 1)
        for node in ast.walk(tree)  # the outer ones come first
        if isinstance(node, Function)
    )
    return next(each for each in places if mutant.lines[0] in each)


def _find_first_line(function: Function) -> int:
    """Find where the code of a function begins: its decorators belong to it."""
    return min(each.lineno for each in (function, *function.decorator_list))
