"""Further weaknesses that the machines must notice: `make mutants`.

One of each machine is in every run of the tests, beside the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from tests.contracts.rehearsal import lists_published
from tests.stateful import test_box, test_ceremony, test_leaves, test_phases, test_tally
from tests.stateful.pace import Pace
from tests.stateful.weakened import assert_noticed

_Told = tuple[type[RuleBasedStateMachine], Pace, Callable[[], object]]

_CEREMONY: Final[_Told] = (
    test_ceremony.Ceremony,
    test_ceremony.PACE,
    test_ceremony.prepare,
)
_BOX: Final[_Told] = test_box.Box, test_box.PACE, test_box.prepare
_LEAVES: Final[_Told] = test_leaves.Leaves, test_leaves.PACE, lists_published
_PHASES: Final[_Told] = test_phases.Clock, test_phases.PACE, test_phases.prepare
_TALLY: Final[_Told] = test_tally.Tallying, test_tally.PACE, test_tally.prepare


@pytest.mark.parametrize(
    ("told", "weakness"),
    [
        (_CEREMONY, "KeyCeremony.vy: key_ceremony: caller has acted"),
        (_BOX, "BallotBox.vy: ballot_box: more ballots than credentials issued"),
        (_BOX, "BallotBox.vy: ballot_box: credentials are not increasing"),
        (_LEAVES, "VoterList.vy: a withdrawn leaf keeps its lock"),
        (
            _LEAVES,
            "VoterList.vy: a locked leaf is issued a credential without its lock",
        ),
        (  # issuing
            _PHASES,
            "Election.vy: >= -> > in if now >= _TIMES[5] + self._extension:",
        ),
        (  # polls
            _PHASES,
            "Election.vy: >= -> > in if now >= _TIMES[6] + self._extension:",
        ),
        (_TALLY, "Tally.vy: a withheld contest that was opened counts as final"),
        (_TALLY, "Tally.vy: tally: share is here already"),
    ],
)
def test_weakness_is_noticed(told: _Told, weakness: str) -> None:
    machine, pace, prepare = told
    prepare()
    assert_noticed(machine, pace, f"contracts/{weakness}")
