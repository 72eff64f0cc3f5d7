"""The rules of an election of one's own, for who wants to say no more than contests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from election.crypto.transcript import Address
from election.errors import ElectionError, ManifestError
from election.protocol.manifest import (
    Accounts,
    Contest,
    Manifest,
    Roster,
    Times,
    accept_manifest,
    count_most_steps,
)
from election.protocol.text import find_name_fault, find_particulars_fault
from rehearsal.people import Person, casts
from rehearsal.roles import Cast, Roles, seat_roles

_DAY: Final = 86_400
_STEP: Final = 3_600  # seconds that a step of a ceremony may take
_NOBODY: Final = Accounts(*(Address(bytes(20)),) * 4, observers=())


def draft_manifest(
    contests: Sequence[Contest], roles: Roles, cast: Cast, *, minimum_cast: int = 2
) -> Manifest:
    """Draft a TEST election of these contests with a day for each phase.

    minimum_cast: ballots below which a contest is not opened. Raises ManifestError.
    """
    for contest in contests:
        _require_texts(contest)
    roster = Roster(threshold=2, seats=2, members=())
    draft = Manifest(
        id="rehearsal-test",
        title="TEST: a rehearsal",
        test=True,
        step_seconds=_STEP,
        minimum_cast=minimum_cast,
        quorum=cast.observers // 2 + 1,
        times=Times(*(_DAY * day for day in range(1, 8))),
        accounts=_NOBODY,
        trustees=roster,
        issuers=roster,
        contests=tuple(contests),
    )
    seated = seat_roles(fit(draft, cast), roles)
    steps = max(map(count_most_steps, (seated.trustees, seated.issuers)))
    return accept_manifest(replace(seated, step_seconds=min(_STEP, _DAY // steps)))


def require_people(
    people: Sequence[Person], contests: Sequence[Contest], *, minimum_cast: int
) -> None:
    """Check that voters fit the contests; raises ElectionError naming the first fault.

    Each stands where the list has a place, chooses somebody who is there, and each
    contest gets the ballots without which it is not opened.
    """
    slots = {contest.id: len(contest.candidates) for contest in contests}
    for person in people:
        subject = f"voter {person.voter_id}"
        if person.contest not in slots:
            raise ElectionError(subject, f"there is no contest {person.contest}")
        if not 1 <= person.choice <= slots[person.contest]:
            fact = f"chooses {person.choice}, of {slots[person.contest]} candidates"
            raise ElectionError(subject, fact)
    ballots = Counter(person.contest for person in people if casts(person))
    for contest in slots:
        places = [each.index for each in people if each.contest == contest]
        if places != list(range(len(places))):
            fact = "its voters do not stand in the order of their places, from 0"
            raise ElectionError(f"contest {contest}", fact)
        if ballots[contest] < minimum_cast:
            fact = f"{ballots[contest]} cast, and fewer than {minimum_cast} ballots"
            raise ElectionError(f"contest {contest}", f"{fact} are not opened")


def _require_texts(contest: Contest) -> None:
    """Check what a manifest's file is checked for; raises ManifestError."""
    subject = f"contest {contest.id}"
    if not 2 <= len(contest.candidates) <= 16:
        raise ManifestError(subject, "has fewer than 2 candidates, or more than 16")
    faults = [find_name_fault(each) for each in (contest.title, *contest.candidates)]
    faults += map(find_particulars_fault, contest.particulars)
    for fault in filter(None, faults):
        raise ManifestError(subject, fault)


def fit(manifest: Manifest, cast: Cast) -> Manifest:
    """Give a manifest the seats that are taken, and thresholds of a majority."""
    return replace(
        manifest,
        trustees=replace(
            manifest.trustees, seats=cast.trustees, threshold=cast.trustees // 2 + 1
        ),
        issuers=replace(
            manifest.issuers, seats=cast.issuers, threshold=cast.issuers // 2 + 1
        ),
    )
