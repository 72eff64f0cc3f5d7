"""The sources in Python, each with one check taken out.

A refusal is left out, or one of several conditions of it; lines keep their numbers.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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

_OPERATORS: Final = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is",
    ast.IsNot: "is not",
}  # fmt: skip
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class _Edit:
    """A node, what stands there instead, and the statement that it is part of."""

    node: ast.stmt | ast.expr
    text: str
    statement: ast.stmt


def remove_checks(folders: Iterable[str], *, but: Iterable[str]) -> Iterator[Mutant]:
    """Take every check of some folders out, one at a time; but: files and folders."""
    spared = [ROOT / each for each in but]
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not any(map(path.is_relative_to, spared)):
                yield from _remove_from(path.relative_to(ROOT), path.read_text())


def _remove_from(path: Path, source: str) -> Iterator[Mutant]:
    names: Counter[str] = Counter()
    for title, function in _functions(ast.parse(source), ""):
        for edit in _edits(function, source):
            what = " ".join((ast.get_source_segment(source, edit.node) or "").split())
            name = f"{path}: {title}: {what[:_LONGEST_NAME]} -> {edit.text}"
            names[name] += 1
            if names[name] > 1:
                name = f"{name} #{names[name]}"
            lines = edit.statement.lineno, edit.statement.end_lineno or 0
            yield Mutant(name, path, _replace(source, edit), lines)


def _functions(tree: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    """List functions and methods; those inside of functions belong to these."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _edits(function: Function, source: str) -> Iterator[_Edit]:
    for node in ast.walk(function):
        if isinstance(node, ast.stmt):
            yield from _remove_statement(node)
            for condition in find_conditions(node, function):
                yield from _weaken(condition, node, source)
            for condition in find_stated(node):
                yield _Edit(condition, "(True)", node)
                yield from _weaken(condition, node, source)


def _remove_statement(node: ast.stmt) -> Iterator[_Edit]:
    if is_refusal(node) or is_false(node):
        yield _Edit(node, "pass", node)
    for part in ast.walk(node) if isinstance(node, ast.Return) else ():
        if isinstance(part, ast.IfExp) and is_call(part.orelse, REFUSAL):
            yield _Edit(part.orelse, "None", node)


def _weaken(condition: ast.expr, node: ast.stmt, source: str) -> Iterator[_Edit]:
    """Leave out each part of each conjunction, alternative and chain of comparisons."""
    for part in ast.walk(condition):
        if isinstance(part, ast.BoolOp):
            word = " and " if isinstance(part.op, ast.And) else " or "
            terms = [_spell(value, source) for value in part.values]
        elif isinstance(part, ast.Compare) and len(part.ops) > 1:
            word, terms = " and ", _split(part, source)
        else:
            continue
        for at in range(len(terms)):
            kept = word.join(terms[:at] + terms[at + 1 :])
            yield _Edit(part, f"({kept})", node)


def _split(chain: ast.Compare, source: str) -> list[str]:
    values = [_spell(value, source) for value in (chain.left, *chain.comparators)]
    words = [_OPERATORS[type(operator)] for operator in chain.ops]
    return [
        f"{left} {word} {right}"
        for left, word, right in zip(values[:-1], words, values[1:], strict=True)
    ]


def _spell(node: ast.expr, source: str) -> str:
    return " ".join((ast.get_source_segment(source, node) or "").split())


def _replace(source: str, edit: _Edit) -> str:
    node, lines = edit.node, source.splitlines(keepends=True)
    first, last = node.lineno - 1, (node.end_lineno or 0) - 1
    head = lines[first].encode()[: node.col_offset].decode()
    tail = lines[last].encode()[node.end_col_offset :].decode()
    text = edit.text
    if text.endswith(")"):
        text = text[:-1] + "\n" * (last - first) + ")"
    else:
        tail = tail.rstrip("\n") + "\n" * (last - first + 1)
    return "".join([*lines[:first], head + text + tail, *lines[last + 1 :]])
