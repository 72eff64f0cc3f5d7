"""Rehearsals as fixtures: this file is a user of the plugin."""

from __future__ import annotations

import pytest

from election.protocol.manifest import Contest
from rehearsal.holding import Rehearsal, Setup, Stage
from rehearsal.misdeeds import VOTE_FOR_TWO
from rehearsal.people import make_people

ID = 5


@pytest.fixture(scope="session")
def rehearsal_setup() -> Setup:
    return Setup((Contest(ID, "Chair", ("A", "B", "C")),), make_people({ID: (3, 1)}))


def count_cast(rehearsal: Rehearsal) -> int:
    return rehearsal.register.boxes[ID].handle.cast_count()


@pytest.mark.parametrize("time", ["first", "again"])
def test_each_test_meets_the_election_as_if_it_were_the_first(
    rehearsal: Rehearsal, time: str
) -> None:
    assert (rehearsal.stage, count_cast(rehearsal)) == (Stage.CREDITED, 0), time
    assert rehearsal.refusals == []
    rehearsal.attempt(VOTE_FOR_TWO)
    rehearsal.cast_ballots()
    assert count_cast(rehearsal) == 2


def test_test_may_hold_the_rest(rehearsal: Rehearsal) -> None:
    assert rehearsal.hold().counts == {ID: (1, 0, 1)}


@pytest.mark.rehearsal("DEPLOYED")
def test_mark_says_how_far_the_election_is(rehearsal: Rehearsal) -> None:
    assert rehearsal.stage is Stage.DEPLOYED
