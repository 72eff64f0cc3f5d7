"""Run a verification over many things, and turn what it raises into findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from election.audit.errors import ContradictionError, MissingError
from election.audit.report import NODE, Finding, Outcome
from election.errors import ElectionError, FaultyIssuerError, FaultyTrusteeError

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Named:
    """What a thing is called in a finding."""

    subject: str
    contest: int | None = None


def verify_each(
    items: Iterable[Item],
    verify: Callable[[Item], object],
    *,
    name: Callable[[Item], Named],
    blames: str,
) -> Outcome:
    """Verify every item, whose verification raises ElectionError if it does not hold.

    blames: the party at fault where the error does not name one.
    """
    total, findings = 0, []
    for item in items:
        total += 1
        try:
            verify(item)
        except ElectionError as error:
            findings.append(describe(error, named=name(item), blames=blames))
    return Outcome(total - len(findings), total, tuple(findings))


def describe(error: ElectionError, *, named: Named, blames: str) -> Finding:
    """Say what is wrong with a thing, and who did it."""
    fact = error.fact if isinstance(error, ContradictionError) else str(error)
    return Finding(named.subject, fact, _blame(error, blames), named.contest)


def _blame(error: ElectionError, blames: str) -> str:
    if isinstance(error, ContradictionError):
        return error.blames
    if isinstance(error, MissingError):
        return NODE
    if isinstance(error, FaultyTrusteeError | FaultyIssuerError):
        return error.subject
    return blames


def join_outcomes(outcomes: Iterable[Outcome]) -> Outcome:
    """Add up the parts of one check."""
    parts = tuple(outcomes)
    return Outcome(
        sum(part.verified for part in parts),
        sum(part.total for part in parts),
        tuple(finding for part in parts for finding in part.findings),
        tuple(note for part in parts for note in part.notes),
    )
