"""Who votes in the demo, and for whom: drawn with a fixed seed from official counts."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from election.errors import ElectionError
from election.protocol.manifest import Contest

SEED: Final = 20190908


@dataclass(frozen=True, slots=True)
class DistrictResult:
    """Official figures of one contest, paper and electronic together.

    counts: votes by candidate, in ballot order.
    """

    voters_on_list: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up voter and what this voter wants.

    index: place on the contest's list, from 0. choice: slot, from 1.
    """

    contest: int
    index: int
    voter_id: str
    choice: int


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
    free = _apportion(lists, voters - fewest * len(contests))
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


def _apportion(weights: Sequence[int], total: int) -> tuple[int, ...]:
    """Share out a total by largest remainders."""
    whole = sum(weights)
    shares = [weight * total // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda i: weights[i] * total % whole, reverse=True
    )
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return tuple(shares)
