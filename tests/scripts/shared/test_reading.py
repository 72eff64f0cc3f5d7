from __future__ import annotations

import pytest

from election.crypto.transcript import ZERO_HASH, Address
from election.protocol.board import Log
from scripts.shared import reading


def make_log(number: int) -> Log:
    return Log(Address(bytes(20)), (), b"", number, 1, ZERO_HASH, 0)


def test_long_reading_says_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reading, "_TOLD", 2)
    logs = [make_log(each) for each in range(5)]
    assert tuple(reading.keep_logs(iter(logs))) == tuple(logs)
    told = capsys.readouterr().err.splitlines()
    assert told == ["2 logs, up to block 1 ...", "4 logs, up to block 3 ..."]
