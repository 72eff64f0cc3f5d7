"""A lock: made of words, asked for before a ballot, and signing for a withdrawal."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest
from playwright.sync_api import Page

from election.crypto.blind_credential import RecoverySecret, derive_lock_key
from election.crypto.signature import derive_address
from scripts.shared.languages import Language
from scripts.shared.recovery_words import read_words, spell_words
from tests import honest
from tests.booth.browsing import Voter, answer_by, watch
from tests.booth.world import BOOTH, SECRET, World

PAGE: Final = f"{BOOTH}/lock.html"
WORDS: Final = " ".join(spell_words(RecoverySecret(SECRET), Language.RUSSIAN))
OTHERS: Final = " ".join(spell_words(RecoverySecret(b"fedcba98" * 2), Language.RUSSIAN))
SIDE_B: Final = {"relay-1", "relay-2", "node-1", "node-2"}


def address_of(words: str) -> str:
    """Give the address that the library makes of the same words."""
    key = derive_lock_key(read_words(words), election_id=honest.ELECTION_ID)
    return f"0x{derive_address(key).hex()}"


def come(page: Page, world: World, link: str, screen: str) -> Voter:
    """Open a page, which has to be open to all."""
    voter = Voter(page)
    answer_by(page.context, world)
    page.goto(link)
    voter.wait_for(screen)
    assert voter.find_barriers() == []
    assert voter.find_silence() == []
    return voter


def test_a_lock_is_made_of_words_that_are_asked_back(page: Page) -> None:
    world = World()
    complaints = watch(page)
    voter = come(page, world, PAGE, "start")
    assert "не сможете ни проголосовать онлайн, ни отозвать" in voter.text
    voter.shoot("lock-start")
    voter.press("Сделать замок")
    voter.wait_for("words")
    assert voter.find_barriers() == []
    assert voter.find_silence() == []
    voter.words = page.locator("ol.words li").all_inner_texts()
    voter.confirm()
    voter.wait_for("address")
    assert voter.find_barriers() == []
    assert voter.find_silence() == []
    voter.shoot("lock-address")
    assert page.input_value("#address") == address_of(" ".join(voter.words))
    voter.press("Готово, стереть слова с этой страницы")
    voter.wait_for("start")
    assert world.asked == []
    assert complaints == []


def test_the_same_words_show_the_address_again(page: Page) -> None:
    voter = come(page, World(), PAGE, "start")
    voter.press("Слова у меня уже есть")
    page.fill("#words", " ".join(reversed(WORDS.split())))
    voter.press("Показать код замка")
    page.get_by_text("Слова не подходят друг к другу").wait_for()
    page.fill("#words", WORDS)
    voter.press("Показать код замка")
    voter.wait_for("address")
    assert page.input_value("#address") == address_of(WORDS)


def withdraw(voter: Voter, words: str) -> None:
    """Type words, and withdraw."""
    voter.page.fill("#words", words)
    voter.press("Отозвать")


def link_of(world: World) -> str:
    """Give the account's link to the page."""
    return f"{PAGE}#contest=1&leaf=0x{world.leaf.hex()}"


def test_a_lock_signs_for_a_withdrawal_until_it_is_on_the_record(page: Page) -> None:
    world = World()
    world.set_lock()
    voter = come(page, world, link_of(world), "withdraw")
    withdraw(voter, OTHERS)
    page.get_by_text("Это не слова вашего замка").wait_for()
    assert world.withdrawn == []
    withdraw(voter, WORDS)
    voter.wait_for("signed")
    assert voter.find_barriers() == []
    assert voter.find_silence() == []
    assert world.withdrawn == [1]
    world.state = 0
    voter.wait_for("withdrawn")
    assert not {host for host, _, _ in world.asked} & SIDE_B


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            {"state": 3}, "вы сейчас не записаны голосовать онлайн", id="issued"
        ),
        pytest.param({"lock": bytes(20)}, "Замка у вас нет", id="no lock"),
    ],
)
def test_a_withdrawal_that_needs_no_signature_gets_none(
    page: Page, changes: dict[str, Any], said: str
) -> None:
    world = World()
    world.set_lock()
    for name, value in changes.items():
        setattr(world, name, value)
    voter = come(page, world, link_of(world), "withdraw")
    withdraw(voter, WORDS)
    page.get_by_text(said).wait_for()
    assert world.withdrawn == []


def test_nodes_that_differ_on_a_lock_are_not_followed(page: Page) -> None:
    """Who is shown a leaf of another counter would sign what was not asked for."""
    world = World()
    world.set_lock()
    world.others["node-3"] = World()
    voter = come(page, world, link_of(world), "withdraw")
    withdraw(voter, WORDS)
    page.get_by_text(
        "Компьютеры наблюдателей показывают о вашем запросе разное"
    ).wait_for()
    assert world.withdrawn == []


def test_a_link_of_nobody_asks_for_no_words(page: Page) -> None:
    voter = come(page, World(), f"{PAGE}#contest=1&host=https://evil.example", "stop")
    assert page.locator("#words").count() == 0
    assert "не из личного кабинета" in voter.text
    voter.press("К началу")
    voter.wait_for("start")


@pytest.mark.parametrize("is_said", [True, False])
def test_a_locked_ballot_is_asked_for_with_the_words_of_the_lock(
    page: Page, is_said: bool
) -> None:
    """The account says that there is a lock, or the chain alone does."""
    world = World()
    world.set_lock()
    if is_said:
        voter = come(page, world, f"{world.link}&lock=1", "locked")
    else:
        voter = Voter(page)
        answer_by(page.context, world)
        voter.begin(world.link)
        voter.confirm()
        voter.wait_for("locked")
        assert not {path for host, path, _ in world.asked if host == "portal"}
        kept = json.loads(page.evaluate("sessionStorage.getItem('veche-booth/1')"))
        assert kept["told"] == ["Observer 3", "Observer 4"]
    assert "Возьмите листок, на котором написано «Слова замка»" in voter.text
    page.fill("#words", WORDS)
    voter.press("Продолжить")
    voter.type_code()
    voter.wait_for("ballot")
    voter.choose(1)
    voter.cast()
    voter.wait_for("receipt")
    assert len(world.boxed) == 1
    asked = {
        host
        for host, _, body in world.asked
        if world.leaf.hex() in body.decode("latin-1")
    }
    assert not asked & SIDE_B


def test_an_account_that_speaks_of_a_lock_where_none_is_stops_nobody(
    page: Page,
) -> None:
    world = World()
    voter = come(page, world, f"{world.link}&lock=1", "locked")
    voter.press("У меня нет замка")
    voter.wait_for("arrive")
    assert re.search("Начать", voter.text)
