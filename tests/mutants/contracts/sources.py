"""The contracts' sources, each with one defence taken out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from vyper import ast as vyper_ast  # type: ignore[import-untyped]

from election.artifacts import CONTRACTS, ROOT
from tests.mutants.mutant import Mutant

FOLDER: Final = Path("contracts")


def remove_asserts() -> Iterator[Mutant]:
    """Take every assert of every contract and module out, one at a time."""
    for path in sorted((ROOT / FOLDER).rglob("*.vy")):
        source = path.read_text()
        for node in _parse(source).get_descendants(vyper_ast.Assert):
            yield _remove(path.relative_to(ROOT), source, node)


def contracts_of(mutant: Mutant) -> tuple[str, ...]:
    """List the contracts whose code a mutant changes."""
    return tuple(name for name in CONTRACTS if mutant.path in _sources_of(name))


def _remove(path: Path, source: str, node: Any) -> Mutant:
    lines = source.splitlines(keepends=True)
    first, last = node.lineno - 1, node.end_lineno - 1
    text = "".join(lines[first : last + 1]).strip()
    kept = lines[first][: node.col_offset] + "pass\n"
    changed = "".join([*lines[:first], kept, *lines[last + 1 :]])
    reasons = tuple(_reasons(node))
    name = f"{path}: {''.join(reasons) or ' '.join(text.split())}"
    return Mutant(name, path, changed, (first + 1, last + 1), reasons)


def reasons_near(source: str, lines: tuple[int, int]) -> tuple[str, ...]:
    """List the reason of the assert in these lines, or all of their function."""
    asserts = [
        node
        for around in _parse(source).get_descendants(vyper_ast.FunctionDef)
        if around.lineno <= lines[0] <= around.end_lineno
        for node in around.get_descendants(vyper_ast.Assert)
    ]
    here = [node for node in asserts if node.lineno <= lines[0] <= node.end_lineno]
    found = (reason for node in here or asserts for reason in _reasons(node))
    return tuple(dict.fromkeys(found))


@cache
def _parse(source: str) -> Any:
    return vyper_ast.parse_to_ast(source)


def _reasons(node: Any) -> Iterator[str]:
    if node.msg is not None:
        yield str(node.msg.value)


def _sources_of(contract: str) -> set[Path]:
    """List a contract's own file and all that it imports."""
    found: set[Path] = set()
    waiting = [FOLDER / f"{contract}.vy"]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_imports(path))
    return found


def _imports(path: Path) -> Iterator[Path]:
    for line in (ROOT / path).read_text().splitlines():
        match line.split():
            case ["from", "modules", "import", name]:
                yield FOLDER / "modules" / f"{name}.vy"
            case ["from", "interfaces", "import", name]:
                yield FOLDER / "interfaces" / f"{name}.vyi"
            case _:
                pass
