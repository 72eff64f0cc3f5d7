"""Nodes that differ end an act as failed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import typer

from scripts.anybody import status


def test_nodes_that_differ_end_a_status_as_failed_and_no_others_do() -> None:
    agree: Any = SimpleNamespace(holds=True)
    differ: Any = SimpleNamespace(holds=False)
    status._end(None)
    status._end(agree)
    with pytest.raises(typer.Exit) as ended:
        status._end(differ)
    assert ended.value.exit_code == status.NOT_SO
