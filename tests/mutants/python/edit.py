"""One place of a source in Python, and what stands there instead."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """A node, what stands there instead, and the statement that it is part of."""

    node: ast.stmt | ast.expr
    text: str
    statement: ast.stmt


def spell(node: ast.expr, source: str) -> str:
    """Give the source of an expression in one line."""
    return " ".join((ast.get_source_segment(source, node) or "").split())


def replace_in(source: str, edit: Edit) -> str:
    """Apply an edit; lines keep their numbers."""
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
