"""What a voter is asked and told, in the voter's language.

VECHE_LANGUAGE says which, `en` or `ru`; else the language of the system does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from scripts.shared.languages import Language

_VARIABLES: Final = ("VECHE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set says it, as everywhere."""

_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "choice": ("Choice", "Выбор"),
    "none of": ("choice: is none of 1 to {most}", "выбор: от 1 до {most}"),
    "chosen": ("you chose {choice}  {line}", "вы выбрали {choice}  {line}"),
    "sure": ("Is that your choice?", "Это ваш выбор?"),
    "code": ("tracking code {code}", "код отслеживания {code}"),
    "write down": (
        (
            "Write it down first. Then cast it, or check that it holds your choice:\n"
            "whatever is checked is opened, thrown away, and never cast."
        ),
        (
            "Сначала запишите его. Затем отправьте бюллетень (cast) или проверьте,\n"
            "что в нём ваш выбор (check): проверенный раскрывается и не отправляется."
        ),
    ),
    "decide": ("Cast or check", "Отправить (cast) или проверить (check)"),
    "neither": (
        "{answer}: is neither cast nor check",
        "{answer}: это не cast (отправить) и не check (проверить)",
    ),
    "opened": (
        (
            "opened. On another device, at a booth of another organisation, open\n"
            "  {link}\n"
            "or give that line to `veche check-ballot` there.\n"
            "It has to show your code and: {line}\n"
            "This one is thrown away. Choose again:"
        ),
        (
            "раскрыт. На другом устройстве, в кабине другой организации, откройте\n"
            "  {link}\n"
            "или передайте эту строку там команде `veche check-ballot`.\n"
            "Она должна показать ваш код и: {line}\n"
            "Этот бюллетень уничтожен. Выберите снова:"
        ),
    ),
    "request made": (
        (
            "have portal and SMS gateway attest it (`veche attest`); then the\n"
            "registrar sends it with both statements (`veche {act}`)"
        ),
        (
            "пусть портал и SMS-шлюз подтвердят его (`veche attest`); затем\n"
            "регистратор отправит его с обоими подтверждениями (`veche {act}`)"
        ),
    ),
    "request early": (
        (
            "keep it until then: an attestation holds for a quarter of an hour only.\n"
            "Then have portal and SMS gateway attest it (`veche attest`), and the\n"
            "registrar sends it (`veche {act}`)"
        ),
        (
            "сохраните его до этого времени: подтверждение действует четверть часа.\n"
            "Тогда портал и SMS-шлюз подтвердят его (`veche attest`), а регистратор\n"
            "отправит (`veche {act}`)"
        ),
    ),
    "credential made": (
        (
            "veche ballot{path}\n"
            "it takes a ballot until the polls close, and some time after that"
        ),
        (
            "veche ballot{path}\n"
            "бюллетень принимается до закрытия участков и ещё некоторое время после"
        ),
    ),
    "ballot made": (
        (
            "write down tracking code and control word; bring the ballot to a\n"
            "relay (`veche cast`); once it is cast: `veche receipt`"
        ),
        (
            "запишите код отслеживания и контрольные слова; передайте бюллетень\n"
            "ретранслятору (`veche cast`); когда он отправлен: `veche receipt`"
        ),
    ),
    "voted": (
        (
            "keep {path}: `veche verify-proof --proof {path}`, or any booth's\n"
            "page of receipts, checks it for years; it does not know whom you chose"
        ),
        (
            "сохраните {path}: `veche verify-proof --proof {path}` или страница\n"
            "квитанций любой кабины проверят её; за кого голос, она не знает"
        ),
    ),
    "voted unsigned": (
        (
            "nobody signs this chain: two nodes show the ballot, and after the\n"
            "polls its tracking code has to stand in the public record"
        ),
        (
            "эту цепочку никто не подписывает: бюллетень показывают два узла, а\n"
            "после голосования его код должен стоять в открытой записи"
        ),
    ),
    "words": (
        "whoever reads these words can vote in the voter's place: paper, no photo",
        "кто прочтёт эти слова, может голосовать за вас: только на бумаге, без фото",
    ),
}
"""By what is said: in English, in Russian."""


def find_language(told: Mapping[str, str]) -> Language:
    """Find the voter's language in an environment; English where it says another."""
    said = next((told[name] for name in _VARIABLES if told.get(name)), "")
    return Language.RUSSIAN if said.lower().startswith("ru") else Language.ENGLISH


def spell(name: str, **values: object) -> list[str]:
    """Spell a text in the voter's language, line by line."""
    english, russian = _TEXTS[name]
    is_russian = find_language(os.environ) is Language.RUSSIAN
    return (russian if is_russian else english).format(**values).split("\n")
