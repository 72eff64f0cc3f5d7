"""A pytest plugin: which test made a contract give which reason.

Writes what it saw to the file that the environment names, as JSON: tests by reason.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from node.rpc.dispatch import Dispatcher

FILE: Final = "VECHE_WITNESSES"
_REASON: Final = re.compile(r'execution reverted: ([^"]+)')
_seen: dict[str, list[str]] = defaultdict(list)


@pytest.fixture(autouse=True)
def _listen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Dispatcher.handle

    def handle(self: Dispatcher, body: bytes) -> bytes:
        answer = ask(self, body)
        for reason in _REASON.findall(answer.decode()):
            if request.node.nodeid not in _seen[reason]:
                _seen[reason].append(request.node.nodeid)
        return answer

    monkeypatch.setattr(Dispatcher, "handle", handle)


def pytest_sessionfinish() -> None:
    """Write down what was seen."""
    Path(os.environ[FILE]).write_text(json.dumps(_seen))
