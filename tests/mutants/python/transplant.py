"""A mutant in the place of the module it was made from, inside of this process.

Only functions are exchanged, wherever they are referred to, so that what tests have
built and share stays.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator, Mapping
from functools import _lru_cache_wrapper
from types import CodeType, FunctionType
from typing import Final

from election.artifacts import ROOT
from tests.mutants.mutant import Mutant
from tests.mutants.python.checks import Function

_TESTED: Final = frozenset({"election", "node", "reference", "scripts", "services"})
_Key = tuple[str, int]
_FreeNames = Mapping[_Key, tuple[str, ...]]


class TransplantError(Exception):
    """Report a mutant that changes no function that could be exchanged."""


def transplant(mutant: Mutant) -> None:
    """Let this process run the mutant, for good; raises TransplantError."""
    path = ROOT / mutant.path
    source = path.read_text()
    free = _free_names(compile(source, str(path), "exec", dont_inherit=True))
    old = _codes(source, str(path), free)
    new = _codes(mutant.source, str(path), free)
    changed = {key: code for key, code in new.items() if code != old.get(key)}
    done = {_exchange(each, changed) for each in _functions(str(path))} - {None}
    if not done:
        raise TransplantError(f"{mutant.name}: nothing to exchange")
    _forget_answers()


def _free_names(top: CodeType) -> _FreeNames:
    """Find what each function takes from those around it, by its name and line."""
    return {
        (code.co_name, code.co_firstlineno): code.co_freevars for code in _inner(top)
    }


def _codes(source: str, path: str, free: _FreeNames) -> dict[_Key, CodeType]:
    """Compile a source in which every function takes as much as before.

    Else one that no longer needs a name from around it could not be exchanged.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, Function):
            first = min(each.lineno for each in (node, *node.decorator_list))
            for name in free.get((node.name, first), ()):
                node.body.append(_mention(name, node.body[-1]))
    top = compile(tree, path, "exec", dont_inherit=True)
    return {_key(code): code for code in _inner(top)}


def _mention(name: str, last: ast.stmt) -> ast.stmt:
    (mention,) = ast.parse(f"if 0: {name}").body
    for each in ast.walk(mention):
        ast.copy_location(each, last)
    return mention


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
