"""A receipt is checked in Chromium: nothing that a node says is believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import honest
from tests.booth.browsing import (
    PHONE,
    Voter,
    answer_by,
    open_browser,
    open_context,
    watch,
)
from tests.booth.signed import WORDS, Lie, cast_ballot, link_of, network_world, prove
from tests.booth.world import BOOTH, CAST, World

RECORD = cast_ballot()
PROVEN, MISSING, AWAY = (
    "Бюллетень в урне",
    "Такого бюллетеня в урне не видно",
    "Проверить сейчас не удалось",
)
SIGNED = "подписали {} из 5 организаций"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@contextmanager
def opening(browser: Browser, world: World, link: str) -> Iterator[Voter]:
    """Open a page on a phone; nothing may be complained of."""
    with open_context(browser, size=PHONE) as context:
        answer_by(context, world)
        voter = Voter(context.new_page())
        complaints = watch(voter.page)
        voter.page.goto(link)
        yield voter
        if world.away:  # a browser tells of what does not answer
            complaints = [each for each in complaints if "ERR_FAILED" not in each]
        assert complaints == []


@contextmanager
def opening_without_nodes(browser: Browser, world: World) -> Iterator[Voter]:
    """Open the page without a receipt; that no node answers is complained of."""
    with open_context(browser, size=PHONE) as context:
        answer_by(context, world)
        voter = Voter(context.new_page())
        voter.page.goto(f"{BOOTH}/receipt.html")
        voter.wait_for("start")
        yield voter


def title(voter: Voter) -> str:
    """Wait for the verdict, and give its heading."""
    voter.wait_for("verdict")
    return voter.page.inner_text("h1")


def test_a_ballot_in_its_box_is_proven_by_two_nodes(browser: Browser) -> None:
    world = network_world(RECORD)
    with opening(browser, world, link_of(RECORD)) as voter:
        assert title(voter) == PROVEN
        assert SIGNED.format(5) in voter.text
        assert voter.text.count("подписи верны") == 2
        assert "За кого подан голос, квитанция не показывает" in voter.text
        assert not any(name in voter.text for name in honest.CANDIDATES)
        voter.shoot("receipt-proven")
        assert voter.find_barriers() == []
        assert voter.find_silence() == []
    hosts = [host for host, _, _ in world.asked]
    assert len(set(hosts)) == 2
    assert all(host.startswith("node-") for host in hosts)


def test_only_the_nodes_that_a_link_names_are_asked(browser: Browser) -> None:
    world = network_world(RECORD)
    with opening(browser, world, link_of(RECORD) + "&nodes=2.3") as voter:
        assert title(voter) == PROVEN
    assert {host for host, _, _ in world.asked} == {"node-3", "node-4"}


def test_a_node_that_is_away_is_passed_over(browser: Browser) -> None:
    world = network_world(RECORD)
    world.away |= {"node-1", "node-3"}
    with opening(browser, world, link_of(RECORD)) as voter:
        assert title(voter) == PROVEN
        assert voter.text.count("подписи верны") == 2


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(Lie(signers=3), id="a minority signs"),
        pytest.param(Lie(strangers=True), id="another network signs"),
        pytest.param(Lie(record=honest.ballot(1, 7)), id="another ballot"),
        pytest.param(Lie(number=40), id="another block"),
    ],
)
def test_a_proof_that_does_not_hold_is_not_believed(browser: Browser, lie: Lie) -> None:
    world = network_world(RECORD, node_1=lie, node_2=lie)
    with opening(browser, world, link_of(RECORD) + "&nodes=0.1") as voter:
        assert title(voter) == AWAY
        assert voter.text.count("в ответе неверные подписи; ему не верим") == 2
        assert "О бюллетене это ничего не говорит" in voter.text
        assert "из 5 организаций" not in voter.text


def test_one_honest_node_is_enough(browser: Browser) -> None:
    world = network_world(RECORD, node_1=Lie(signers=3))
    with opening(browser, world, link_of(RECORD) + "&nodes=0.1") as voter:
        assert title(voter) == PROVEN
        assert voter.text.count("ему не верим") == 1


def test_a_ballot_that_is_not_there_is_said_to_be_missing(browser: Browser) -> None:
    world = network_world(honest.ballot(1, 7))
    with opening(browser, world, link_of(RECORD)) as voter:
        assert title(voter) == MISSING
        voter.shoot("receipt-missing")
        assert voter.find_barriers() == []
        assert voter.find_silence() == []


def test_a_receipt_of_another_code_is_not_taken(browser: Browser) -> None:
    world = network_world(RECORD)
    code = link_of(RECORD).split("code=0x")[1][:64]
    other = link_of(RECORD).replace(code, "00" * 32)
    with opening(browser, world, other) as voter:
        assert title(voter) == AWAY


def test_a_chain_that_nobody_signs_proves_nothing(browser: Browser) -> None:
    world = World()
    world.box(RECORD)
    world.lies["node"] = network_world(RECORD).lies["node-1"]
    with opening(browser, world, link_of(RECORD)) as voter:
        assert title(voter) == "Запись выборов показывает бюллетень в урне"
        assert "Доказательства нет и не будет" in voter.text
        assert "пока нет" not in voter.text


def test_control_words_tell_the_own_ballot(browser: Browser) -> None:
    world = network_world(RECORD)
    with opening(browser, world, link_of(RECORD)) as voter:
        assert title(voter) == PROVEN
        voter.page.fill("#word", "абзац яйцо")
        voter.press("Проверить слова")
        voter.page.get_by_text("Слова не подходят").wait_for()
        voter.page.fill("#word", f" {WORDS.upper().replace(' ', ',  ')} ")
        voter.press("Проверить слова")
        voter.page.get_by_text("Слова подходят").wait_for()


def test_a_file_proves_without_a_network(browser: Browser, tmp_path: Path) -> None:
    world, kept = network_world(RECORD), tmp_path / "receipt.json"
    with opening(browser, world, link_of(RECORD)) as voter:
        title(voter)
        voter.page.fill("#word", WORDS)
        voter.press("Проверить слова")
        voter.page.get_by_text("Слова подходят").wait_for()
        with voter.page.expect_download() as saved:
            voter.press("Сохранить в файл")
        saved.value.save_as(kept)
    world.away |= {f"node-{number}" for number in (1, 2, 3, 4)}
    with opening_without_nodes(browser, world) as voter:
        voter.page.set_input_files("#file", kept)
        assert title(voter) == PROVEN
        assert "Это доказывает сам файл" in voter.text
        assert WORDS in voter.text
        assert "Контрольные слова, сохранённые в файле" in voter.text
        assert "Они не подходят" not in voter.text
        assert voter.page.get_by_label("Контрольные слова, которые").count() == 1
        assert "Сравнить ваши контрольные слова" in voter.text
        voter.shoot("receipt-of-a-file")
        voter.page.emulate_media(media="print")
        voter.shoot("receipt-printed")


def test_words_of_a_file_that_are_not_the_ballots_are_called_so(
    browser: Browser, tmp_path: Path
) -> None:
    world, kept = network_world(RECORD), tmp_path / "receipt.json"
    with opening(browser, world, link_of(RECORD)) as voter:
        title(voter)
        with voter.page.expect_download() as saved:
            voter.press("Сохранить в файл")
        saved.value.save_as(kept)
    told = json.loads(kept.read_text()) | {"control_word": "абзац яйцо"}
    kept.write_text(json.dumps(told))
    with opening_without_nodes(browser, world) as voter:
        voter.page.set_input_files("#file", kept)
        assert title(voter) == PROVEN
        assert "Они не подходят к этому бюллетеню" in voter.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "veche-receipt/2"}, "не квитанция"),
        ({"block": "1"}, "не квитанция"),
        ({"election": "0x" + "00" * 20}, "с других выборов"),
        ({"tracking_code": "0x" + "00" * 32}, "что-то изменено"),
        ({"block": 42}, "что-то изменено"),
    ],
)
def test_a_file_that_was_changed_is_refused(
    browser: Browser, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    ballot = link_of(RECORD).split("0x")
    told = {
        "format": "veche-receipt/1",
        "election": f"0x{honest.account(8).hex()}",
        "chain_id": honest.CHAIN_ID,
        "contest": 1,
        "tracking_code": f"0x{ballot[1][:64]}",
        "ballot_hash": f"0x{ballot[2][:64]}",
        "block": 41,
        "control_word": None,
        "nodes": [],
        "proof": prove(RECORD),
    }
    kept = tmp_path / "receipt.json"
    kept.write_text(json.dumps(told | change))
    with opening(browser, network_world(RECORD), f"{BOOTH}/receipt.html") as voter:
        voter.wait_for("start")
        voter.page.set_input_files("#file", kept)
        voter.page.get_by_text(said).wait_for()
        assert voter.screen == "start"


def test_a_page_without_a_receipt_asks_for_one(browser: Browser) -> None:
    with opening(browser, network_world(RECORD), f"{BOOTH}/receipt.html") as voter:
        voter.wait_for("start")
        voter.shoot("receipt-start")
        assert voter.find_barriers() == []
        assert voter.find_silence() == []
        assert voter.page.evaluate("document.body.scrollWidth <= innerWidth")
        voter.press("English")
        voter.page.get_by_role("heading", name="Check a receipt").wait_for()
    foreign = f"{BOOTH}/receipt.html#contest=1&code=0x00"
    with opening(browser, network_world(RECORD), foreign) as voter:
        voter.page.get_by_text("По этой ссылке нет квитанции").wait_for()


def test_a_receipt_asks_no_node_that_knows_the_person(browser: Browser) -> None:
    world = World()
    with opening(browser, world, world.link) as voter:
        voter.get_ballot(world.link)
        voter.choose(2)
        voter.cast()
        voter.wait_for("receipt")
        link = voter.page.get_by_role("link").last.get_attribute("href") or ""
        asked = {host for host, _, body in world.asked if CAST.encode() in body}
        world.asked.clear()
        voter.page.goto(link.replace("other-booth", "booth"))
        voter.wait_for("verdict")
    again = {host for host, _, _ in world.asked}
    assert len(again) == 2
    assert again == asked
