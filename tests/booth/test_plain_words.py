"""A person of 80 understands every sentence: no word of the trade stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from babel.messages.pofile import read_po

from services.shell.text import LOCALE, spell_wait
from tests.booth.node_js import BOOTH

_LINE: Final = re.compile(r"^  (\w+): '(.*)',$", re.MULTILINE)
_VALUE: Final = re.compile(r"\{\w+\}")
TRADE: Final = {
    "ru": r"\b(узел|узл\w+|приёмн\w+|вкладк\w+|хеш\w*|лист(а|у|ом|е)? списка|тикет\w*|"
    r"билет\w*|шлюз\w*|заморозк\w+|leaf|salt|nonce|токен\w*|\w+ с\.)(?!\w)",
    "en": r"\b(nodes?|relays?|tabs?|leaf|nonce|hash\w*|tickets?|freeze|token|\} s)\b",
}
OF_SERVICES: Final = {
    "ru": r"\b(ретранслятор\w*|эмитент\w*|цепочк\w+|баз\w+ данных)",
    "en": r"\b(gateways?|chain|credentials?|issuers?|registrar|database)\b",
}
FILES: Final = ("texts_check.js", "texts_lock.js", "texts_receipt.js")


def read_texts(text: str) -> dict[str, str]:
    """Read the texts of a table, by name."""
    return dict(_LINE.findall(text))


def pairs() -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Give each table of the booth in both languages."""
    both = [(BOOTH / f"page/texts_{each}.js").read_text() for each in ("ru", "en")]
    yield "booth", read_texts(both[0]), read_texts(both[1])
    for name in FILES:
        russian, _, english = (BOOTH / "page" / name).read_text().partition("const EN")
        yield name, read_texts(russian), read_texts(english)


PAIRS: Final = list(pairs())


@pytest.mark.parametrize(
    ("russian", "english"),
    [each[1:] for each in PAIRS],
    ids=[each[0] for each in PAIRS],
)
def test_the_booth_says_the_same_in_both_languages_and_plainly(
    russian: dict[str, str], english: dict[str, str]
) -> None:
    assert len(russian) > 15
    assert list(russian) == list(english)
    for name, said in russian.items():
        assert set(_VALUE.findall(said)) == set(_VALUE.findall(english[name])), name
    for language, texts in (("ru", russian), ("en", english)):
        found = {
            k: v
            for k, v in texts.items()
            if re.search(TRADE[language], v, re.IGNORECASE)
        }
        assert found == {}


@pytest.mark.parametrize("catalogue", sorted(each.stem for each in LOCALE.glob("ru/*")))
def test_what_services_say_to_people_is_plain(catalogue: str) -> None:
    """Of others than the account, too: it shows what they refuse for."""
    with (LOCALE / f"ru/{catalogue}.po").open("rb") as file:
        said = [each for each in read_po(file, locale="ru") if each.id]
    assert said
    for language, texts in (
        ("en", [str(each.id) for each in said]),
        ("ru", [str(each.string) for each in said]),
    ):
        trade = f"{TRADE[language]}|{OF_SERVICES[language]}"
        found = [each for each in texts if re.search(trade, each, re.IGNORECASE)]
        assert found == []


@pytest.mark.parametrize(
    ("seconds", "russian", "english"),
    [
        (1, "через 1 секунду", "in 1 second"),
        (40, "через 40 секунд", "in 40 seconds"),
        (61, "через 2 минуты", "in 2 minutes"),
        (900, "через 15 минут", "in 15 minutes"),
        (5_400, "через 2 часа", "in 2 hours"),
    ],
)
def test_a_wait_is_said_as_people_say_it(
    seconds: int, russian: str, english: str
) -> None:
    assert spell_wait(seconds, "ru") == russian
    assert spell_wait(seconds, "en") == english
