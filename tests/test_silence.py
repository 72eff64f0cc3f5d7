"""What meets secrets neither prints nor logs: nothing of it can end in a file."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from election.artifacts import ROOT

SOURCES: Final = [
    path
    for package in ("crypto", "protocol")
    for path in sorted((ROOT / "election" / package).rglob("*.py"))
]
SPEAKS: Final = {"logging", "os", "socket", "subprocess", "sys", "syslog", "warnings"}
WRITES: Final = {"breakpoint", "open", "print", "write_bytes", "write_text"}


def name_of(call: ast.Call) -> str:
    called = call.func
    return getattr(called, "id", getattr(called, "attr", ""))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_module_that_may_meet_secrets_is_silent(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = {
        each.name
        for node in nodes
        if isinstance(node, ast.Import)
        for each in node.names
    }
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in names} & SPEAKS
    assert not {name_of(node) for node in nodes if isinstance(node, ast.Call)} & WRITES
