"""The voters of a rehearsal: what each of them wants, and what each of them does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Conduct(Enum):
    """What a voter does, from the list to the polls.

    CASTS: registers, is given a credential, casts. CHECKS: opens a ballot first, has a
    second device compare it, and casts another. RESUMES: loses the device after asking
    for a credential, and goes on from the recovery secret. KEEPS: is given a credential
    and never casts. FORGETS: registers, and never asks for one. WITHDRAWS: registers,
    withdraws, and votes on paper. PAPER: never registers, and votes on paper.
    """

    CASTS = auto()
    CHECKS = auto()
    RESUMES = auto()
    KEEPS = auto()
    FORGETS = auto()
    WITHDRAWS = auto()
    PAPER = auto()

    @property
    def casts(self) -> bool:
        """Tell whether a ballot of this voter is counted."""
        return self in (Conduct.CASTS, Conduct.CHECKS, Conduct.RESUMES)

    @property
    def asks(self) -> bool:
        """Tell whether this voter asks for a credential."""
        return self.casts or self is Conduct.KEEPS

    @property
    def registers(self) -> bool:
        """Tell whether this voter registers to vote online."""
        return self is not Conduct.PAPER

    @property
    def votes_on_paper(self) -> bool:
        """Tell whether this voter is given a paper ballot."""
        return self in (Conduct.WITHDRAWS, Conduct.PAPER)


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up voter and what this voter wants.

    index: place on the contest's list, from 0. choice: slot, from 1.
    """

    contest: int
    index: int
    voter_id: str
    choice: int
    conduct: Conduct = Conduct.CASTS


def make_people(choices: Mapping[int, Sequence[int]]) -> tuple[Person, ...]:
    """Make a voter for each choice of each contest."""
    return tuple(
        Person(contest, index, f"{contest}-{index + 1:05}", choice)
        for contest, chosen in choices.items()
        for index, choice in enumerate(chosen)
    )


def tally_choices(
    people: Iterable[Person], slots: Mapping[int, int]
) -> dict[int, tuple[int, ...]]:
    """Count what those who cast really chose; nobody could, in an election.

    slots: the number of candidates, by contest. Gives votes in ballot order.
    """
    chosen = Counter((each.contest, each.choice) for each in people if casts(each))
    return {
        contest: tuple(chosen[contest, slot] for slot in range(1, count + 1))
        for contest, count in slots.items()
    }


def casts(person: Person) -> bool:
    """Tell whether a ballot of this person is counted."""
    return person.conduct.casts
