"""A Chromium whose every request a test answers, and what a voter does in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from tests.booth.node_js import ROOT
from tests.booth.world import BOOTH, CODE, World
from tests.patience import PATIENCE

CHROMIUM: Final = Path("/usr/bin/chromium")
SHOTS: Final = ROOT / "build" / "booth-screens"
AXE: Final = ROOT / "build/booth/node_modules/axe-core/axe.min.js"
PHONE: Final = {"width": 360, "height": 740}
DESK: Final = {"width": 1100, "height": 800}
_RULES: Final = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    assert CHROMIUM.exists(), "apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            browser.close()


def open_context(
    browser: Browser, *, size: dict[str, int] = DESK, language: str = "ru-RU"
) -> BrowserContext:
    """Open what one person's browser keeps."""
    context = browser.new_context(viewport=size, locale=language)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE * 1_000)
    return context


def answer_by(context: BrowserContext, world: World) -> None:
    """Have the world answer every request of a browser."""

    def handle(route: Route) -> None:
        request = route.request
        try:
            status, headers, body = world.answer(
                request.url, request.post_data_buffer or b""
            )
        except ConnectionError:
            route.abort()
            return
        route.fulfill(status=status, headers=headers, body=body)

    context.route(re.compile(".*"), handle)


@dataclass(frozen=True)
class _Heard:
    """What a reader of the screen says of an element."""

    role: str
    name: str
    values: dict[str, Any]

    @classmethod
    def of(cls, node: dict[str, Any]) -> _Heard:
        """Take it from what Chromium tells."""
        values = {
            each["name"]: each["value"].get("value")
            for each in node.get("properties", [])
        }
        role, name = (node.get(key, {}).get("value", "") for key in ("role", "name"))
        return cls(role, name, values)

    @property
    def is_silent(self) -> bool:
        """Tell whether it can be used, and says not what for."""
        acts = ("button", "link", "textbox", "radio", "combobox", "image")
        return self.role in acts and not self.name.strip()


class Voter:
    """A person before a booth's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.words: list[str] = []
        self.link = ""

    def wait_for(self, screen: str) -> None:
        """Wait until a screen stands there."""
        self.page.wait_for_selector(f'main[data-screen="{screen}"]')

    @property
    def screen(self) -> str:
        """Give the screen that stands there."""
        return self.page.get_attribute("main", "data-screen") or ""

    @property
    def text(self) -> str:
        """Give all that can be read."""
        return self.page.inner_text("body")

    def press(self, name: str) -> None:
        """Press a button, as it is called."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def begin(self, link: str) -> None:
        """Come from the portal, and take new words."""
        self.page.goto(link)
        self.wait_for("arrive")
        self.press("Начать")
        self.wait_for("words")
        self.words = self.page.locator("ol.words li").all_inner_texts()

    def confirm(self) -> None:
        """Type the words that are asked for."""
        self.press("Слова записаны")
        self.wait_for("confirm")
        for field in self.page.locator("main input").all():
            number = int((field.get_attribute("id") or "").split("-")[1])
            field.fill(self.words[number])
        self.press("Проверить")

    def type_code(self, code: str = CODE) -> None:
        """Type the code of the SMS."""
        self.wait_for("code")
        self.page.fill("#code", code)
        self.press("Отправить код")

    def get_ballot(self, link: str) -> None:
        """Come from the portal, and go on until the ballot stands there."""
        self.begin(link)
        self.confirm()
        self.type_code()
        self.wait_for("ballot")

    def choose(self, number: int) -> None:
        """Mark a line of the ballot, and go on to the sealed ballot."""
        self.wait_for("ballot")
        self.page.locator("input[name=choice]").nth(number - 1).check()
        self.press("Дальше")
        self.wait_for("review")
        self.press("Всё верно")
        self.wait_for("sealed")

    def cast(self) -> None:
        """Cast what is sealed."""
        self.press("Опустить бюллетень")

    def stand(self, kept: dict[str, Any]) -> None:
        """Open the booth in a tab that keeps this from before."""
        told = json.dumps(json.dumps(kept))
        code = f"sessionStorage.setItem('veche-booth/1', {told})"
        if "veche-stand" not in self.page.url:
            self.page.goto(f"{BOOTH}/icon.svg?veche-stand")
        self.page.evaluate(code)
        self.page.goto(f"{BOOTH}/")

    def resume(self, leaf: str, words: list[str] | None = None) -> None:
        """Go on with words, on a page without a link."""
        self.wait_for("start")
        self.page.fill("#leaf", leaf)
        self.page.fill("#words", " ".join(words or self.words))
        self.press("Продолжить")

    def shoot(self, name: str) -> None:
        """Keep a picture of the page."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def count_printed(self) -> int:
        """Count the pages that the printer gives."""
        return len(re.findall(rb"/Type\s*/Page\b", self.page.pdf()))

    def find_silence(self) -> list[str]:
        """Give what a reader of the screen is not told, by Chromium's own tree."""
        session = self.page.context.new_cdp_session(self.page)
        told: Any = session.send("Accessibility.getFullAXTree")
        session.detach()
        nodes = [_Heard.of(each) for each in told["nodes"] if not each["ignored"]]
        headings = [each for each in nodes if each.role == "heading"]
        first = [each for each in headings if each.values.get("level") == 1]
        facts = {
            "not one heading of the screen": len(first) == 1,
            "the heading is not in focus": any(
                each.values.get("focused") for each in first
            ),
            "a heading without words": all(each.name for each in headings),
            "nothing is told as it comes": any(
                each.values.get("live") == "polite" for each in nodes
            ),
        }
        silent = [f"{each.role} without a name" for each in nodes if each.is_silent]
        return silent + [fact for fact, holds in facts.items() if not holds]

    def find_barriers(self) -> list[str]:
        """Give what axe finds, by rule and place."""
        self.page.evaluate(AXE.read_text("utf-8"))
        asked = {"runOnly": {"type": "tag", "values": _RULES}}
        found: Any = self.page.evaluate("asked => axe.run(document, asked)", asked)
        return [
            f"{each['id']}: {node['html'][:120]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]


def watch(page: Page) -> list[str]:
    """Gather what a page complains of."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    return complaints
