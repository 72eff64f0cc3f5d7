"""The sources in Python, each with one check taken out.

A refusal is left out, or one of several conditions of it; lines keep their numbers.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from election.artifacts import ROOT
from tests.mutants.mutant import Mutant
from tests.mutants.python.checks import (
    REFUSAL,
    Function,
    find_conditions,
    find_stated,
    is_call,
    is_false,
    is_refusal,
)
from tests.mutants.python.edit import Edit, replace_in, spell

_OPERATORS: Final = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is",
    ast.IsNot: "is not",
}  # fmt: skip
_LONGEST_NAME: Final = 100


def remove_checks(folders: Iterable[str], *, but: Iterable[str]) -> Iterator[Mutant]:
    """Take every check of some folders out, one at a time; but: files and folders."""
    return edit_all(folders, _edits, but=but)


def edit_all(
    folders: Iterable[str],
    find: Callable[[Function, str], Iterator[Edit]],
    *,
    but: Iterable[str] = (),
) -> Iterator[Mutant]:
    """Apply every edit that is found in a function of some folders, one at a time."""
    spared = [ROOT / each for each in but]
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not any(map(path.is_relative_to, spared)):
                yield from _edit(path.relative_to(ROOT), path.read_text(), find)


def _edit(
    path: Path, source: str, find: Callable[[Function, str], Iterator[Edit]]
) -> Iterator[Mutant]:
    names: Counter[str] = Counter()
    for title, function in _functions(ast.parse(source), ""):
        for edit in find(function, source):
            what = " ".join((ast.get_source_segment(source, edit.node) or "").split())
            name = f"{path}: {title}: {what[:_LONGEST_NAME]} -> {edit.text}"
            names[name] += 1
            if names[name] > 1:
                name = f"{name} #{names[name]}"
            lines = edit.statement.lineno, edit.statement.end_lineno or 0
            yield Mutant(name, path, replace_in(source, edit), lines)


def _functions(tree: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    """List functions and methods; those inside of functions belong to these."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _edits(function: Function, source: str) -> Iterator[Edit]:
    for node in ast.walk(function):
        if isinstance(node, ast.stmt):
            yield from _remove_statement(node)
            for condition in find_conditions(node, function):
                yield from _weaken(condition, node, source)
            for condition in find_stated(node):
                yield Edit(condition, "(True)", node)
                yield from _weaken(condition, node, source)


def _remove_statement(node: ast.stmt) -> Iterator[Edit]:
    if is_refusal(node) or is_false(node):
        yield Edit(node, "pass", node)
    for part in ast.walk(node) if isinstance(node, ast.Return) else ():
        if isinstance(part, ast.IfExp) and is_call(part.orelse, REFUSAL):
            yield Edit(part.orelse, "None", node)


def _weaken(condition: ast.expr, node: ast.stmt, source: str) -> Iterator[Edit]:
    """Leave out each part of each conjunction, alternative and chain of comparisons."""
    for part in ast.walk(condition):
        if isinstance(part, ast.BoolOp):
            word = " and " if isinstance(part.op, ast.And) else " or "
            terms = [spell(value, source) for value in part.values]
        elif isinstance(part, ast.Compare) and len(part.ops) > 1:
            word, terms = " and ", _split(part, source)
        else:
            continue
        for at in range(len(terms)):
            kept = word.join(terms[:at] + terms[at + 1 :])
            yield Edit(part, f"({kept})", node)


def _split(chain: ast.Compare, source: str) -> list[str]:
    values = [spell(value, source) for value in (chain.left, *chain.comparators)]
    words = [_OPERATORS[type(operator)] for operator in chain.ops]
    return [
        f"{left} {word} {right}"
        for left, word, right in zip(values[:-1], words, values[1:], strict=True)
    ]
