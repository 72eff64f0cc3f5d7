"""Who votes in the demo, and for whom: drawn with a fixed seed from official counts."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from election.errors import ElectionError
from election.protocol.manifest import Contest
from rehearsal.people import Conduct, Person

SEED: Final = 20190908
_CHECKING, _RESUMING, _WITHDRAWING, _ON_PAPER = 500, 200, 100, 100


@dataclass(frozen=True, slots=True)
class DistrictResult:
    """Official figures of one contest, paper and electronic together.

    counts: votes by candidate, in ballot order.
    """

    voters_on_list: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many voted over the internet in all contests together.

    registered: at the end of registration. issued: of those, given a ballot. cast: of
    those, counted.
    """

    registered: int
    issued: int
    cast: int


def read_turnout(path: Path) -> Turnout:
    """Read the official turnout; how many were issued is published in percent."""
    found = json.loads(path.read_text())["electronic"]
    issued = round(found["registered"] * found["issued_percent"] / 100)
    return Turnout(found["registered"], issued, found["ballots_stored"])


def read_results(path: Path) -> Mapping[int, DistrictResult]:
    """Read the official results, by contest."""
    contests = json.loads(path.read_text())["contests"]
    return {
        each["id"]: DistrictResult(each["voters_on_list"], tuple(each["counts"]))
        for each in contests
    }


def draw_electorate(
    contests: Sequence[Contest],
    results: Mapping[int, DistrictResult],
    *,
    voters: int,
    fewest: int,
) -> tuple[Person, ...]:
    """Draw voters, districts and choices in proportion to the results.

    fewest: of one contest. Raises ElectionError if there are too few for that.
    """
    if voters < fewest * len(contests):
        fact = f"{voters} are too few: a contest of fewer than {fewest} is not opened"
        raise ElectionError("voters", f"{fact}, so {fewest * len(contests)} at least")
    lists = [results[contest.id].voters_on_list for contest in contests]
    free = apportion(lists, voters - fewest * len(contests))
    chance = random.Random(SEED)  # noqa: S311  # a story, not a secret
    people: list[Person] = []
    for contest, size in zip(contests, free, strict=True):
        slots = range(1, len(contest.candidates) + 1)
        weights = results[contest.id].counts
        choices = chance.choices(slots, weights=weights, k=fewest + size)
        people.extend(
            Person(contest.id, index, f"{contest.id}-{index + 1:05}", choice)
            for index, choice in enumerate(choices)
        )
    return tuple(people)


def draw_applicants(
    contests: Sequence[Contest], results: Mapping[int, DistrictResult], *, fewest: int
) -> tuple[Person, ...]:
    """Draw as few voters as hold an election, and one of each contest on paper.

    fewest: who vote online of one contest.
    """
    listed = fewest + 1
    people = draw_electorate(
        contests, results, voters=listed * len(contests), fewest=listed
    )
    return tuple(
        replace(each, conduct=Conduct.PAPER) if each.index == fewest else each
        for each in people
    )


def draw_whole(
    contests: Sequence[Contest],
    results: Mapping[int, DistrictResult],
    turnout: Turnout,
) -> tuple[Person, ...]:
    """Draw as many voters as there were, of whom each does one thing of many.

    How many check a ballot, lose a device, withdraw or are on paper from the start is
    nobody's figure: a round number of each.
    """
    ordinary = turnout.cast - _CHECKING - _RESUMING
    conducts = [
        *(Conduct.CASTS,) * ordinary,
        *(Conduct.CHECKS,) * _CHECKING,
        *(Conduct.RESUMES,) * _RESUMING,
        *(Conduct.KEEPS,) * (turnout.issued - turnout.cast),
        *(Conduct.FORGETS,) * (turnout.registered - turnout.issued),
        *(Conduct.WITHDRAWS,) * _WITHDRAWING,
        *(Conduct.PAPER,) * _ON_PAPER,
    ]
    random.Random(SEED).shuffle(conducts)  # noqa: S311  # a story, not a secret
    people = draw_electorate(contests, results, voters=len(conducts), fewest=1)
    return tuple(
        replace(person, conduct=conduct)
        for person, conduct in zip(people, conducts, strict=True)
    )


def apportion(weights: Sequence[int], total: int) -> tuple[int, ...]:
    """Share out a total by largest remainders."""
    whole = sum(weights)
    shares = [weight * total // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda i: weights[i] * total % whole, reverse=True
    )
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return tuple(shares)
