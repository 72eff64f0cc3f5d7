"""The booth by keyboard alone, on a narrow screen, in colours of the reader's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.booth.browsing import Voter, answer_by, open_context
from tests.booth.world import BOOTH, World

_MOST_TABS = 40
_FOCUSED = """() => {
  const at = document.activeElement;
  return at.innerText || at.name || at.id || '';
}"""
_TOO_WIDE = (
    "document.documentElement.scrollWidth > document.documentElement.clientWidth"
)
NARROW = {"width": 320, "height": 568}  # 1280 pixels at 400 %, and 640 at 200 %


def tab_to(page: Page, name: str) -> None:
    """Go on by Tab until this is in focus, and it shows that it is."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(_FOCUSED) == name:
            shown = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(shown) != "none"
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


@pytest.mark.parametrize("colours", ["none", "active"])
def test_a_keyboard_and_a_narrow_screen_are_enough(
    colours: str, browser: Browser
) -> None:
    world = World()
    with open_context(browser, size=NARROW) as context:
        answer_by(context, world)
        page = context.new_page()
        page.emulate_media(forced_colors=colours)  # type: ignore[arg-type]
        voter = Voter(page)

        def enter(button: str, screen: str) -> None:
            tab_to(page, button)
            page.keyboard.press("Enter")
            voter.wait_for(screen)
            assert not page.evaluate(_TOO_WIDE)
            assert voter.find_barriers() == []
            assert voter.find_silence() == []

        voter.stand(world.kept("asking"))
        voter.wait_for("code")
        tab_to(page, "code")
        page.keyboard.type("123456")
        page.keyboard.press("Enter")
        voter.wait_for("ballot")
        assert not page.evaluate(_TOO_WIDE)
        tab_to(page, "choice")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        enter("Дальше", "review")
        assert "Второй" in voter.text
        enter("Всё верно", "sealed")
        voter.shoot(f"narrow-sealed-{colours}")
        enter("Сначала проверить устройство", "check")
        enter("Не проверять", "sealed")
        enter("Опустить бюллетень", "receipt")


def test_another_language_is_one_press_away_on_every_screen(page: Page) -> None:
    world, voter = World(), Voter(page)
    answer_by(page.context, world)
    voter.stand(world.kept("ballot"))
    voter.wait_for("ballot")
    page.locator("input[name=choice]").nth(1).check()
    voter.press("English")
    page.locator("html[lang=en]").wait_for()
    assert page.locator("input[name=choice]").nth(1).is_checked()
    assert "TEST. This is a trial" in voter.text
    voter.press("Next")
    voter.wait_for("review")
    voter.press("Русский")
    page.locator("html[lang=ru]").wait_for()
    assert "Вы выбрали" in voter.text
    assert page.title().startswith("ТЕСТ")


def test_a_mistake_is_told_beside_its_field_and_focused(page: Page) -> None:
    world, voter = World(), Voter(page)
    answer_by(page.context, world)
    voter.stand(world.kept("ballot"))
    voter.wait_for("ballot")
    voter.press("Дальше")
    assert "Вы ещё никого не выбрали" in voter.text
    assert page.evaluate(_FOCUSED) == "choice"
    assert voter.find_barriers() == []


def be_away(*hosts: str) -> Callable[[World], None]:
    """Have hosts be down."""
    return lambda world: world.away.update(hosts)


def hold(world: World) -> None:
    """Have nothing come into the box."""
    world.is_boxing = False


RESTING: Final[dict[str, tuple[str, Callable[[World], None], str]]] = {
    "loading": ("asking", hold, "**/terms.json"),
    "asking": ("asking", hold, "https://portal.example.org/**"),
    "issuing": ("issuing", be_away("issuer-1", "issuer-2", "issuer-3"), ""),
    "paused": ("asking", be_away("node-3", "node-4"), ""),
    "stopped": ("asking", lambda world: world.files.update({"terms.json": b"{}"}), ""),
    "sending": ("sent", be_away("relay-1"), ""),
    "promised": ("promised", hold, ""),
}


@pytest.mark.parametrize("screen", RESTING)
def test_a_screen_that_waits_shuts_nobody_out(screen: str, page: Page) -> None:
    stage, arrange, silent = RESTING[screen]
    world, voter = World(), Voter(page)
    kept = world.kept(stage)
    arrange(world)
    answer_by(page.context, world)
    if silent:  # a request that is never answered
        page.context.route(silent, lambda _: None)
    voter.stand(kept)
    voter.wait_for(screen)
    if stage == "sent":
        page.get_by_text("Observer 1: не отвечает").first.wait_for()
    assert voter.find_barriers() == []
    assert voter.find_silence() == []
    assert not page.evaluate(_TOO_WIDE)


def test_the_end_shuts_nobody_out(page: Page) -> None:
    world, voter = World(), Voter(page)
    answer_by(page.context, world)
    voter.stand(world.kept("sent"))
    voter.wait_for("receipt")
    voter.press("Закончить и стереть всё с этого устройства")
    voter.wait_for("ended")
    assert voter.find_barriers() == []
    assert voter.find_silence() == []


@pytest.mark.parametrize(
    ("address", "screen"),
    [
        ("", "start"),
        (World().link.removeprefix(f"{BOOTH}/"), "arrive"),
        ("#nobody", "stopped"),
        ("check.html", "bare"),
        ("check.html#nobody", "bare"),
        ("lock.html#nobody", "stop"),
    ],
)
def test_where_a_voter_comes_in_nobody_is_shut_out(
    address: str, screen: str, browser: Browser
) -> None:
    with open_context(browser, size=NARROW) as context:
        answer_by(context, World())
        page = context.new_page()
        voter = Voter(page)
        page.goto(f"{BOOTH}/{address}")
        voter.wait_for(screen)
        assert voter.find_silence() == []
        for each in page.locator("summary").all():
            each.click()
        assert voter.find_barriers() == []
        assert not page.evaluate(_TOO_WIDE)


def test_what_changes_while_a_ballot_waits_is_heard_and_nobody_is_moved(
    page: Page,
) -> None:
    world, voter = World(), Voter(page)
    hold(world)
    world.away = {"relay-1"}
    answer_by(page.context, world)
    voter.stand(world.kept("sent"))
    heard = page.get_by_role("status")
    heard.filter(has_text="Observer 1: не отвечает").wait_for(state="attached")
    assert voter.find_silence() == []  # the heading is in focus as before
    world.away = set()
    voter.wait_for("promised")
    world.away = {"node-1", "node-2"}
    heard.filter(has_text="Служба не отвечает").wait_for()
    assert voter.find_silence() == []
