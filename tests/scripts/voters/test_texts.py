"""What a voter is told is there in both languages, and says the same of the same."""

from __future__ import annotations

import string

import pytest

from scripts.shared.languages import Language
from scripts.voters.texts import _TEXTS, find_language, spell


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", _TEXTS)
def test_text_is_there_in_both_languages(name: str) -> None:
    english, russian = _TEXTS[name]
    assert english.isascii()
    assert any("а" <= letter <= "я" for letter in russian.lower())
    assert fields(english) == fields(russian)
    assert english.count("\n") == russian.count("\n")
    assert max(map(len, russian.split("\n"))) <= 80


@pytest.mark.parametrize(
    ("told", "language"),
    [
        ({}, Language.ENGLISH),
        ({"LANG": "ru_RU.UTF-8"}, Language.RUSSIAN),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C"}, Language.ENGLISH),
        ({"LANG": "de_DE.UTF-8"}, Language.ENGLISH),
        ({"VECHE_LANGUAGE": "ru", "LC_ALL": "C"}, Language.RUSSIAN),
        ({"VECHE_LANGUAGE": "", "LANG": "ru"}, Language.RUSSIAN),
    ],
)
def test_language_is_what_the_environment_says(
    told: dict[str, str], language: Language
) -> None:
    assert find_language(told) is language


def test_voter_is_asked_in_the_language_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VECHE_LANGUAGE", "ru")
    assert spell("chosen", choice=2, line="Анна") == ["вы выбрали 2  Анна"]
    monkeypatch.setenv("VECHE_LANGUAGE", "en")
    assert spell("chosen", choice=2, line="Анна") == ["you chose 2  Анна"]
