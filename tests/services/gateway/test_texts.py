from __future__ import annotations

import pytest

from services.gateway.settings import Shorts
from services.gateway.texts import (
    LONGEST,
    LONGEST_SHORT,
    TABLE,
    Purpose,
    TextError,
    count_units,
    list_texts,
    write_text,
)

WIDE = "Ж" * LONGEST_SHORT


@pytest.mark.parametrize(("purpose", "language", "is_named"), TABLE)
@pytest.mark.parametrize("contest", [1, 9_999])
def test_text_is_one_part_with_code_and_number(
    purpose: Purpose, language: str, is_named: bool, contest: int
) -> None:
    text = write_text(
        purpose,
        language,
        code="123456",
        number="A-47",
        contest=contest,
        short=WIDE if is_named else "",
    )
    assert count_units(text) <= LONGEST == 70
    assert "123456" in text
    assert "A-47" in text
    assert (WIDE in text) == is_named
    assert text == TABLE[purpose, language, is_named].format(
        code="123456", number="A-47", contest=contest, short=WIDE
    )
    if purpose is Purpose.ISSUE:
        assert str(contest) in text


def test_every_purpose_has_a_text_in_every_language() -> None:
    assert {(p, lang) for p, lang, _ in TABLE} == {
        (purpose, language) for purpose in Purpose for language in ("ru", "en")
    }


def test_purposes_are_told_apart_by_their_texts() -> None:
    texts = {
        write_text(p, "ru", code="1", number="A-47", contest=1, short="x")
        for p in Purpose
    }
    assert len(texts) == len(Purpose)


def test_text_that_does_not_fit_is_found_before_anything_is_sent() -> None:
    with pytest.raises(TextError, match="71 units"):
        list(list_texts([10], {"ru": "Ж" * 16}))


def test_units_are_those_of_utf_16() -> None:
    assert count_units("Ж😀") == 3
    with pytest.raises(TextError, match="UCS-2"):
        list(list_texts([10], {"ru": "😀"}))


def test_short_name_that_config_takes_fits() -> None:
    assert Shorts.model_json_schema()["properties"]["ru"]["maxLength"] == LONGEST_SHORT
