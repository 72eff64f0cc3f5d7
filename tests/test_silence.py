"""What meets secrets is silent, and of the rest one module writes on a screen."""

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


WRITERS: Final = {  # what writes on a screen, and so escapes what is foreign
    ROOT / "scripts" / "shared" / "terminal.py",
    ROOT / "node" / "__main__.py",  # the node alone, which no library escapes for
    ROOT / "node" / "readers" / "spawner.py",  # empties its streams before it forks
}
TALKERS: Final = [
    path
    for package in (
        "scripts",
        "services",
        "election",
        "reference",
        "node",
        "rehearsal",
    )
    for path in sorted((ROOT / package).rglob("*.py"))
    if path not in WRITERS
]
STREAMS: Final = {"stdout", "stderr", "__stdout__", "__stderr__"}
BARS: Final = ROOT / "scripts" / "shared" / "progress.py"
"""Draws bars with rich, whose words are the demo's own."""


def name_of(call: ast.Call) -> str:
    called = call.func
    return getattr(called, "id", getattr(called, "attr", ""))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_module_that_may_meet_secrets_is_silent(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    assert not set(list_imports(nodes)) & SPEAKS
    assert not {name_of(node) for node in nodes if isinstance(node, ast.Call)} & WRITES


@pytest.mark.parametrize(
    "path", TALKERS, ids=lambda path: ".".join(path.relative_to(ROOT).parts)
)
def test_one_module_writes_on_a_screen(path: Path) -> None:
    """Markup, colours and control characters of foreign text end there."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    calls = {name_of(node) for node in nodes if isinstance(node, ast.Call)}
    assert not calls & {"print", "pprint", "echo", "secho", "print_exc"}
    streams = (
        node
        for node in nodes
        if isinstance(node, ast.Attribute) and node.attr in STREAMS
    )
    assert not [ast.unparse(node) for node in streams if "sys" in ast.unparse(node)]
    if path != BARS:
        assert not {"rich", "click", "colorama"} & set(list_imports(nodes))


def list_imports(nodes: list[ast.AST]) -> list[str]:
    """List the packages that are imported."""
    names = [
        each.name
        for node in nodes
        if isinstance(node, ast.Import)
        for each in node.names
    ]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return [name.partition(".")[0] for name in names]
