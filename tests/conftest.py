"""No test depends on how fast the machine is, or on what else it does."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# What is tried is another each time, except where CI is set: there Hypothesis' own
# profile, the parent, tries the same.
settings.register_profile(
    "any-machine",
    parent=settings(),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any-machine")
