"""The contracts' sources, each with a bound, a hash, a loop or a list short of one.

The kinds are those of tests/mutants/python/near_misses.py. What a list is collected
from are, in a contract, the terms of an equation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from vyper import ast as vyper_ast  # type: ignore[import-untyped]

from election.artifacts import ROOT
from tests.mutants.contracts.sources import reasons_near
from tests.mutants.mutant import Mutant

_BOUND: Final = re.compile(r"(?<=\s)[<>]=?(?=\s)")
_OTHER: Final = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_LOOP: Final = re.compile(r"^ *for \w+: \w+ in range\((?P<args>.*)\):$", re.MULTILINE)
_VERIFIERS_OWN: Final = re.compile(r"transcript\.(\w*DELTA|\w*BATCH(_E)?)\b")
_COLLECTING: Final = ("abi_encode", "concat")


class _Edit(NamedTuple):
    first: int
    last: int
    text: str


def miss_edges() -> Iterator[Mutant]:
    """Make every near miss of every contract and module, one at a time."""
    for path in sorted((ROOT / "contracts").rglob("*.vy")):
        source, names = path.read_text(), Counter[str]()
        for edit in (*_move_bounds(source), *_shorten(source), *_leave_out(source)):
            mutant = _apply(edit, source, path.relative_to(ROOT))
            names[mutant.name] += 1
            count = names[mutant.name]
            yield (
                replace(mutant, name=f"{mutant.name} #{count}") if count > 1 else mutant
            )


def _apply(edit: _Edit, source: str, path: Path) -> Mutant:
    first, last = (source.count("\n", 0, at) + 1 for at in edit[:2])
    lines = source.splitlines()[first - 1 : last]
    old = " ".join(source[edit.first : edit.last].split())
    where = "" if "\n" in source[edit.first : edit.last] else f" in {lines[0].strip()}"
    changed = source[: edit.first] + edit.text + source[edit.last :]
    name = f"{path}: {old} -> {edit.text}{where}"
    return Mutant(
        name, path, changed, (first, last), reasons_near(source, (first, last))
    )


def _move_bounds(source: str) -> Iterator[_Edit]:
    strings = [
        found.span() for found in re.finditer(r'""".*?"""|"[^"]*"', source, re.DOTALL)
    ]
    comments = [found.span() for found in re.finditer("#.*", source)]
    for found in _BOUND.finditer(source):
        spoken = (*strings, *comments)
        if not any(first <= found.start() < last for first, last in spoken):
            yield _Edit(found.start(), found.end(), _OTHER[found[0]])


def _shorten(source: str) -> Iterator[_Edit]:
    """End every loop over numbers before its last turn."""
    for found in _LOOP.finditer(source):
        numbers, *bound = re.split(r", (?=bound=)", found["args"])
        kept = "".join(f", {each}" for each in bound)
        yield _Edit(*found.span("args"), f"{numbers} - 1{kept}")


def _leave_out(source: str) -> Iterator[_Edit]:
    """Take each field of a verifier's own hash out, and each term of a list."""
    tree = vyper_ast.parse_to_ast(source)
    for node in tree.get_descendants(vyper_ast.Call):
        name = _cut(source, node.func)
        if name in _COLLECTING and node.args:
            tag = _cut(source, node.args[0])
            if _VERIFIERS_OWN.fullmatch(tag):
                for text in _without_each(source, node.args[1:]):
                    yield _Edit(*_span(source, node), f"{name}({tag}, {text})")
    for node in tree.get_descendants(vyper_ast.List):
        if len(node.elements) > 1 and not _is_constant(node):
            for text in _without_each(source, node.elements):
                yield _Edit(*_span(source, node), f"[{text}]")


def _is_constant(node: Any) -> bool:
    return bool(node.get_ancestor(vyper_ast.VariableDecl))


def _without_each(source: str, nodes: list[Any]) -> Iterator[str]:
    for at in range(len(nodes)):
        yield ", ".join(_cut(source, each) for each in [*nodes[:at], *nodes[at + 1 :]])


def _cut(source: str, node: Any) -> str:
    first, last = _span(source, node)
    return " ".join(source[first:last].split())


def _span(source: str, node: Any) -> tuple[int, int]:
    lines = source.splitlines(keepends=True)
    first = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    last = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    return first, last
