"""The sources in Python, each with one check taken out.

A check is a refusal (`raise`, `return False`, a call of `require`, `claim`, `refute`,
or of a function that checks, verifies or accepts and whose answer nobody takes; a fault
that is noted), a condition that stands beside its fact in a mapping, or one of several
conditions of a refusal. Lines keep their numbers.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from election.artifacts import ROOT
from tests.mutants.mutant import Mutant

_FOLDERS: Final = (
    "election/crypto", "election/protocol", "election/audit", "election/client",
    "reference", "scripts",
)  # fmt: skip
_PLAYED: Final = ("demo",)  # stories refuse nothing
_REFUSAL: Final = re.compile(r"require|claim|refute")
_CHECKING: Final = re.compile(r"_?(require|claim|refute|check|verify|accept)(_\w+)?")
_NOTED: Final = re.compile(r"faults|findings|refused")
_ANSWER: Final = re.compile(r"(is|has|are|runs)_\w+|holds|fits")
_OPERATORS: Final = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is",
    ast.IsNot: "is not",
}  # fmt: skip
_LONGEST_NAME: Final = 100

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Edit:
    """A node, what stands there instead, and the statement that it is part of."""

    node: ast.stmt | ast.expr
    text: str
    statement: ast.stmt


def remove_checks() -> Iterator[Mutant]:
    """Take every check of library, audits and acts out, one at a time."""
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.parent.name not in _PLAYED:
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
            for condition in _conditions(node, function):
                yield from _weaken(condition, node, source)
            for condition in _stated(node):
                yield _Edit(condition, "(True)", node)
                yield from _weaken(condition, node, source)


def _remove_statement(node: ast.stmt) -> Iterator[_Edit]:
    if _is_refusal(node) or _is_false(node):
        yield _Edit(node, "pass", node)
    for part in ast.walk(node) if isinstance(node, ast.Return) else ():
        if isinstance(part, ast.IfExp) and _is_call(part.orelse, _REFUSAL):
            yield _Edit(part.orelse, "None", node)


def _conditions(node: ast.stmt, function: Function) -> Iterator[ast.expr]:
    """List what decides over a refusal in this statement."""
    if isinstance(node, ast.If):
        last = node.body[-1]
        if _is_refusal(last) or _is_false(last):
            yield node.test
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if _is_call(node.value, _REFUSAL):
            yield from node.value.args[:1]
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        if _ANSWER.fullmatch(node.targets[0].id):
            yield node.value
    elif isinstance(node, ast.Return) and node.value and _is_bool(function):
        yield node.value


def _stated(node: ast.stmt) -> Iterator[ast.expr]:
    """List the conditions that stand beside the facts that hold without them."""
    value = getattr(node, "value", None)
    for part in ast.walk(value) if isinstance(value, ast.expr) else ():
        if isinstance(part, ast.Dict):
            yield from (
                condition
                for fact, condition in zip(part.keys, part.values, strict=True)
                if isinstance(fact, ast.Constant) and " " in str(fact.value)
            )


def _is_refusal(node: ast.stmt) -> bool:
    """Tell whether a statement raises, has another function do so, or notes a fault."""
    if isinstance(node, ast.Raise):
        return node.exc is not None
    if isinstance(node, ast.Return):
        return _is_call(node.value, _REFUSAL)
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "findings"
    if not isinstance(node, ast.Expr):
        return False
    return _is_call(node.value, _CHECKING) or _is_noted(node.value)


def _is_noted(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    *_, noted = ast.unparse(value.func.value).split(".")
    return value.func.attr == "append" and bool(_NOTED.fullmatch(noted))


def _is_false(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Return) else None
    return isinstance(value, ast.Constant) and value.value is False


def _is_bool(function: Function) -> bool:
    return isinstance(function.returns, ast.Name) and function.returns.id == "bool"


def _is_call(value: ast.expr | None, names: re.Pattern[str]) -> bool:
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    name = called.attr if isinstance(called, ast.Attribute) else ""
    name = called.id if isinstance(called, ast.Name) else name
    return bool(names.fullmatch(name))


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
