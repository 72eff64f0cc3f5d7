"""What a file is taken for that an audit is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.anybody import record_source
from scripts.shared.files import deployment_file


def test_only_a_small_file_is_taken_for_a_deployment_s_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment_file, "read_deployment", lambda _: None)
    path = tmp_path / "file"
    assert not record_source._is_record(path)
    path.write_bytes(b"12")
    assert record_source._is_record(path)
    monkeypatch.setattr(record_source, "_LARGEST_RECORD", 1)
    assert not record_source._is_record(path)
