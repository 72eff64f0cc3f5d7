"""One honest election for all tests of the audit."""

from __future__ import annotations

import pytest

from election.protocol.board import Board
from tests.audit.story import CHOICES, Story, Told


@pytest.fixture(scope="session")
def told() -> Told:
    """Hold the election of the story, once."""
    return Story(CHOICES).tell()


@pytest.fixture(scope="session")
def board(told: Told) -> Board:
    """Give the board of the honest election."""
    return told.board
