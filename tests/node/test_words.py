"""The node could host any contract: it has no word for what these here are about."""

from __future__ import annotations

import re
from pathlib import Path

import node

FORBIDDEN = re.compile(r"ballot|tally|choice|candidate", re.IGNORECASE)
SOURCES = [
    path
    for path in Path(node.__file__).parent.rglob("*")
    if path.suffix in (".py", ".pyi", ".proto")
]


def test_no_word_of_an_election_stands_in_the_node() -> None:
    assert len(SOURCES) > 50
    found = {
        f"{path.name}: {word}"
        for path in SOURCES
        for word in FORBIDDEN.findall(path.read_text("utf-8") + path.name)
    }
    assert found == set()
