"""Official state tests: one transaction on a given state must give a given root.

A sample of what `make conformance` runs whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.evm.compiler import program
from node.evm.compiler.programs import read_program
from tests.conformance.state_case import as_cancun, expected, follow

_FILE = Path(__file__).parents[1] / "vectors" / "state-tests.json"
_CASES = {case["name"]: case for case in json.loads(_FILE.read_text())}


@pytest.fixture(autouse=True, params=[0, 10**9], ids=["compiled", "interpreted"])
def _cancun(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setattr(program, "_HOT_VISITS", request.param)
    monkeypatch.setattr(program, "_GAS_PER_LETTER", 0)
    read_program.cache_clear()
    with as_cancun():
        yield


@pytest.mark.parametrize("name", _CASES)
def test_the_official_root_is_reached(name: str) -> None:
    assert follow(_CASES[name]) == expected(_CASES[name])
