"""What is judged: one changed source file, and how kinds of them are judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed source file.

    name: what stands in a list of survivors, begins with the path. path: below the
    project's root. lines: first and last of what was changed. reasons: what a contract
    says where the defence is or, if it says nothing there, in the same function.
    """

    name: str
    path: Path
    source: str
    lines: tuple[int, int] = (0, 0)
    reasons: tuple[str, ...] = ()


Judge = Callable[[Mutant], str | None]
"""Makes this process run a mutant, for good; names the test that goes red, if any."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Mutants that are judged in the same way.

    control: one that is weaker in nothing and must survive, or tests go red for another
    reason than a missing defence. prepare: runs tests once for the mutants that are
    to be judged; they must be green.
    """

    mutants: Sequence[Mutant]
    control: Mutant
    prepare: Callable[[Sequence[Mutant]], Judge]


@dataclass(frozen=True, slots=True)
class Weakening:
    """What is replaced in which file below the root; name: what no longer holds."""

    name: str
    path: str
    old: str
    new: str


class WeakeningError(Exception):
    """Report a text that does not stand in its file exactly once."""


def weaken(weakening: Weakening, root: Path) -> Mutant:
    """Apply one replacement; raises WeakeningError if it does not fit."""
    source = (root / weakening.path).read_text()
    before, found, after = source.partition(weakening.old)
    if not found or weakening.old in after:
        raise WeakeningError(f"{weakening.name}: not once in {weakening.path}")
    first = before.count("\n") + 1
    lines = first, first + weakening.old.rstrip("\n").count("\n")
    missing = weakening.old.count("\n") - weakening.new.count("\n")
    changed = before + weakening.new + "\n" * missing + after
    name = f"{weakening.path}: {weakening.name}"
    return Mutant(name, Path(weakening.path), changed, lines)
