"""Logs are in a file, and the same as if they were in memory."""

from __future__ import annotations

import gc
import os
import tempfile
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.transcript import Address, Hash
from election.errors import SpoolError
from election.log_spool import LogSpool
from election.protocol.board import Log

LOG = Log(Address(bytes(20)), (), b"", 0, 0, Hash(bytes(32)), 0)
_words = st.binary(min_size=32, max_size=32).map(Hash)
_numbers = st.integers(0, 2**64 - 1)
_logs = st.builds(
    Log,
    address=st.binary(min_size=20, max_size=20).map(Address),
    topics=st.lists(_words, max_size=4).map(tuple),
    data=st.binary(max_size=200),
    block_number=_numbers,
    timestamp=_numbers,
    transaction=_words,
    index=_numbers,
)


@given(st.lists(_logs, max_size=5), st.integers(-6, 6), st.integers(-6, 6))
def test_logs_are_those_that_were_put_there(
    logs: list[Log], start: int, stop: int
) -> None:
    spool = LogSpool(logs)
    assert len(spool) == len(logs)
    assert list(spool) == logs
    assert spool == logs
    assert spool[start:stop] == tuple(logs[start:stop])
    assert [spool[-at] for at in range(1, len(logs) + 1)] == logs[::-1]
    assert spool != [*logs, LOG]


def test_log_is_read_and_added_in_turn() -> None:
    spool = LogSpool()
    for at in range(3):
        spool.append(replace(LOG, index=at, data=bytes(at)))
        assert [log.index for log in spool] == list(range(at + 1))
    with pytest.raises(IndexError):
        spool[3]


def test_log_takes_a_few_bytes_of_memory() -> None:
    def tell(many: int) -> Iterator[Log]:
        return (replace(LOG, data=bytes(3_000), index=at) for at in range(many))

    tracemalloc.start()
    try:
        spool = LogSpool(tell(10_000))
        assert len(spool) == 10_000
        assert tracemalloc.get_traced_memory()[0] < 300_000
    finally:
        tracemalloc.stop()


def test_file_is_gone_with_the_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spool = LogSpool([LOG])
    assert not list(tmp_path.iterdir())
    del spool
    gc.collect()
    held = [
        handle.readlink()
        for handle in Path("/proc/self/fd").iterdir()
        if handle.is_symlink()
    ]
    assert not [each for each in held if tmp_path in each.parents]


def test_disk_without_room_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(SpoolError, match="set TMPDIR to a folder with room"):
        LogSpool()


def test_full_disk_is_told_of() -> None:
    spool = LogSpool()
    with Path("/dev/full").open("wb", buffering=0) as full:
        os.dup2(full.fileno(), spool._file.fileno())
    large = replace(LOG, data=bytes(100_000))
    with pytest.raises(SpoolError, match="no space left on device; set TMPDIR"):
        spool.append(large)


def test_log_that_the_disk_lost_is_told_of() -> None:
    spool = LogSpool([LOG])
    assert spool[0] == LOG
    os.ftruncate(spool._file.fileno(), 10)
    with pytest.raises(SpoolError, match="lost what was written there"):
        list(spool)
