"""The election that the package's docstring holds comes out as it says."""

from __future__ import annotations

import doctest

import election


def test_docstring_holds_an_election() -> None:
    results = doctest.testmod(election)
    assert results.attempted > 0
    assert results.failed == 0
