"""Reload, lost network, another device: the booth goes on, and nobody votes twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Browser, Dialog, Page

from election.crypto.blind_credential import RecoverySecret
from scripts.shared.languages import Language
from scripts.shared.recovery_words import list_words, spell_words
from tests.booth.browsing import Voter, answer_by, open_context
from tests.booth.world import BOOTH, SECRET, World, refuse

_WORDS: Final = list_words(Language.RUSSIAN)
_KEPT = "sessionStorage.getItem('veche-booth/1') ?? ''"


def test_a_reload_goes_on_where_the_voter_was(page: Page) -> None:
    world, voter = World(is_boxing=False), Voter(page)
    answer_by(page.context, world)
    voter.begin(world.link)
    words = voter.words
    page.reload()
    voter.wait_for("words")
    assert page.locator("ol.words li").all_inner_texts() == words
    voter.confirm()
    voter.wait_for("code")
    page.reload()
    voter.type_code()
    voter.wait_for("ballot")
    page.reload()
    voter.choose(2)
    page.reload()
    voter.wait_for("ballot")  # what was encrypted is gone, and the choice with it
    assert page.locator("input:checked").count() == 0
    voter.choose(1)
    voter.cast()
    voter.wait_for("promised")
    page.reload()
    voter.wait_for("promised")
    record = world.sent["relay-1"]
    assert set(world.sent.values()) == {record}
    world.box(record)
    voter.wait_for("receipt")
    page.reload()
    voter.wait_for("receipt")
    portal = [each for each in world.asked if each[0] == "portal"]
    assert len(portal) == 1


def test_a_tab_keeps_neither_choice_nor_randomness_and_at_the_end_no_words(
    page: Page,
) -> None:
    world, voter = World(is_boxing=False), Voter(page)
    answer_by(page.context, world)
    voter.stand(world.kept("ballot"))
    before = set(json.loads(page.evaluate(_KEPT)))
    voter.choose(3)
    assert set(json.loads(page.evaluate(_KEPT))) == before | {"isSealed"}
    voter.cast()
    voter.wait_for("promised")
    after = set(json.loads(page.evaluate(_KEPT)))
    told = {"record", "tracking", "ballotHash", "word", "promised", "isBefore"}
    told |= {"first", "moments"}
    assert after == before | told
    world.box(world.sent["relay-1"])
    voter.wait_for("receipt")
    kept = page.evaluate(_KEPT)
    assert SECRET.hex() not in kept
    assert "record" not in kept
    voter.press("Закончить и стереть всё с этого устройства")
    voter.wait_for("ended")
    assert page.evaluate(_KEPT) == ""


def test_a_lost_network_loses_no_ballot(page: Page) -> None:
    world, voter = World(), Voter(page)
    answer_by(page.context, world)
    kept = world.kept("issuing")
    world.away = {"node-3", "node-4", "issuer-1", "issuer-2", "issuer-3"}
    voter.stand(kept)
    page.get_by_text("Служба не отвечает").wait_for()
    world.away = set()
    voter.wait_for("ballot")
    world.away = {"booth", *(f"node-{n}" for n in (1, 2, 3, 4))}  # wholly down
    voter.choose(1)
    voter.cast()
    page.get_by_text("Служба не отвечает").wait_for()
    assert voter.screen == "sending"
    assert "ошибка" not in voter.text
    world.away = {"relay-1", "relay-2"}
    page.get_by_text("Observer 1: не отвечает").first.wait_for()
    assert "ещё не отправлен" in voter.text
    voter.shoot("network-lost")
    record = json.loads(page.evaluate(_KEPT))["record"]
    world.away = {"relay-2"}
    page.get_by_text("Одна служба доставки обещала").wait_for()
    page.reload()
    world.away = set()
    voter.wait_for("receipt")
    assert [each.hex() for each in world.boxed] == [record]


def mistake(words: list[str]) -> list[str]:
    """Give words that never fit: the last bit of the last word is of the checksum."""
    return [*words[:-1], _WORDS[_WORDS.index(words[-1]) ^ 1]]


def test_another_device_goes_on_with_the_words(page: Page, browser: Browser) -> None:
    world, voter = World(), Voter(page)
    answer_by(page.context, world)
    voter.begin(world.link)
    voter.confirm()
    voter.wait_for("code")
    voter.type_code()
    voter.wait_for("ballot")
    page.close(run_before_unload=False)
    with open_context(browser) as other:
        answer_by(other, world)
        second = Voter(other.new_page())
        second.page.goto(f"{BOOTH}/#contest=1&leaf=0x{world.leaf.hex()}")
        second.wait_for("start")
        mistaken = " ".join(mistake(voter.words))
        second.page.fill("#words", mistaken)
        second.press("Продолжить")
        second.page.get_by_text("Слова не подходят друг к другу").wait_for()
        assert second.find_barriers() == []
        typed = second.page.input_value("#words")  # kept, so that one word is mended
        assert typed == mistaken
        second.page.fill("#words", " ".join(voter.words))
        second.press("Продолжить")
        second.wait_for("ballot")
        assert "С этого устройства голос ещё не отправлен" in second.text
        second.choose(2)
        second.cast()
        second.wait_for("receipt")
    assert len(world.boxed) == 1
    assert len([each for each in world.asked if each[0] == "portal"]) == 1


def test_another_device_finds_the_ballot_that_was_cast(page: Page) -> None:
    world, voter = World(), Voter(page)
    world.kept("sent")
    world.box(world.make_ballot())
    answer_by(page.context, world)
    voter.stand(world.kept("issuing") | {"isResumed": True})
    voter.wait_for("receipt")
    assert "отправленный по вашим словам с другого устройства" in voter.text
    assert voter.find_barriers() == []
    voter.shoot("other-device-voted")


def test_another_device_waits_for_the_ballot_that_was_promised(page: Page) -> None:
    world, voter = World(is_boxing=False), Voter(page)
    kept = world.kept("ballot")
    old = world.make_ballot(3)
    world.sent = dict.fromkeys(("relay-1", "relay-2"), old)
    answer_by(page.context, world)
    voter.stand(kept)
    voter.choose(1)
    voter.cast()
    page.get_by_text("уже обещала доставить другой ваш бюллетень").first.wait_for()
    assert "Квитанции ещё нет" in voter.text
    assert "Ваш голос ещё не отправлен" not in voter.text
    voter.shoot("promised-before")
    world.box(old)
    voter.wait_for("receipt")
    assert world.boxed == [old]


def test_words_that_are_not_the_issued_ones_lead_nowhere(page: Page) -> None:
    world, voter = World(), Voter(page)
    world.issue(b"fedcba9876543210")
    answer_by(page.context, world)
    voter.stand(world.kept("asking"))
    page.get_by_text("уже выдан бюллетень, но по другим словам").wait_for()


def test_a_promise_that_is_not_kept_is_asked_for_again(page: Page) -> None:
    world, voter = World(is_boxing=False), Voter(page)
    answer_by(page.context, world)
    voter.stand(world.kept("sent"))
    voter.wait_for("promised")
    first = len([each for each in world.asked if each[0] == "relay-1"])
    world.now += 601
    world.is_boxing = True
    voter.wait_for("receipt")
    sent = [body for host, _, body in world.asked if host == "relay-1"]
    assert len(sent) > first
    assert len(set(sent)) == 1


def lose_answers(world: World) -> None:
    """Have relays take what is sent, and no answer of theirs arrive."""

    def lie(_said: object, _asked: object) -> dict[str, object]:
        raise ConnectionError

    world.lies["relay"] = lie


def promise_too_late(world: World) -> None:
    """Have relays promise a ballot for a time after the polls close."""
    world.term = 5_000


def refuse_for_no_reason(world: World) -> None:
    """Have relays take what is sent, and say that they do not."""
    world.lies["relay"] = lambda _, __: refuse("busy", 503)


def close_early(world: World) -> None:
    """Have relays take what is sent, and say that the polls are closed."""
    world.lies["relay"] = lambda _, __: refuse("polls_closed", 410)


@pytest.mark.parametrize(
    "arrange", [lose_answers, promise_too_late, refuse_for_no_reason, close_early]
)
def test_a_ballot_in_the_box_is_seen_whatever_relays_say(
    arrange: Callable[[World], None], page: Page
) -> None:
    world, voter = World(), Voter(page)
    arrange(world)
    answer_by(page.context, world)
    voter.stand(world.kept("sent"))
    voter.wait_for("receipt")


def test_a_relay_alone_closes_no_polls(page: Page) -> None:
    world, voter = World(is_boxing=False), Voter(page)
    close_early(world)
    answer_by(page.context, world)
    voter.stand(world.kept("sent"))
    page.get_by_text("по открытой записи голосование идёт").first.wait_for()
    assert "Голос ещё не отправлен" in voter.text
    voter.shoot("sending-refused")


def test_who_sends_too_late_is_told_that_the_vote_is_not_cast(page: Page) -> None:
    world, voter = World(is_boxing=False), Voter(page)
    close_early(world)
    kept = world.kept("promised")
    world.now = 6_600
    answer_by(page.context, world)
    voter.stand(kept)
    page.get_by_text("а вашего бюллетеня в урне нет").wait_for()
    assert page.inner_text("h1") == "Голосование закончилось"
    assert "Observer 1, Observer 2" in voter.text
    assert voter.find_barriers() == []
    voter.shoot("sending-closed")
    world.box(bytes.fromhex(kept["record"]))
    voter.wait_for("receipt")


def test_what_was_typed_stays_when_the_language_is_changed(page: Page) -> None:
    world, voter = World(), Voter(page)
    answer_by(page.context, world)
    page.goto(BOOTH)
    voter.wait_for("start")
    typed = {"#leaf": "12ab", "#words": "ворона снег"}
    for field, text in typed.items():
        page.fill(field, text)
    voter.press("English")
    page.get_by_role("button", name="Go on").wait_for()
    assert {field: page.input_value(field) for field in typed} == typed
    voter.stand(world.kept("asking"))
    voter.wait_for("code")
    page.fill("#code", "123")
    voter.press("Отправить код")
    page.get_by_text("В коде шесть цифр").wait_for()
    voter.press("English")
    page.get_by_role("button", name="Send the code").wait_for()
    assert page.input_value("#code") == "123"
    assert page.inner_text("#code-wrong") == "The code has six digits."
    kept = world.kept("ballot")
    world.now, world.away = 6_600, {"node-1"}
    voter.stand(kept)  # that the polls are closed is told without the box, too
    page.get_by_text("Служба не отвечает").wait_for()
    assert (voter.screen, voter.find_barriers()) == ("closed", [])
    voter.press("English")
    page.get_by_text("does not answer").wait_for()


def test_an_old_link_says_at_once_that_the_polls_are_closed(page: Page) -> None:
    world, voter = World(now=6_600), Voter(page)
    record = world.kept("sent")["record"]
    world.box(bytes.fromhex(record))
    answer_by(page.context, world)
    secret = RecoverySecret(SECRET)
    page.goto(world.link)
    voter.wait_for("closed")
    voter.shoot("closed")
    assert voter.find_barriers() == []
    assert {host.split("-")[0] for host, _, _ in world.asked} == {"node"}
    voter.press("Двенадцать слов у меня есть")
    voter.wait_for("start")
    page.fill("#words", " ".join(spell_words(secret, Language.RUSSIAN)))
    voter.press("Продолжить")
    voter.wait_for("receipt")


def test_who_comes_before_the_polls_open_is_told_when(page: Page) -> None:
    world, voter = World(now=900), Voter(page)
    answer_by(page.context, world)
    page.goto(world.link)
    voter.wait_for("early")
    voter.shoot("early")
    world.now = 1_000
    voter.press("Попробовать ещё раз")
    voter.wait_for("arrive")


def test_a_ballot_waits_for_others_while_there_is_time(page: Page) -> None:
    world, voter = World(now=1_100), Voter(page)
    answer_by(page.context, world)
    voter.stand(world.kept("ballot"))
    voter.choose(1)
    voter.cast()
    voter.wait_for("crowd")
    voter.shoot("crowd")
    assert voter.find_barriers() == []
    assert world.sent == {}
    voter.press("Отправить сейчас")
    voter.wait_for("receipt")


def test_who_leaves_with_a_vote_that_is_not_sent_is_warned(page: Page) -> None:
    world, voter = World(is_boxing=False), Voter(page)
    answer_by(page.context, world)
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    voter.stand(world.kept("ballot"))
    voter.choose(1)
    page.reload()
    voter.wait_for("ballot")
    assert asked == ["beforeunload"]
    voter.choose(1)
    voter.cast()
    voter.wait_for("promised")
    page.reload()
    voter.wait_for("promised")
    assert asked == ["beforeunload"]


def test_a_refused_code_is_told_and_typed_again(page: Page) -> None:
    world, voter = World(), Voter(page)
    answer_by(page.context, world)
    voter.stand(world.kept("asking"))
    voter.type_code("654321")
    page.get_by_text("Код неверный").wait_for()
    assert "Подождите, пожалуйста" not in voter.text
    assert voter.find_barriers() == []
    world.lies["gateway"] = lambda _, __: refuse("too_soon", 429)
    voter.press("Прислать новый код")
    page.get_by_text("Новый код можно попросить").wait_for()
    world.lies.clear()
    voter.type_code()
    voter.wait_for("ballot")


def test_back_and_forward_go_on_where_the_voter_was(page: Page) -> None:
    world, voter = World(is_boxing=False), Voter(page)
    answer_by(page.context, world)
    page.on("dialog", lambda dialog: dialog.accept())
    voter.stand(world.kept("ballot"))
    voter.choose(1)
    page.go_back()
    page.go_forward()
    voter.wait_for("ballot")  # what was encrypted is gone, and the choice with it
    assert page.locator("input:checked").count() == 0
    voter.choose(2)
    voter.cast()
    voter.wait_for("promised")
    page.go_back()
    page.go_forward()
    voter.wait_for("promised")
    assert len(set(world.sent.values())) == 1
