"""What is right but at its edge: a bound, a hash, a loop or a list, short of one.

A bound takes in what it left out, or the reverse. A hash that only a verifier computes
loses a field: where both sides hash the same, any change breaks what is honest. A loop
ends before its last turn. A list that is collected from several sources lacks one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

from tests.mutants.python.checks import Function, is_call
from tests.mutants.python.edit import Edit, spell

_OTHER: Final = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_SAME: Final = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is",
    ast.IsNot: "is not",
}  # fmt: skip
_HASH: Final = re.compile("hash_fields")
_CHAIN: Final = re.compile("chain")
_VERIFIERS_OWN: Final = re.compile(r"(\w+\.)?(merge_tag|Tag\.\w*(WEIGHT|BATCH))")


def find_near_misses(function: Function, source: str) -> Iterator[Edit]:
    """List bounds, loops and lists of a function, each short of one."""
    for node, statement in _expressions(function):
        if isinstance(node, ast.Compare):
            yield from _move_bounds(node, statement, source)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield from _leave_out(node, statement, source)
        elif is_call(node, _CHAIN) and isinstance(node, ast.Call):
            for text in _without_each(node.args, source, at_least=2):
                yield Edit(node, f"chain({text})", statement)
    for iterated, statement in _iterated(function):
        yield Edit(iterated, f"(list({spell(iterated, source)})[:-1])", statement)


def find_short_hashes(function: Function, source: str) -> Iterator[Edit]:
    """List the hashes that only a verifier computes, each short of a field."""
    for node, statement in _expressions(function):
        if is_call(node, _HASH) and isinstance(node, ast.Call):
            tag, *fields = node.args
            if _VERIFIERS_OWN.fullmatch(ast.unparse(tag)):
                for text in _without_each(fields, source):
                    rest = f"{spell(tag, source)}, {text}"
                    yield Edit(node, f"hash_fields({rest})", statement)


def _expressions(function: Function) -> Iterator[tuple[ast.expr, ast.stmt]]:
    """List all expressions, but annotations, each with the statement around it."""
    for statement in _statements(function):
        waiting = list(ast.iter_child_nodes(statement))
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.expr):
                yield node, statement
            if not isinstance(node, ast.stmt | ast.arguments):
                waiting.extend(ast.iter_child_nodes(node))


def _statements(function: Function) -> Iterator[ast.stmt]:
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and not isinstance(
            node, Function | ast.AnnAssign
        ):
            yield node


def _iterated(function: Function) -> Iterator[tuple[ast.expr, ast.stmt]]:
    for statement in _statements(function):
        if isinstance(statement, ast.For):
            yield statement.iter, statement
    for node, statement in _expressions(function):
        for each in getattr(node, "generators", ()):
            yield each.iter, statement


def _move_bounds(node: ast.Compare, statement: ast.stmt, source: str) -> Iterator[Edit]:
    values = [spell(value, source) for value in (node.left, *node.comparators)]
    words = [_SAME[type(each)] for each in node.ops]
    for at, each in enumerate(node.ops):
        if type(each) in _OTHER:
            moved = [*words[:at], _OTHER[type(each)], *words[at + 1 :]]
            pairs = zip(moved, values[1:], strict=True)
            rest = "".join(f" {word} {value}" for word, value in pairs)
            yield Edit(node, f"({values[0]}{rest})", statement)


def _leave_out(
    node: ast.List | ast.Tuple | ast.Set, statement: ast.stmt, source: str
) -> Iterator[Edit]:
    is_read = not isinstance(getattr(node, "ctx", None), ast.Store)
    kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
    if is_read and len(node.elts) > 1:
        for at, each in enumerate(node.elts):
            if isinstance(each, ast.Starred):
                others = [*node.elts[:at], *node.elts[at + 1 :]]
                kept = ", ".join(spell(other, source) for other in others)
                yield Edit(node, f"{kind}(({kept},))", statement)


def _without_each(
    values: Sequence[ast.expr], source: str, *, at_least: int = 1
) -> Iterator[str]:
    if len(values) >= at_least:
        for at in range(len(values)):
            kept = [*values[:at], *values[at + 1 :]]
            yield ", ".join(spell(each, source) for each in kept)
