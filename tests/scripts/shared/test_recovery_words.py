"""A recovery secret is twelve words, in the command line as in the booth."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from election.crypto.blind_credential import RecoverySecret
from scripts.shared.errors import InputError
from scripts.shared.languages import Language
from scripts.shared.recovery_words import list_words, read_words, spell_words
from tests.scripts.conftest import Arguments, make_cli
from tests.vectors.make_device import PATH, make

VECTORS = json.loads(PATH.read_text())
GOOD = VECTORS["words"][1]["words"].split(" ")


@pytest.mark.parametrize(
    ("language", "letters"),
    [(Language.RUSSIAN, "[а-я]+"), (Language.ENGLISH, "[a-z]+")],
)
def test_every_word_of_a_list_can_be_typed(language: Language, letters: str) -> None:
    words = list_words(language)
    assert len(set(words)) == len(words) == 2048
    assert [each for each in words if not re.fullmatch(letters, each)] == []


def test_the_vectors_are_what_is_derived() -> None:
    assert make() == VECTORS


@pytest.mark.parametrize("vector", VECTORS["words"], ids=lambda each: each["secret"])
def test_words_are_read_as_they_were_spelt(vector: dict[str, str]) -> None:
    secret = RecoverySecret(bytes.fromhex(vector["secret"]))
    words = vector["words"].split(" ")
    assert list(spell_words(secret, Language(vector["language"]))) == words
    numbered = "\n".join(f"{at}. {word.upper()}," for at, word in enumerate(words, 1))
    assert read_words(numbered) == read_words(" ".join(words)) == secret


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ([], "0 instead of 12"),
        (GOOD[1:], "11 instead of 12"),
        ([*GOOD[:4], "abandonn", *GOOD[5:]], "word 5 is not on the list"),
        ([*GOOD[:4], "zoo", *GOOD[5:]], "word 5 is not on the list"),
        ([GOOD[11], *GOOD[1:11], GOOD[0]], "do not fit together"),
    ],
)
def test_words_are_refused_unquoted(words: list[str], fact: str) -> None:
    with pytest.raises(InputError, match=fact) as refused:
        read_words(" ".join(words))
    assert not set(str(refused.value).split()) & {"abandonn", "zoo", *GOOD}


def test_a_key_file_is_made_anew_from_its_words(tmp_path: Path) -> None:
    cli = make_cli(tmp_path, "")
    cli.keygen("voter", "first")
    shown = cli("words", *cli.unlock("first"), "--json").result["words"]
    (tmp_path / "words").write_text(shown)
    password: Arguments = ["--password-file", tmp_path / "password"]
    again: Arguments = [
        "--out",
        cli.key("again"),
        "--words-file",
        tmp_path / "words",
        *password,
    ]
    assert cli("keygen", "voter", *again).code == 0
    told = cli("words", *cli.unlock("again"), "--language", "en", "--json")
    assert read_words(told.result["words"]) == read_words(shown)


def test_only_a_voter_has_words(tmp_path: Path) -> None:
    cli = make_cli(tmp_path, "")
    (tmp_path / "words").write_text(" ".join(GOOD))
    options: Arguments = ["--out", cli.key("relay"), "--words-file", tmp_path / "words"]
    refused = cli("keygen", "relay", *options)
    assert (refused.code, "is for a voter only" in refused.err) == (2, True)
    assert not cli.key("relay").exists()
    cli.keygen("relay", "relay")
    assert "is of a relay, not of" in cli("words", *cli.unlock("relay")).err


def test_words_that_are_none_make_no_key_file(tmp_path: Path) -> None:
    cli = make_cli(tmp_path, "")
    (tmp_path / "words").write_text("zoo " * 12)
    options: Arguments = ["--out", cli.key("voter"), "--words-file", tmp_path / "words"]
    refused = cli("keygen", "voter", *options)
    assert (refused.code, "do not fit together" in refused.err) == (9, True)
    assert not cli.key("voter").exists()
