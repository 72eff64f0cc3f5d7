"""How many stories a machine tells: few in every run of the tests, many on request.

`pytest tests/stateful --hypothesis-profile=long` tells many, each time others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hypothesis import Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from hypothesis.strategies._internal.featureflags import FeatureFlags

LONG: Final = "long"

_VOLUME: Final = 10
"""Stories of one seed. After ten, Hypothesis varies the last story five times."""


def register_long() -> None:
    """Register the profile for those who have an hour."""
    settings.register_profile(
        LONG, parent=settings(), max_examples=300, stateful_step_count=60
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a machine tells in every run: volumes of ten stories, steps of one."""

    volumes: int
    steps: int

    def settings(self, *phases: Phase) -> settings:
        """Give the settings of a volume; all phases unless told."""
        return settings(
            derandomize=True,
            max_examples=_VOLUME,
            stateful_step_count=self.steps,
            phases=phases or tuple(Phase),
        )


def tell(machine: type[RuleBasedStateMachine], pace: Pace) -> None:
    """Tell stories: the same few every time, or as many as the profile says."""
    if settings.get_current_profile_name() == LONG:
        run_state_machine_as_test(machine, settings=settings())
    else:
        _tell_volumes(machine, pace.volumes, pace.settings())


def tell_until_red(machine: type[RuleBasedStateMachine], pace: Pace) -> None:
    """Tell the same few stories; end with the first red one, and make it no shorter."""
    _tell_volumes(machine, pace.volumes, pace.settings(Phase.generate))


def _tell_volumes(
    machine: type[RuleBasedStateMachine], volumes: int, chosen: settings
) -> None:
    def begin() -> RuleBasedStateMachine:
        """Make a machine that may follow all of its rules in each story.

        Hypothesis leaves about half of them out. Among hundreds of stories that is
        good; among dozens, what takes three rules never happens.
        """
        made = machine()
        made._rules_strategy.enabled_rules_strategy = st.just(FeatureFlags())
        return made

    for volume in range(volumes):
        run_state_machine_as_test(seed(volume)(begin), settings=chosen)  # type: ignore[arg-type]  # or a function
