"""Every text of the services is there in Russian, and takes the same values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from election.artifacts import ROOT
from services.shell.text import LOCALE

_VALUE: Final = re.compile(r"%\([a-z_]+\)[a-z]")
_KINDS: Final = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def list_messages() -> Iterator[tuple[str, ...]]:
    """List what is marked in the source, with its plural if it has one."""
    keywords = {"_": None, "ngettext": (1, 2), "translate_many": (1, 2)}
    found = extract_from_dir(
        str(ROOT / "services"), method_map=_KINDS, keywords=keywords
    )
    for _file, _line, message, _comments, _context in found:
        yield (message,) if isinstance(message, str) else tuple(message)


def read_russian() -> dict[str, tuple[str, ...]]:
    """Read what stands in the catalogs, every form of it."""
    russian: dict[str, tuple[str, ...]] = {}
    for path in sorted((LOCALE / "ru").glob("*.po")):
        with path.open("rb") as file:
            for each in read_po(file, locale="ru", abort_invalid=True):
                if each.id and not each.fuzzy:
                    name = each.id if isinstance(each.id, str) else each.id[0]
                    said = each.string
                    forms = (said,) if isinstance(said, str) else tuple(said or ())
                    assert russian.get(name, forms) == forms, f"{name}: twice"
                    russian[name] = forms
    return russian


MESSAGES: Final = sorted(set(list_messages()))
RUSSIAN: Final = read_russian()


def test_there_are_texts() -> None:
    assert len(MESSAGES) > 100


def test_no_text_lacks_its_russian() -> None:
    lacking = [
        each[0]
        for each in MESSAGES
        if not all(RUSSIAN.get(each[0], ())) or each[0] not in RUSSIAN
    ]
    assert lacking == []


def test_every_text_is_translated_with_the_same_values() -> None:
    for each in MESSAGES:
        wanted = set(_VALUE.findall(each[-1]))
        for said in RUSSIAN.get(each[0], ()):
            assert set(_VALUE.findall(said)) == wanted, said


def test_nothing_is_translated_that_is_said_no_more() -> None:
    assert set(RUSSIAN) - {each[0] for each in MESSAGES} == set()


@pytest.mark.parametrize("word", ["избирател", "голос"])
def test_russian_is_russian(word: str) -> None:
    assert any(word in said for forms in RUSSIAN.values() for said in forms)
