"""The line of a key, as people write TOML."""

from __future__ import annotations

import pytest

from scripts.shared.files.toml_lines import Way, find_line, find_lines

TEXT = """\
id = 1  # first
# id = 2
[ times ]
keys = 2
[[contests]]
id = 3
[[contests]]
names = [
    # a comment
    "one",

    { name = "two" },
]
title = 4
"quoted" = 5
[a.b]
c = 6
"""


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("id",), 1),
        (("times", "keys"), 4),
        (("contests", 0, "id"), 6),
        (("contests", 1), 7),
        (("contests", 1, "names"), 8),
        (("contests", 1, "names", 0), 10),
        (("contests", 1, "names", 1, "name"), 12),
        (("contests", 1, "title"), 14),
        (("contests", 1, "quoted"), 15),
        (("a", "b", "c"), 17),
        (("times", "missing"), 3),
        (("missing",), None),
    ],
)
def test_key_is_found_on_its_line(where: Way, line: int | None) -> None:
    assert find_line(find_lines(TEXT), where) == line


def test_line_that_is_nearly_a_header_is_read_once() -> None:
    """Blanks were tried in every way to cut them: a minute for thirty thousand."""
    assert find_lines(f"[{' ' * 100_000}x!\na = 1") == {("a",): 2}


def test_list_that_does_not_end_ends_with_the_text() -> None:
    assert find_lines("a = [\n1,") == {("a",): 1, ("a", 0): 2}
