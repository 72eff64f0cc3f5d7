"""What the second audit found: every check, and how much of it held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reference.errors import NotDueError, RefutedError


@dataclass(slots=True)
class Cases:
    """The things that a check verifies, counted one by one."""

    total: int = 0
    verified: int = 0
    faults: list[str] = field(default_factory=list)
    awaited: list[str] = field(default_factory=list)

    @contextmanager
    def case(self, title: str) -> Iterator[None]:
        """Count one thing: verified unless it is refuted, or not due, within."""
        self.total += 1
        try:
            yield
        except RefutedError as error:
            self.faults.append(f"{title}: {error}")
        except NotDueError as error:
            self.awaited.append(f"{title}: {error}")
        else:
            self.verified += 1


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of one numbered check of docs/protocol.md §8."""

    number: int
    name: str
    verified: int
    total: int
    faults: tuple[str, ...]
    awaited: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Say `failed`, `not due` or `held`."""
        if self.faults or self.verified + len(self.awaited) < self.total:
            return "failed"
        return "not due" if self.awaited else "held"

    @property
    def held(self) -> bool:
        """Tell whether everything was verified and nothing is wrong."""
        return self.verdict == "held"


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one board, the hash of its record, and that of its booth's list.

    booth: zero where the rules announce none, or no election is on the record.
    """

    record_hash: bytes
    checks: tuple[CheckResult, ...]
    booth: bytes = bytes(32)

    @property
    def held(self) -> bool:
        """Tell whether the election is verified to its end."""
        return all(check.held for check in self.checks)
