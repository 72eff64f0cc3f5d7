"""What an audit found: every check with how much it verified, and whom it blames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from election.protocol.counts import CandidateCount

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
NOBODY: Final = "nobody"
"""It was not done in time, and the record does not show whose fault that is."""


class Verdict(StrEnum):
    """How a check came out. NOT_DUE: something may lawfully be missing still."""

    HELD = "held"
    FAILED = "failed"
    NOT_DUE = "not due"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; contest is its id, if only one is concerned."""

    subject: str
    fact: str
    blames: str
    contest: int | None


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing that is not there yet and may lawfully come still; it blames nobody."""

    subject: str
    fact: str
    contest: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of a check's things held. notes: what else it can state."""

    verified: int
    total: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    awaited: tuple[Awaited, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One numbered check of docs/protocol.md §8, and its outcome."""

    number: int
    name: str
    claim: str
    outcome: Outcome

    @property
    def verdict(self) -> Verdict:
        """Tell whether all is verified, something is wrong, or all that is due held."""
        outcome = self.outcome
        if outcome.findings or outcome.verified + len(outcome.awaited) != outcome.total:
            return Verdict.FAILED
        return Verdict.NOT_DUE if outcome.awaited else Verdict.HELD

    @property
    def held(self) -> bool:
        """Tell whether everything was verified and nothing is wrong."""
        return self.verdict is Verdict.HELD


@dataclass(frozen=True, slots=True)
class ContestOutcome:
    """The result of a contest; no counts if it is withheld or unfinished.

    verdict: that of the checks, as far as they concern this contest.
    """

    contest: int
    title: str
    cast_count: int
    counts: tuple[CandidateCount, ...]
    verdict: Verdict


class Signing(StrEnum):
    """How it stands with the signatures of a record."""

    HELD = "held"
    FAILED = "failed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Finality:
    """What is known of who signed a record.

    fact: in a sentence. genesis: SHA-256 of the network's genesis, in hexadecimal.
    pinned: whether it is the one that was asked for. signers: how many validators
    signed the engine's block at `engine_height`; where nothing holds, all are None.
    """

    signing: Signing
    fact: str
    genesis: str | None = None
    pinned: bool = False
    network: str | None = None
    engine_height: int | None = None
    signers: int | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What an audit did not verify again: all up to a block, with so many ballots."""

    block: int
    ballots: int


@dataclass(frozen=True, slots=True)
class Report:
    """A whole audit of one election up to a block.

    record_hash: two auditors of one block, and of one history, have the same.
    head_timestamp: Unix seconds, as the source says; the record hash does not cover it.
    polls_end: Unix seconds, extended; None if no election is on the record. finality:
    who signed it. before: what was verified before, if it went on from there. booth:
    the hash of the list of what its booth serves, in hexadecimal; None where it
    announces none. What is served is on no record.
    """

    title: str
    test: bool
    chain_id: int
    election: str
    head: int
    head_timestamp: int
    polls_end: int | None
    record_hash: str
    booth: str | None
    checks: tuple[CheckResult, ...]
    contests: tuple[ContestOutcome, ...]
    verified_ballots: int
    ballots: int
    finality: Finality
    before: Before | None = None

    @property
    def verdict(self) -> Verdict:
        """Tell whether every check held, one failed, or all that is due held.

        A proof of who signed it that does not hold is a failure, too.
        """
        if self.finality.signing is Signing.FAILED:
            return Verdict.FAILED
        verdicts = {check.verdict for check in self.checks}
        order = (Verdict.FAILED, Verdict.NOT_DUE)
        return next((each for each in order if each in verdicts), Verdict.HELD)

    @property
    def held(self) -> bool:
        """Tell whether every check held, and none is still to come."""
        return self.verdict is Verdict.HELD

    @property
    def summary(self) -> str:
        """Sum up the audit in a line."""
        verified = sum(contest.verdict is Verdict.HELD for contest in self.contests)
        return (
            f"verified: {verified} of {len(self.contests)} contests, "
            f"{self.verified_ballots} of {self.ballots} ballots"
        )
