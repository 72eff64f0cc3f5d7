"""Rehearsals as fixtures of pytest: held once up to a stage, undone after each test.

Whoever installs this project has them. A session overrides `rehearsal_setup` with
contests and people of its own, and `rehearsal_chain` to be held elsewhere; a test says
how far its election is by a mark, else the polls are open and voters have credentials.

    @pytest.mark.rehearsal("CAST")
    def test_every_ballot_is_there(rehearsal): ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # whoever has no rehearsal waits for none of it
    from rehearsal.chains import Chain
    from rehearsal.holding import Rehearsal, Setup

_MARK = "rehearsal(stage): hold the election of the `rehearsal` fixture up to a stage"


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", _MARK)


@pytest.fixture(scope="session")
def rehearsal_setup() -> Setup:
    """Give contests, people and cast; override it with your own."""
    from election.protocol.manifest import Contest
    from rehearsal.holding import Setup
    from rehearsal.people import make_people

    return Setup((Contest(1, "Treasurer", ("Ada", "Grace")),), make_people({1: (1, 2)}))


@pytest.fixture(scope="session")
def rehearsal_chain() -> Callable[[], Chain]:
    """Give what starts a chain, once for each stage that tests need."""
    from rehearsal.chains import in_process

    return in_process


@pytest.fixture(scope="session")
def rehearsals(
    rehearsal_setup: Setup, rehearsal_chain: Callable[[], Chain]
) -> Callable[[str], Rehearsal]:
    """Give elections held up to a stage, each once in a session."""
    from functools import cache

    from rehearsal.holding import Stage

    @cache
    def hold(stage: str) -> Rehearsal:
        begun = rehearsal_setup.begin(rehearsal_chain())
        begun.advance_to(Stage[stage])
        return begun

    return hold


@pytest.fixture
def rehearsal(
    request: pytest.FixtureRequest, rehearsals: Callable[[str], Rehearsal]
) -> Iterator[Rehearsal]:
    """Give an election at the stage that the test's mark names; undo what it does."""
    from rehearsal.chains import Chain

    mark = request.node.get_closest_marker("rehearsal")
    held = rehearsals(mark.args[0] if mark else "CREDITED")
    with Chain(held.opened.connection).unwound():
        own = copy(held)
        own.refusals = [*held.refusals]
        yield own
