"""What a voter is told on the way through the services, in the voter's language."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from scripts.shared.languages import Language
from scripts.voters.texts import find_language

_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "portal": ("personal account", "личный кабинет"),
    "gateway": ("SMS gateway", "SMS-шлюз"),
    "registrar": ("registrar", "регистратор"),
    "issuer": ("issuer {whose}", "удостоверяющая организация {whose}"),
    "relay": ("relay of {whose}", "ретранслятор организации {whose}"),
    "node": ("node", "узел"),
    "nodes": ("nodes", "узлы"),
    "ballot word": ("ballot", "бюллетень"),
    "link": ("Link from “Get my ballot”", "Ссылка «Получить бюллетень»"),
    "no link": (
        "is not as the personal account gives it",
        "не такая, как её даёт личный кабинет",
    ),
    "copy link": (
        "press “Get my ballot” there, and copy the address of its link, all of it",
        "нажмите там «Получить бюллетень» и скопируйте адрес ссылки целиком",
    ),
    "other link": (
        "is of another contest or voter than the ballot that was asked for here",
        "не того голосования или избирателя, для кого здесь запрошен бюллетень",
    ),
    "other folder": (
        "give another --folder, or go on without the link",
        "укажите другую папку (--folder) или продолжите без ссылки",
    ),
    "several": (
        "several votes were begun in {folder}: say which by its number",
        "в {folder} начато несколько голосований: укажите номер",
    ),
    "case": (
        "(number {number}, for the support line)",
        "(номер {number} для линии поддержки)",
    ),
    "asking": (
        "asking the personal account and the SMS gateway ...",
        "запрос к личному кабинету и SMS-шлюзу ...",
    ),
    "message": (
        "a message {number} was sent to the phone that ends with {ends}",
        "сообщение {number} отправлено на номер, который кончается на {ends}",
    ),
    "message alone": (
        "a message {number} was sent to your phone",
        "сообщение {number} отправлено на ваш телефон",
    ),
    "compare": (
        "if your message begins with another number, do not type its code",
        "если номер в сообщении другой, не вводите код из него",
    ),
    "ask code": (
        "Code of {number} (empty: send another)",
        "Код из {number} (пусто: выслать новый)",
    ),
    "six digits": ("the code has six digits", "в коде шесть цифр"),
    "registering": (
        "having the request put on the public record ...",
        "запрос вносится в открытый список ...",
    ),
    "opens": ("the polls open at {time}", "голосование откроется {time}"),
    "issuing": ("waiting for the issuers ...", "ожидание удостоверений ..."),
    "away": (
        "{error}; waiting, since nothing is lost by that",
        "{error}; ожидание, от этого ничего не теряется",
    ),
    "waiting crowd": (
        (
            "waiting for others until {time} at the latest, so that the moment tells "
            "nobody whose ballot it is; Ctrl-C and --now send it at once"
        ),
        (
            "ожидание других голосов не дольше чем до {time}, чтобы время не выдало, "
            "чей это бюллетень; Ctrl-C и --now отправят его сразу"
        ),
    ),
    "sending": ("sending the ballot ...", "отправка бюллетеня ..."),
    "promised": (
        (
            "{count} relays promised to have it in the box by {time}; "
            "it is cast once it is there. Ctrl-C is harmless: run it again to go on"
        ),
        (
            "ретрансляторы ({count}) обещали доставить его в урну до {time}; "
            "до тех пор он не отправлен. Ctrl-C не вредит: та же команда продолжит"
        ),
    ),
    "overdue": (
        "a promise is overdue, and the ballot is not in the box: sending it again",
        "срок обещания прошёл, а бюллетеня в урне нет: отправляем ещё раз",
    ),
    "false proof": (
        "{names}: gave a proof whose signatures do not hold; asking others",
        "{names}: доказательство с неверными подписями; спрашиваем других",
    ),
    "shown": (
        "a node shows the ballot in the box; waiting for the signatures of it",
        "узел показывает бюллетень в урне; ожидание подписей",
    ),
    "differ": (
        "two observers' nodes show different things; waiting until they agree",
        "узлы двух наблюдателей показывают разное; ожидание их согласия",
    ),
    "not there": (
        "says that the ballot is in the box, and no node shows it there",
        "сообщает, что бюллетень уже в урне, но узлы этого не показывают",
    ),
    "no receipt": (
        "the receipt is gone, and nodes do not show the ballot now: run it again",
        "квитанции нет, и узлы сейчас не показывают бюллетень: повторите",
    ),
    "words first": (
        (
            "Your twelve recovery words. On paper, they are all that helps if this "
            "machine breaks; whoever reads them can vote in your place:"
        ),
        (
            "Ваши двенадцать слов. На бумаге они — единственная помощь, если этот "
            "компьютер сломается; кто прочтёт их, может голосовать за вас:"
        ),
    ),
    "written": ("Are they on paper?", "Записаны на бумаге?"),
    "words hint": (
        "`veche words` shows the twelve recovery words: write them down",
        "`veche words` показывает двенадцать слов: запишите их",
    ),
    "sealed earlier": (
        "going on with the ballot that you sealed here; nothing is asked again",
        "продолжаем с бюллетенем, который вы здесь запечатали; выбор не спрашивается",
    ),
    "other device": (
        "a ballot of yours is in the box, sent from another device",
        "ваш бюллетень уже в урне, он отправлен с другого устройства",
    ),
    "late promise": (
        "promised the ballot for a time after the polls close: not accepted",
        "обещание на время после закрытия голосования: не принято",
    ),
    "false promise": (
        "gave a promise that does not hold, and is not accepted: {fact}",
        "обещание неверно и не принято: {fact}",
    ),
    "still open": (
        "refused, but by the clocks of the nodes the polls are open: others are asked",
        "отказ, хотя по часам узлов голосование идёт: спрашиваем других",
    ),
    "over": (
        (
            "the polls are closed, and it is not in the box: it cannot be cast any "
            "more; if relays promised it, tell the observers, and keep {path}"
        ),
        (
            "голосование закрыто, а его в урне нет: он уже не попадёт туда; если его "
            "обещали доставить, сообщите наблюдателям и сохраните {path}"
        ),
    ),
}
"""By what is said: in English, in Russian."""

_ACCOUNT: Final = (
    "press “Get my ballot” in the personal account, and give its link",
    "нажмите «Получить бюллетень» в личном кабинете и дайте новую ссылку",
)
_REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "away": (
        "does not answer, or not as such a service does",
        "не отвечает или отвечает не так, как положено",
    ),
    "refused": ("refused it", "отказ"),
    "unknown_ticket": (
        f"does not know the link: {_ACCOUNT[0]}",
        f"ссылка неизвестна: {_ACCOUNT[1]}",
    ),
    "expired_ticket": (
        f"the link is older than 15 minutes: {_ACCOUNT[0]}",
        f"ссылке больше 15 минут: {_ACCOUNT[1]}",
    ),
    "used_ticket": (
        (
            "the link was used for another request; if that was not you, log out on "
            "all devices in the account, and call the support line"
        ),
        (
            "ссылка уже использована для другого запроса; если это были не вы, выйдите "
            "в кабинете на всех устройствах и позвоните на линию поддержки"
        ),
    ),
    "logged_out": (
        f"you have logged out since: {_ACCOUNT[0]}",
        f"вы с тех пор вышли из кабинета: {_ACCOUNT[1]}",
    ),
    "other_request": (
        (
            "a request by other words was begun and still holds: go on by those words, "
            "or come back in a quarter of an hour"
        ),
        (
            "начат запрос по другим словам, и он ещё действует: продолжите по ним или "
            "вернитесь через четверть часа"
        ),
    ),
    "clock_differs": (
        "its clock differs from the chain's: try again in a minute",
        "его часы расходятся с часами цепочки: повторите через минуту",
    ),
    "not_attested": (
        f"the account did not confirm the request: {_ACCOUNT[0]}",
        f"кабинет не подтвердил запрос: {_ACCOUNT[1]}",
    ),
    "too_late": (
        "it is too late for a code: ballots are not given out much longer",
        "для кода слишком поздно: выдача бюллетеней заканчивается",
    ),
    "too_soon": (
        "another code can be sent in {wait} s",
        "новый код можно запросить через {wait} с",
    ),
    "too_many": (
        "there were too many tries; call the support line",
        "слишком много попыток; позвоните на линию поддержки",
    ),
    "no_phone": (
        "has no phone of yours: call the support line",
        "ваш телефон ему не известен: позвоните на линию поддержки",
    ),
    "slow_down": (
        "too many wrong codes; yours is still valid: try again in {wait} s",
        "слишком много неверных кодов; ваш ещё действует: повторите через {wait} с",
    ),
    "unknown_serial": ("does not know the message", "сообщение ему не известно"),
    "wrong_code": (
        "the code is wrong: look at the message with the right number",
        "код неверен: посмотрите в сообщение с нужным номером",
    ),
    "expired": ("it is too old: ask anew", "срок истёк: запросите заново"),
    "not_true": (
        (
            "refused, but the public record shows that you can vote: run it again in a "
            "minute, and call the support line if it stays so"
        ),
        (
            "отказ, хотя открытый список показывает, что голосовать вы можете: "
            "повторите через минуту, а если не пройдёт, позвоните на линию поддержки"
        ),
    ),
    "due_before": (
        "its promise is overdue, if this machine's clock is right",
        "срок его обещания прошёл, если часы этого компьютера идут верно",
    ),
    "other_time": (
        "answers for another time than this machine has: set its clock",
        "отвечает не на то время, что на этом компьютере: проверьте его часы",
    ),
    "polls_closed": ("the polls are closed", "голосование закрыто"),
    "polls_not_open": ("the polls are not open yet", "голосование ещё не открыто"),
    "not_online": (
        "the public record does not have you as voting online",
        "в открытом списке вы не голосуете онлайн",
    ),
    "another_request": (
        "another request was sent already: go on by its words",
        "уже отправлен другой запрос: продолжите по его словам",
    ),
    "bad_attestation": (
        f"does not take the confirmations: {_ACCOUNT[0]}",
        f"подтверждения не приняты: {_ACCOUNT[1]}",
    ),
    "bad_lock": (
        "the lock's signature is not of your lock",
        "подпись замка не от вашего замка",
    ),
    "chain_away": (
        "does not see the chain now: try again in a minute",
        "сейчас не видит цепочки: повторите через минуту",
    ),
    "already_promised": (
        (
            "has promised another ballot of yours, which was sent before; that one "
            "counts, and is waited for. If you sent none, call the support line"
        ),
        (
            "уже обещал доставить другой ваш бюллетень, отправленный раньше; засчитают "
            "его, ждём. Если вы его не отправляли, позвоните на линию поддержки"
        ),
    ),
    "already_cast": (
        "says that a ballot of yours is in the box; that is looked at",
        "сообщает, что ваш бюллетень уже в урне; проверяем это",
    ),
    "set_aside": (
        "keeps another ballot of yours, which goes first",
        "хранит другой ваш бюллетень, и тот идёт первым",
    ),
    "locked": (
        "the leaf is locked by other words: act with the key file of the lock",
        "место закрыто другими словами: действуйте с файлом ключа замка",
    ),
    "other_issued": (
        (
            "a ballot was issued to you by other words than this key file's: act with "
            "that one; if you asked for none, call the support line at once"
        ),
        (
            "бюллетень уже выдан вам по другим словам, не из этого файла ключа: "
            "действуйте с тем; если вы его не просили, сразу звоните на линию поддержки"
        ),
    ),
    "nodes_differ": (
        (
            "observers' nodes show different things of your place: run it again in a "
            "minute, and tell the observers if it stays so"
        ),
        (
            "узлы наблюдателей показывают о вашем месте разное: повторите через "
            "минуту, а если не пройдёт, сообщите наблюдателям"
        ),
    ),
    "not_brought": (
        f"did not bring the request to the chain in time: {_ACCOUNT[0]}",
        f"запрос не внесён вовремя: {_ACCOUNT[1]}",
    ),
    "other_leaf": (
        "answers for another voter or request than yours",
        "отвечает не о вас или не на ваш запрос",
    ),
    "other_place": (
        "names another place on the list than the public record",
        "называет не то место в списке, что открытая запись",
    ),
    "other_message": (
        "names another message than it signed: tell nobody the code",
        "называет не то сообщение, что подписал: никому не говорите код",
    ),
    "issuers_swapped": (
        "answer for another request than yours",
        "отвечают не на ваш запрос",
    ),
    "two_nodes": (
        "two nodes of different organisations have to answer, and do not: run it again",
        "не отвечают узлы двух разных организаций: повторите",
    ),
}
"""By the code of a refusal: in English, in Russian."""


def spell_one(name: str, **values: object) -> str:
    """Spell a text in the voter's language."""
    return _choose(_TEXTS[name]).format(**values)


def spell_refusal(code: str, *, wait: int = 0, case: str | None = None) -> str:
    """Spell why a service refuses; of an unknown code only that it does.

    case: the number by which support finds it.
    """
    text = _choose(_REFUSALS.get(code, _REFUSALS["refused"])).format(wait=wait)
    return text if case is None else f"{text} {spell_one('case', number=case)}"


def _choose(text: tuple[str, str]) -> str:
    is_russian = find_language(os.environ) is Language.RUSSIAN
    return text[1] if is_russian else text[0]
