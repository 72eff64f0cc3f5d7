"""Foreign text on a screen shows itself, and changes nothing around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.protocol.text import classify
from scripts.shared.screen import escape, measure, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Жагина Ольга, округ № 1", "Жагина Ольга, округ № 1"),
        (
            ":100: [bold]x[/bold] [link=a]b[/link]",
            ":100: [bold]x[/bold] [link=a]b[/link]",
        ),
        ("FAILED\rheld", "FAILED\\u{d}held"),
        ("\x1b[2K\x1b]0;t\x07", "\\u{1b}[2K\\u{1b}]0;t\\u{7}"),
        ("\x9b2K\x7f", "\\u{9b}2K\\u{7f}"),
        ("a\nb\tc\0", "a\\u{a}b\\u{9}c\\u{0}"),
        ("\u202ea\u2066", "\\u{202e}a\\u{2066}"),
        ("\u200b\u3164\u2800\ufeff", "\\u{200b}\\u{3164}\\u{2800}\\u{feff}"),
        ("\ud880", "\\u{d880}"),
        ("\U000e0041\U0001f600", "\\u{e0041}\\u{1f600}"),
        ("e\u0301 \u0301", "e\u0301 \\u{301}"),
        ("o" + "\u0331" * 6, "o" + "\u0331" * 4 + "\\u{331}" * 2),
        ("\\u{202e}", "\\u{5c}u{202e}"),
        ("C:\\users", "C:\\users"),
    ],
)
def test_text_is_shown_as_it_is_or_spelt(text: str, shown: str) -> None:
    assert escape(text) == shown


@given(st.text())
def test_escaped_text_holds_nothing_that_a_screen_obeys(text: str) -> None:
    shown = escape(text)
    assert all(map(classify, shown))
    assert shown.isprintable()


@given(st.text(), st.text())
def test_two_texts_are_never_shown_alike(one: str, other: str) -> None:
    assert (escape(one) == escape(other)) == (one == other)


@given(st.text("ab д李", max_size=99), st.integers(4, 40))
def test_rows_fit_unless_a_word_does_not(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert [word for row in rows for word in row.split()] == text.split()
    assert all(measure(row) <= width for row in rows if len(row.split()) > 1)


def test_later_rows_recede() -> None:
    """Else a long name could begin a row that looks like the program's own."""
    assert wrap("    a name C4 held", 12) == ["    a name", "      C4", "      held"]


def test_command_in_a_sentence_stays_whole_where_it_fits() -> None:
    text = "come back on Monday: `veche share --compare`, then"
    command = "  `veche share --compare`,"
    assert wrap(text, 30) == ["come back on Monday:", command, "  then"]
    assert max(map(len, wrap(text, 16))) <= 16


def test_columns_are_counted_not_characters() -> None:
    assert measure("李明") == 4
    assert measure("e\u0301") == 1
