"""How many stories a machine tells: few in every run of the tests, many on request.

`pytest tests/stateful --hypothesis-profile=long` tells many, each time others.
"""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

LONG: Final = "long"

_FOR_ALL: Final = settings(
    deadline=None,  # a step is a block, on a machine that does other things too
    suppress_health_check=[HealthCheck.too_slow],  # the same
)


def register_long() -> None:
    """Register the profile for those who have an hour."""
    settings.register_profile(
        LONG, parent=_FOR_ALL, max_examples=300, stateful_step_count=60
    )


def tell(machine: type[RuleBasedStateMachine], *, stories: int, steps: int) -> None:
    """Tell stories: the same few every time, or as many as the profile says."""
    if settings.get_current_profile_name() == LONG:
        chosen = settings()
    else:
        chosen = settings(
            _FOR_ALL, derandomize=True, max_examples=stories, stateful_step_count=steps
        )
    run_state_machine_as_test(machine, settings=chosen)
