"""A mutant in the place of the module it was made from, inside of this process.

Only functions are exchanged, wherever they are referred to, so that what tests have
built and share stays.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from functools import _lru_cache_wrapper
from types import CodeType, FunctionType
from typing import Final

from election.artifacts import ROOT
from tests.mutants.mutant import Mutant

_TESTED: Final = frozenset({"election", "node", "reference", "scripts"})
_Key = tuple[str, int]


class TransplantError(Exception):
    """Report a mutant that changes no function that could be exchanged."""


def transplant(mutant: Mutant) -> None:
    """Let this process run the mutant, for good; raises TransplantError."""
    path = ROOT / mutant.path
    old = _codes(path.read_text(), str(path))
    new = _codes(mutant.source, str(path))
    changed = {key: code for key, code in new.items() if code != old.get(key)}
    done = {_exchange(each, changed) for each in _functions(str(path))} - {None}
    if not done:
        raise TransplantError(f"{mutant.name}: nothing to exchange")
    _forget_answers()


def _codes(source: str, path: str) -> dict[_Key, CodeType]:
    top = compile(source, path, "exec", dont_inherit=True)
    return {_key(code): code for code in _inner(top)}


def _inner(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inner(constant)


def _key(code: CodeType) -> _Key:
    return code.co_qualname, code.co_firstlineno


def _functions(path: str) -> list[FunctionType]:
    return [
        each
        for each in gc.get_objects()
        if type(each) is FunctionType and each.__code__.co_filename == path
    ]


def _exchange(function: FunctionType, changed: Mapping[_Key, CodeType]) -> _Key | None:
    key = _key(function.__code__)
    if key not in changed:
        return None
    function.__code__ = changed[key]
    return key


def _forget_answers() -> None:
    """Empty the caches of what is tested, but none of the tests' own."""
    caches = (each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper))
    for each in caches:
        if each.__module__.partition(".")[0] in _TESTED:
            each.cache_clear()
