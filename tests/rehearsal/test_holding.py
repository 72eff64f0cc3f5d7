"""An election of one's own, held by one program on a chain of choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest

from election.crypto.transcript import Hash
from election.errors import ElectionError
from election.protocol.manifest import Contest
from rehearsal.chains import Chain, at, in_process
from rehearsal.holding import Misdeed, Rehearsal, Stage, begin
from rehearsal.misdeeds import CHANGE_LIST, MISDEEDS
from rehearsal.node_process import devnet_process
from rehearsal.people import Conduct, Person, make_people
from rehearsal.roles import Cast
from rehearsal.tester_chain import on_eth_tester

CONTESTS = (Contest(7, "Chair", ("A", "B")), Contest(3, "Colour", ("C", "D", "E")))
PEOPLE = (
    *(Person(7, index, f"of-7-{index}", 1, each) for index, each in enumerate(Conduct)),
    *make_people({3: (3, 2)}),
)


@contextmanager
def inside() -> Iterator[Chain]:
    yield in_process()


@contextmanager
def by_url() -> Iterator[Chain]:
    with devnet_process() as connection:
        yield at(connection.url)


@pytest.fixture(scope="module")
def over() -> Rehearsal:
    """Hold an election with every conduct, every misdeed, a liar and an absentee."""
    cast = Cast(liar=2, absent=1)
    rehearsal = begin(in_process(), CONTESTS, PEOPLE, cast=cast)
    assert rehearsal.hold(MISDEEDS).held
    return rehearsal


def test_counts_are_what_those_chose_who_cast(over: Rehearsal) -> None:
    assert over.counts == {7: (3, 0), 3: (0, 1, 1)}
    assert over.audit().summary == "verified: 2 of 2 contests, 5 of 5 ballots"


def test_leaves_are_where_the_conduct_of_their_voters_brings_them(
    over: Rehearsal,
) -> None:
    leaves = over.opened.voter_list
    assert (leaves.online(7), leaves.issued(7), leaves.paper(7)) == (5, 4, 2)


def test_every_misdeed_is_refused_with_a_reason(over: Rehearsal) -> None:
    assert [each.attack for each in over.refusals] == [each.attack for each in MISDEEDS]
    assert len({each.reason for each in over.refusals}) == len(MISDEEDS)


def test_misdeed_that_comes_too_late_is_not_tried(over: Rehearsal) -> None:
    with pytest.raises(ElectionError, match="after REGISTERED"):
        over.hold([CHANGE_LIST])


@contextmanager
def beside_a_tester() -> Iterator[Chain]:
    yield on_eth_tester()


@pytest.mark.parametrize("start", [inside, by_url, beside_a_tester])
def test_small_election_is_held_on_any_chain(
    start: Callable[[], AbstractContextManager[Chain]],
) -> None:
    with start() as chain:
        held = begin(chain, CONTESTS[:1], make_people({7: (2, 2)})).hold()
    assert held.held
    assert held.counts == {7: (0, 2)}


def test_misdeed_that_goes_through_is_told() -> None:
    def publish(rehearsal: Rehearsal) -> str:
        rehearsal.travel(rehearsal.opened.rules.times[1])
        act = rehearsal.opened.voter_list.publish(7, Hash(b"7" * 32), size=1)
        return rehearsal.refuse(act, rehearsal.roles.commission)

    rehearsal = begin(in_process(), CONTESTS, PEOPLE)
    honest = Misdeed("The commission publishes a list in time.", Stage.KEYED, publish)
    with pytest.raises(ElectionError, match="went through"):
        rehearsal.hold([honest])


@pytest.mark.parametrize(
    ("people", "fact"),
    [
        (make_people({7: (1, 1)}), "contest 3: 0 cast"),
        ((*PEOPLE, Person(5, 0, "lost", 1)), "voter lost: there is no contest 5"),
        ((*PEOPLE, Person(3, 2, "third", 4)), "voter third: chooses 4, of 3"),
        ((*PEOPLE, Person(3, 3, "gap", 1)), "contest 3: its voters do not stand"),
        (
            (*PEOPLE[:-1], replace(PEOPLE[-1], conduct=Conduct.PAPER)),
            "contest 3: 1 cast",
        ),
    ],
)
def test_people_who_do_not_fit_the_contests_are_refused(
    people: tuple[Person, ...], fact: str
) -> None:
    with pytest.raises(ElectionError, match=fact):
        begin(in_process(), CONTESTS, people)


def test_contest_with_one_candidate_is_refused() -> None:
    with pytest.raises(ElectionError, match="contest 1: has fewer than 2"):
        begin(in_process(), [Contest(1, "Lone", ("A",))], make_people({1: (1, 1)}))
