"""What an audit found: every check with how much it verified, and whom it blames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COMMISSION: Final = "commission"
OBSERVERS: Final = "observers"
PORTAL: Final = "portal"
SMS_GATEWAY: Final = "sms gateway"
ISSUERS: Final = "issuers"
TRUSTEES: Final = "trustees"
VALIDATORS: Final = "validators"
"""They ran other rules than the contracts'."""
NODE: Final = "node"
"""Whoever gave this record left something out or changed it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; contest is its id, if only one is concerned."""

    subject: str
    fact: str
    blames: str
    contest: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of a check's things held. notes: what else it can state."""

    verified: int
    total: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One numbered check of docs/protocol.md §8, and its outcome."""

    number: int
    name: str
    claim: str
    outcome: Outcome

    @property
    def held(self) -> bool:
        """Tell whether everything was verified and nothing is wrong."""
        return not self.outcome.findings and self.outcome.verified == self.outcome.total


@dataclass(frozen=True, slots=True)
class ContestOutcome:
    """The result of a contest; no counts if it is withheld or unfinished."""

    contest: int
    title: str
    cast_count: int
    counts: tuple[tuple[str, int], ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Report:
    """A whole audit of one election up to a block."""

    title: str
    chain_id: int
    election: str
    head: int
    checks: tuple[CheckResult, ...]
    contests: tuple[ContestOutcome, ...]
    verified_ballots: int
    ballots: int

    @property
    def held(self) -> bool:
        """Tell whether every check held."""
        return all(check.held for check in self.checks)

    @property
    def summary(self) -> str:
        """Sum up the audit in a line."""
        verified = sum(contest.verified for contest in self.contests)
        return (
            f"verified: {verified} of {len(self.contests)} contests, "
            f"{self.verified_ballots} of {self.ballots} ballots"
        )
