"""No test depends on how fast the machine is, or on what else it does."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

_FOLDER: Final = Path(__file__).parent

# What is tried is another each time, except where CI is set: there Hypothesis' own
# profile, the parent, tries the same.
settings.register_profile(
    "any-machine",
    parent=settings(),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any-machine")

# What a shell has set for a person's acts is not the tests'.
for _name in [each for each in os.environ if each.startswith("VECHE_")]:
    if _name != "VECHE_LIVE_VOTERS":
        del os.environ[_name]
os.environ["VECHE_LANGUAGE"] = "en"

_LONG: Final = ("stateful", "scenarios", "network", "services", "scripts")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let what is collected be, which stays to the end: to look at it takes long."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest stories, so that no worker tells one alone at the end."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Tell when a test's folder has its turn; files stay as they were collected."""
    parts = item.path.relative_to(_FOLDER).parts
    return _LONG.index(parts[0]) if parts[0] in _LONG else len(_LONG)
