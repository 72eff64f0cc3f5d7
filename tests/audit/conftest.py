"""One honest election for all tests of the audit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from election.audit.checks import images
from election.crypto.group import decode_g1, decode_g2, encode_g1, encode_g2, pair
from election.protocol.board import Board
from tests.audit.story import CHOICES, Story, Told
from tests.remembered import remembering_curve


@pytest.fixture(scope="session", autouse=True)
def _remembered_pairings() -> Iterator[None]:
    """Compute each pairing once for all audits: they take most of an audit's time."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            images,
            "pair",
            lambda left, right: _pair(encode_g1(left), encode_g2(right)),
        )
        yield


@pytest.fixture(autouse=True, scope="package")
def _remembered_curve() -> Iterator[None]:
    with remembering_curve():
        yield


@pytest.fixture(scope="session")
def told() -> Told:
    """Hold the election of the story, once."""
    return _tell()


@pytest.fixture(scope="session")
def board(told: Told) -> Board:
    """Give the board of the honest election."""
    return told.board


# Beyond a session of tests, too, for mutants in processes that inherit both.
@cache
def _tell() -> Told:
    return Story(CHOICES).tell()


@cache
def _pair(left: bytes, right: bytes) -> bytes:
    return pair(decode_g1(left), decode_g2(right))
