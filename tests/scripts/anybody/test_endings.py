"""How acts end, and what they take a file for."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from scripts.anybody import record_source, status
from scripts.shared.files import deployment_file


def test_nodes_that_differ_end_a_status_as_failed_and_no_others_do() -> None:
    agree: Any = SimpleNamespace(holds=True)
    differ: Any = SimpleNamespace(holds=False)
    status._end(None)
    status._end(agree)
    with pytest.raises(typer.Exit) as ended:
        status._end(differ)
    assert ended.value.exit_code == status.NOT_SO


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
