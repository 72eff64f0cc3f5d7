"""A name shows nothing but itself, on any screen and under any version of Unicode."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.protocol.text import classify, find_name_fault, find_slug_fault

READABLE: Final = Path(__file__).parents[1] / "vectors" / "readable.json"


@pytest.mark.parametrize(
    "name",
    [
        "Жагина Ольга Михайловна",
        "TEST: Выборы депутатов, округ № 1",
        "О́льга Ӏ ӏ ԥ",
        "O’Brien-Смит (née García), 50 % & Co. +",
        "Nguyễn Thị Hạnh",
        "GROẞMANN Ærø Łódź",
        "李明",
        "さくら ガ",
        "김민준",
        "محمد علي",
        "שָׁלוֹם",
        "द्वारा",
        "สมชาย ใจดี",
        "Ελένη",
        "საქართველო",
        "7",
        ":100: [bold]X[/bold] https://a.b \\u{202e}",
        "я" * 64,
    ],
)
def test_name_that_a_person_reads_is_accepted(name: str) -> None:
    assert find_name_fault(name) is None


@pytest.mark.parametrize(
    "character",
    [
        *"\0\t\n\r\x1b\x7f\x85\x9b",
        *"\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u180b\u180e",
        *"\u2000\u2003\u200b\u200d\u200e\u2028\u2029\u202a\u202e\u202f\u205f",
        *"\u2060\u2066\u2069\u206f\u2800\u3000\u3164\ufe0f\ufeff\uffa0\ufff9\ufffc",
        *"\u20dd\u2588\u2500\ue000\ud800\udfff\uffff\u0378",
        *"\U0001d159\U0001d173\U0001f600\U000e0041\U000e0100\U000f0000\U0010ffff",
    ],
    ids=lambda each: f"U+{ord(each):04X}",
)
def test_character_that_shows_something_else_than_itself_is_refused(
    character: str,
) -> None:
    fault = find_name_fault(f"A{character}B")
    assert fault == f"has U+{ord(character):04X} in it, which no name may have"


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("", "is empty"),
        ("я" * 64 + "x", "above 128 bytes"),
        ("\U00020000" * 33, "above 128 bytes"),
        ("и\u0306", "not in unicode form nfc"),
        ("\u212b", "not in unicode form nfc"),
        (" A", "a blank at an end"),
        ("A ", "a blank at an end"),
        (" ", "a blank at an end"),
        ("A  B", "two in a row"),
        ("- – …", "no letter and no digit"),
        ("\u0331A", "a mark by itself"),
        ("A \u0331", "a mark by itself"),
        ("A" + "\u0331" * 5, "above 4 in a row"),
    ],
)
def test_name_of_another_form_is_refused(name: str, fact: str) -> None:
    assert fact in (find_name_fault(name) or "")


@pytest.mark.parametrize("slug", ["x", "2019", "mgd-2019-test", "x" * 64])
def test_slug_is_accepted(slug: str) -> None:
    assert find_slug_fault(slug) is None


@pytest.mark.parametrize(
    "slug", ["", "-", "-x", "X", "é", "а", "x_y", "x y", "x\n", "x" * 65, "２"]
)
def test_slug_of_other_characters_is_refused(slug: str) -> None:
    assert find_slug_fault(slug) is not None


@given(st.text())
def test_name_that_is_accepted_is_printable_today(name: str) -> None:
    """Holds under every Unicode that a Python has: no version takes letters back."""
    if find_name_fault(name) is None:
        assert name.isprintable()
        assert unicodedata.normalize("NFC", name.strip()) == name


def list_ranges() -> Iterator[list[str]]:
    kinds = groupby(range(sys.maxunicode + 1), key=lambda code: classify(chr(code)))
    for kind, codes in kinds:
        first, *rest = codes
        if kind:
            yield [kind, f"{first:04X}", f"{(rest or [first])[-1]:04X}"]


def test_characters_of_names_are_those_listed_for_other_programs() -> None:
    assert list(list_ranges()) == json.loads(READABLE.read_text())["ranges"]
