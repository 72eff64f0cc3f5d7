"""What a voter is told on the way is there in both languages, in plain lines."""

from __future__ import annotations

import string

import pytest

from scripts.voters.device.texts import _REFUSALS, _TEXTS, spell_refusal


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("text", [*_TEXTS.values(), *_REFUSALS.values()])
def test_text_is_there_in_both_languages(text: tuple[str, str]) -> None:
    english, russian = text
    assert any("а" <= letter <= "я" for letter in russian.lower())
    assert not any("а" <= letter <= "я" for letter in english.lower())
    assert fields(english) == fields(russian)
    assert "\n" not in english + russian


def test_a_word_that_nobody_knows_is_only_a_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VECHE_LANGUAGE", "en")
    assert spell_refusal("call_us_now") == "refused it"
    assert spell_refusal("too_soon", wait=7, case="K7Q2MX") == (
        "another code can be sent in 7 s (number K7Q2MX, for the support line)"
    )
