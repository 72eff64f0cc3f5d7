"""What a reconciliation's page says, in English and Russian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from scripts.shared.languages import Language

_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "heading": ("Reconciliation", "Сверка"),
    "test": (
        "This is a TEST: no ballot of it counts.",
        "Это ТЕСТ: его бюллетени ни на что не влияют.",
    ),
    "record": ("The record", "Запись"),
    "election": ("Election", "Выборы"),
    "chain": ("Chain", "Цепочка"),
    "block": ("Up to block", "До блока"),
    "time": (
        "Time of that block, by its source alone",
        "Время этого блока, только со слов источника",
    ),
    "record hash": ("Hash of the record", "Хеш записи"),
    "checks": ("Checks of the audit", "Проверки аудита"),
    "held": ("all held", "все выполнены"),
    "not due": ("all that are due by now held", "все, которым настал срок, выполнены"),
    "failed": ("NOT ALL HELD", "НЕ ВСЕ ВЫПОЛНЕНЫ"),
    "does not hold": (
        (
            "The record does not hold: these numbers are nobody's, and nobody is "
            "drawn. The audit says what does not hold, and whose that is."
        ),
        (
            "Запись не выдержала проверки: за этими числами никто не стоит, и "
            "никого не выбирают. Что именно не сошлось и у кого, скажет аудит."
        ),
    ),
    "elected": ("Elected in each contest", "Избирается в каждом округе"),
    "seed": ("Seed, drawn in public", "Жребий, брошенный публично"),
    "no seed": (
        "none yet: drawn in public after the polls, as by dice",
        "ещё нет: его бросают публично после голосования, например костями",
    ),
    "contest": ("Contest", "Округ"),
    "numbers": ("Numbers of people and ballots", "Числа людей и бюллетеней"),
    "listed": ("Voters on the list", "Избирателей в списке"),
    "online": ("Asked to vote online", "Подали заявление голосовать онлайн"),
    "paper": ("Given a paper ballot", "Получили бумажный бюллетень"),
    "issued": ("Issued a credential", "Получили право на электронный бюллетень"),
    "cast": ("Ballots cast online", "Подано электронных бюллетеней"),
    "skipped": ("Skipped ballots on the record", "Пропущенных бюллетеней в записи"),
    "idle": (
        "Online, and asked for no credential",
        "Подали заявление, но права на бюллетень не запросили",
    ),
    "gap": (
        "Gap: issued a credential, cast nothing",
        "Разрыв: право получено, бюллетень не подан",
    ),
    "margin": (
        "Margin: last elected above first not elected",
        "Отрыв последнего избранного от первого неизбранного",
    ),
    "none": ("none", "нет"),
    "alarm": (
        (
            "WARNING: the gap, {gap}, is not below the margin, {margin}. It could "
            "have changed who is elected, so everybody who was issued a credential "
            "is asked: {issued}."
        ),
        (
            "ВНИМАНИЕ: разрыв ({gap}) не меньше отрыва ({margin}). Он мог изменить "
            "исход, поэтому спрашивают всех, кто получил право на бюллетень: "
            "{issued}."
        ),
    ),
    "counts": ("Counts of this record", "Итоги по этой записи"),
    "slot": ("No.", "№"),
    "candidate": ("Candidate", "Кандидат"),
    "votes": ("Ballots", "Бюллетеней"),
    "no counts": (
        "No counts are on the record: whom to ask is not known before there are.",
        "Итогов в записи нет: без них неизвестно, скольких спрашивать.",
    ),
    "ask": ("Whom to ask", "Кого спросить"),
    "ask some": (
        (
            "{size} of {issued}: such a sample misses as many ballots as the margin "
            "is, cast by others, in one of {risk} draws at most."
        ),
        (
            "{size} из {issued}: такая выборка пропустит чужие бюллетени числом в "
            "отрыв не чаще, чем в одном случае из {risk}."
        ),
    ),
    "ask all": ("All: {size}.", "Всех: {size}."),
    "questions": (
        (
            "Each is asked two things: did you ask for a credential? did you vote "
            "online? Nobody is asked for whom. A gap accuses nobody."
        ),
        (
            "Каждого спрашивают о двух вещах: запрашивали ли вы право на бюллетень? "
            "голосовали ли вы онлайн? За кого, не спрашивают. Разрыв никого не "
            "обвиняет."
        ),
    ),
    "drawn": ("Drawn leaves, in their order", "Выбранные листы, по порядку"),
    "place": ("Place on the list", "Место в списке"),
    "leaf": ("Leaf", "Лист"),
    "rule": (
        (
            "The rule of the draw is in docs/protocol.md, section 9: who has the "
            "record and the seed draws the same. A ballot that does not count "
            "leaves no trace, so none is skipped on the record."
        ),
        (
            "Правило выбора описано в docs/protocol.md, раздел 9: у кого есть "
            "запись и жребий, тот выберет тех же. Незасчитанный бюллетень не "
            "оставляет следа, поэтому пропущенных в записи нет."
        ),
    ),
}


def say(name: str, language: Language, /, **values: object) -> str:
    """Say a text in a language."""
    english, russian = _TEXTS[name]
    return (russian if language is Language.RUSSIAN else english).format(**values)
