from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.desk import make_desk
from tests.services.running import (
    Running,
    cheapen_passwords,
    describe_peers,
    make_home,
    public_key,
    serving,
)

CONFIG = """
public_url = "http://127.0.0.1:1"
listen_port = 0
greeting = "welcome"
booth_origins = ["https://booth.example.org"]
"""


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_passwords(monkeypatch)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Running]:
    """A desk, which knows a service `friend`, whose home is beside it."""
    friend = make_desk("friend")
    home = make_home(friend, tmp_path / "friend", CONFIG)
    known = describe_peers(friend=("http://127.0.0.1:1", public_key(friend, home)))
    desk_home = make_home(make_desk(), tmp_path / "desk", CONFIG + known)
    with serving(make_desk(), desk_home) as running:
        yield running
