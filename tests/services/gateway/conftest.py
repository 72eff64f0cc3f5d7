from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.gateway.stage import Stage, gateway_stage
from tests.services.running import cheapen_passwords


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_passwords(monkeypatch)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A gateway that serves, with a centre and two voters' phones."""
    with gateway_stage(tmp_path / "gateway") as running:
        yield running
