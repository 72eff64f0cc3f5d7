"""Texts for people, in Russian and English.

A text is written in English where it is used, marked by `_`; its Russian stands in
`locale/ru/*.po`, one file for each service. Values stand in it as `%(name)s`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.dates import format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request

LANGUAGES: Final = ("ru", "en")
_MINUTE: Final = 60
LOCALE: Final = Path(__file__).with_name("locale")


def _(message: str) -> str:
    """Mark a text that is translated when it is shown."""
    return message


@cache
def load_catalog(language: str) -> NullTranslations:
    """Load all texts of a language; English is what stands in the source."""
    merged: Translations | None = None
    for path in sorted((LOCALE / language).glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        part = Translations(compiled)
        merged = part if merged is None else merged.merge(part)
    return merged or NullTranslations()


def is_text(message: str) -> bool:
    """Say whether it is a text of ours as `_` marked it, with no value in it."""
    return str(load_catalog("ru").gettext(message)) != message


def translate(message: str, language: str, /, **values: Any) -> str:
    """Say a marked text in a language."""
    said = str(load_catalog(language).gettext(message))
    return said % values if values else said


def spell_wait(seconds: int, language: str) -> str:
    """Say how long to wait, by whole minutes: in 40 seconds, через 2 минуты."""
    whole = seconds if seconds <= _MINUTE else _MINUTE * -(-seconds // _MINUTE)
    wait = timedelta(seconds=max(whole, 1))
    return format_timedelta(wait, locale=language, add_direction=True, threshold=1)


def translate_many(
    one: str, many: str, count: int, language: str, /, **values: Any
) -> str:
    """Say a marked text about a number, in the form that the number takes."""
    said = load_catalog(language).ngettext(one, many, count)
    return str(said) % {"count": count, **values}


def language_of(request: Request) -> str:
    """Choose a language: by `?lang=`, the cookie `lang`, or the browser; else ru."""
    for said in (request.query_params.get("lang"), request.cookies.get("lang")):
        if said in LANGUAGES:
            return said
    return choose_language(request.headers)


def choose_language(headers: Mapping[str, str]) -> str:
    """Choose the first language that a browser asks for and we speak."""
    for part in headers.get("accept-language", "")[:200].split(","):
        word = part.partition(";")[0].strip().lower()[:2]
        if word in LANGUAGES:
            return word
    return LANGUAGES[0]
