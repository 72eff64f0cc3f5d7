"""The contracts' sources, each with one defence taken out."""

from __future__ import annotations

from collections.abc import Iterator
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
        tree = vyper_ast.parse_to_ast(source)
        for node in tree.get_descendants(vyper_ast.Assert):
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
    reason = None if node.msg is None else str(node.msg.value)
    name = f"{path}: {reason or ' '.join(text.split())}"
    return Mutant(name, path, changed, (first + 1, last + 1), reason)


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
