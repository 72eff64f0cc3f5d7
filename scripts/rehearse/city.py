"""Who stands on the lists of a rehearsal, and who of them votes online and how.

Districts and choices are in the proportions of 2019, and so is who of those that vote
online is given a credential, and who of these casts.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from election.crypto.transcript import Hash
from election.errors import ElectionError
from election.protocol.manifest import Contest
from election.protocol.voter_list import VoterList, build_voter_list, hash_voter
from rehearsal.people import Conduct, Person, casts
from scripts.demo.electorate import (
    SEED,
    DistrictResult,
    Turnout,
    apportion,
    draw_electorate,
)
from scripts.rehearse.seed import Seed


@dataclass(frozen=True, slots=True)
class City:
    """Voters. listed: how many by contest. people: who vote online, in no order."""

    listed: Mapping[int, int]
    people: tuple[Person, ...]


def draw_city(
    contests: Sequence[Contest],
    results: Mapping[int, DistrictResult],
    turnout: Turnout,
    *,
    voters: int,
    online: int,
    minimum_cast: int,
) -> City:
    """Draw so many listed voters, of whom some vote online.

    minimum_cast: ballots that each contest needs. Raises ElectionError for too few.
    """
    lists = [results[each.id].voters_on_list for each in contests]
    shares = zip(contests, apportion(lists, voters), strict=True)
    listed = {contest.id: size for contest, size in shares}
    people = draw_electorate(contests, results, voters=online, fewest=1)
    conducts = _draw_conducts(turnout, online)
    of_contest = Counter(each.contest for each in people)
    placed = tuple(
        _place(person, conduct, listed[person.contest], of_contest[person.contest])
        for person, conduct in zip(people, conducts, strict=True)
    )
    ballots = Counter(each.contest for each in placed if casts(each))
    for contest in contests:
        if ballots[contest.id] < minimum_cast:
            fact = f"contest {contest.id} gets {ballots[contest.id]} ballots of them"
            fact += f", and fewer than {minimum_cast} are not opened: ask for more"
            raise ElectionError("voters", fact)
    return City(listed, placed)


def _draw_conducts(turnout: Turnout, online: int) -> list[Conduct]:
    asking = round(online * turnout.issued / turnout.registered)
    casting = round(online * turnout.cast / turnout.registered)
    conducts = [
        *(Conduct.CASTS,) * casting,
        *(Conduct.KEEPS,) * (asking - casting),
        *(Conduct.FORGETS,) * (online - asking),
    ]
    random.Random(SEED).shuffle(conducts)  # noqa: S311  # a story, not a secret
    return conducts


def _place(person: Person, conduct: Conduct, listed: int, online: int) -> Person:
    """Spread who votes online evenly over the whole list."""
    index = person.index * listed // online
    name = name_voter(person.contest, index)
    return replace(person, index=index, voter_id=name, conduct=conduct)


def name_voter(contest: int, index: int) -> str:
    """Give the identifier of who stands at a place of a list, from 0."""
    return f"{contest}-{index + 1:06}"


def salt_lists(
    listed: Mapping[int, int], election_id: Hash, seed: Seed
) -> Mapping[int, VoterList]:
    """Salt and hash everybody on the lists."""
    return {
        contest: build_voter_list(
            election_id,
            contest,
            voters=[_hash(contest, index, seed) for index in range(size)],
        )
        for contest, size in listed.items()
    }


def _hash(contest: int, index: int, seed: Seed) -> Hash:
    salt = Hash(seed.derive("salt", contest, index, size=32))
    return hash_voter(name_voter(contest, index), salt)


def order_arrivals(people: Sequence[Person]) -> list[Person]:
    """List who asks for a credential, in the order in which they come."""
    asking = [each for each in people if each.conduct.asks]
    random.Random(SEED).shuffle(asking)  # noqa: S311
    return asking
