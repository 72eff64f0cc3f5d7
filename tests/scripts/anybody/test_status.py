"""Nodes that differ end an act as failed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from scripts.anybody import node_comparison, status
from scripts.anybody.acts import status as act
from scripts.shared import session


@pytest.mark.parametrize("holds", [True, False])
def test_nodes_that_differ_end_a_status_as_failed_and_no_others_do(
    holds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = SimpleNamespace(holds=holds)
    monkeypatch.setattr(session, "enter", lambda *_: None)
    monkeypatch.setattr(status, "read_status", lambda _: {})
    monkeypatch.setattr(node_comparison, "compare_nodes", lambda *_: compared)
    monkeypatch.setattr(node_comparison, "encode_nodes", lambda _: {})
    act.command(Path("e.json"), ["one"], as_json=True)
    if holds:
        act.command(Path("e.json"), ["one", "other"], as_json=True)
        return
    with pytest.raises(typer.Exit) as ended:
        act.command(Path("e.json"), ["one", "other"], as_json=True)
    assert ended.value.exit_code == act.NOT_SO
