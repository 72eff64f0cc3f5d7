"""What a check is in Python: a refusal, or a condition that decides over one.

A refusal is `raise`, `return False`, a call of `require`, `claim`, `refute`, or of a
function that checks, verifies or accepts and whose answer nobody takes, or the note of
a fault. A condition is that of an `if` that refuses, what a refusal is called with, an
answer by its name (`is_right = ...`), what a function of bool returns, or what stands
beside its fact in a mapping.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

REFUSAL: Final = re.compile(r"require|claim|refute")
_CHECKING: Final = re.compile(r"_?(require|claim|refute|check|verify|accept)(_\w+)?")
_NOTED: Final = re.compile(r"faults|findings|refused")
_ANSWER: Final = re.compile(r"(is|has|are|runs)_\w+|holds|fits")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def find_conditions(node: ast.stmt, function: Function) -> Iterator[ast.expr]:
    """List what decides over a refusal in this statement."""
    if isinstance(node, ast.If):
        last = node.body[-1]
        if is_refusal(last) or is_false(last):
            yield node.test
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if is_call(node.value, REFUSAL):
            yield from node.value.args[:1]
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        if _ANSWER.fullmatch(node.targets[0].id):
            yield node.value
    elif isinstance(node, ast.Return) and node.value and _is_bool(function):
        yield node.value


def find_stated(node: ast.stmt) -> Iterator[ast.expr]:
    """List the conditions that stand beside the facts that hold without them."""
    value = getattr(node, "value", None)
    for part in ast.walk(value) if isinstance(value, ast.expr) else ():
        if isinstance(part, ast.Dict):
            yield from (
                condition
                for fact, condition in zip(part.keys, part.values, strict=True)
                if isinstance(fact, ast.Constant) and " " in str(fact.value)
            )


def is_refusal(node: ast.stmt) -> bool:
    """Tell whether a statement raises, has another function do so, or notes a fault."""
    if isinstance(node, ast.Raise):
        return node.exc is not None
    if isinstance(node, ast.Return):
        return is_call(node.value, REFUSAL)
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "findings"
    if not isinstance(node, ast.Expr):
        return False
    return is_call(node.value, _CHECKING) or _is_noted(node.value)


def _is_noted(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    *_, noted = ast.unparse(value.func.value).split(".")
    return value.func.attr == "append" and bool(_NOTED.fullmatch(noted))


def is_false(node: ast.stmt) -> bool:
    """Tell whether a statement returns False."""
    value = node.value if isinstance(node, ast.Return) else None
    return isinstance(value, ast.Constant) and value.value is False


def _is_bool(function: Function) -> bool:
    return isinstance(function.returns, ast.Name) and function.returns.id == "bool"


def is_call(value: ast.expr | None, names: re.Pattern[str]) -> bool:
    """Tell whether an expression calls a function or a method of such a name."""
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    name = called.attr if isinstance(called, ast.Attribute) else ""
    name = called.id if isinstance(called, ast.Name) else name
    return bool(names.fullmatch(name))
