"""Run a verification over many things, and turn what it raises into findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from election.audit.errors import ContradictionError, MissingError, NotDueError
from election.audit.report import NODE, Awaited, Finding, Outcome
from election.errors import (
    ElectionError,
    FaultyIssuerError,
    FaultyTrusteeError,
    SpoolError,
)

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
    total, findings, awaited = 0, list[Finding](), list[Awaited]()
    for item in items:
        total += 1
        try:
            verify(item)
        except SpoolError:
            raise
        except NotDueError as error:
            named = name(item)
            awaited.append(Awaited(named.subject, error.fact, named.contest))
        except ElectionError as error:
            findings.append(describe(error, named=name(item), blames=blames))
    verified = total - len(findings) - len(awaited)
    return Outcome(verified, total, tuple(findings), awaited=tuple(awaited))


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
        tuple(each for part in parts for each in part.awaited),
    )
