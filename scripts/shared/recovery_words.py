"""The recovery secret as twelve words that a person can write down: BIP-39.

128 bits and the first four of their SHA-256 are twelve numbers of eleven bits, each a
place on a list of 2048 words. The booth has the same lists.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from mnemonic import Mnemonic

from election.crypto.blind_credential import RECOVERY_SECRET_BYTES, RecoverySecret
from scripts.shared.errors import InputError
from scripts.shared.languages import Language

_COUNT: Final = 12
_WORD_BITS: Final = 11
_SUBJECT: Final = "recovery words"
_BETWEEN: Final = re.compile("[^a-zа-я]+")


_MENDED: Final = {"сно\ufffd\ufffdа": "снова"}
"""Word 1573 of the Russian list, which python-mnemonic 0.21 has damaged."""


@cache
def _list_of(language: Language) -> Mnemonic:
    found = Mnemonic(language.name.lower())
    found.wordlist = [_MENDED.get(each, each) for each in found.wordlist]
    return found


def list_words(language: Language) -> tuple[str, ...]:
    """List the 2048 words of a language, in order."""
    return tuple(_list_of(language).wordlist)


def spell_words(secret: RecoverySecret, language: Language) -> tuple[str, ...]:
    """Spell a secret; the words are the secret."""
    return tuple(_list_of(language).to_mnemonic(secret.secret).split(" "))


def read_words(text: str) -> RecoverySecret:
    """Read a secret from what a person typed, in either language.

    Numbers and commas between the words are left aside. Raises InputError, which says
    the place of a wrong word and quotes none.
    """
    words = [word for word in _BETWEEN.split(_spell_once(text)) if word]
    if len(words) != _COUNT:
        raise InputError(_SUBJECT, f"{len(words)} instead of {_COUNT}")
    language = _find_language(words)
    places = [_list_of(language).wordlist.index(word) for word in words]
    bits = "".join(f"{place:0{_WORD_BITS}b}" for place in places)
    size = RECOVERY_SECRET_BYTES
    secret = RecoverySecret(int(bits[: 8 * size], 2).to_bytes(size, "big"))
    if list(spell_words(secret, language)) != words:
        fact = "do not fit together: a word is another, or two changed places"
        raise InputError(_SUBJECT, fact)
    return secret


def _find_language(words: list[str]) -> Language:
    """Find the list of most of these words; raises InputError unless it has all."""
    wrong = {each: _strangers(words, each) for each in Language}
    language = min(Language, key=lambda each: len(wrong[each]))
    if wrong[language]:
        place = wrong[language][0] + 1
        raise InputError(_SUBJECT, f"word {place} is not on the list")
    return language


def _strangers(words: list[str], language: Language) -> list[int]:
    known = _list_of(language).wordlist
    return [at for at, word in enumerate(words) if word not in known]


def _spell_once(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().replace("ё", "е")
