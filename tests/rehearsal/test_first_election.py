"""The page for developers, run as it stands."""

from __future__ import annotations

import re

from election.artifacts import ROOT

PAGE = (ROOT / "docs" / "first-election.md").read_text("utf-8")


def test_python_of_the_page_does_what_it_says() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    said: list[str] = []
    names = {"print": lambda *words: said.append(" ".join(map(str, words)))}
    for block in blocks:
        exec(block, names)  # noqa: S102  our own page
    assert [each for each in said if f"It prints `{each}`" not in PAGE] == []
    assert len(said) == 2


def test_first_election_of_the_page_takes_ten_lines() -> None:
    first = PAGE.partition("```python\n")[2].partition("```")[0]
    assert len([line for line in first.splitlines() if line]) <= 10
