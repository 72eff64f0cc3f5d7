"""Voters in Chromium at the services of `veche live`, up to their receipts.

One on a phone, one whose network is lost, one who goes on with another device.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from playwright.sync_api import Browser, BrowserContext, Page, Request

from services.live.layout import Layout
from services.live.people import PASSWORD, Person
from services.live.robot import wait_for
from tests.booth.browsing import PHONE, Voter, open_context, watch
from tests.patience import PATIENCE

CHOICES: Final = (1, 2, 1)
"""What each of the three chooses."""


@dataclass
class Seen:
    """What browsers asked, by whom; what was complained of; what stood at the end."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hall:
    """Where browsers are opened; all are closed at the end."""

    layout: Layout
    seen: Seen
    browser: Browser
    stack: ExitStack

    def open_for(self, person: Person, **more: Any) -> tuple[BrowserContext, Voter]:
        """Open a browser whose requests are written down."""
        context = self.stack.enter_context(open_context(self.browser, **more))
        page = context.new_page()
        self.seen.complaints += watch(page)
        context.on("request", lambda request: self._record(person, request))
        return context, Voter(page)

    def _record(self, person: Person, request: Request) -> None:
        if self.is_booth(request.frame.url):
            body = (request.post_data_buffer or b"").hex()
            self.seen.asked.append((person.login, request.url, body))

    def is_booth(self, url: str) -> bool:
        """Say whether the booth is at an address, and no host that it asks."""
        return url.startswith(self.layout.url("booth"))


def vote_by_browser(
    hall: Hall, people: Sequence[Person], *, send: Callable[[], None]
) -> None:
    """Let three get a ballot, cast it, and wait for the receipt.

    send: called when ballots wait for others, to have relays wait no longer.
    """
    phone, lost, moving = people
    _, one = hall.open_for(phone, size=PHONE)
    get_ballot(hall, one, phone)
    cast(hall, one, phone, CHOICES[0])
    context, two = lose_network(hall, lost)
    three = change_device(hall, moving)
    one.wait_for("crowd")
    one.shoot("live-crowd")
    send()
    context.unroute_all(behavior="ignoreErrors")
    for person, voter in ((phone, one), (lost, two), (moving, three)):
        voter.wait_for("receipt")
        voter.shoot(f"live-receipt-{person.login}")
        hall.seen.barriers += voter.find_barriers()
        hall.seen.receipts[person.login] = voter.text


def lose_network(hall: Hall, person: Person) -> tuple[BrowserContext, Voter]:
    """Cast where no host answers any more but the booth's; then reload."""
    context, voter = hall.open_for(person)
    get_ballot(hall, voter, person)
    context.route(lambda url: not hall.is_booth(url), lambda route: route.abort())
    cast(hall, voter, person, CHOICES[1])
    voter.page.get_by_text("Служба не отвечает").wait_for()
    voter.wait_for("sending")
    voter.shoot("live-network-lost")
    voter.page.reload()
    voter.page.get_by_text("Служба не отвечает").wait_for()
    return context, voter


def change_device(hall: Hall, person: Person) -> Voter:
    """Get the ballot on one device, and cast it on another, by words and sheet."""
    _, first = hall.open_for(person)
    get_ballot(hall, first, person)
    first.page.close()
    _, second = hall.open_for(person, size=PHONE)
    second.page.goto(first.link)
    second.wait_for("start")
    second.page.fill("#words", " ".join(first.words))
    second.press("Продолжить")
    cast(hall, second, person, CHOICES[2])
    return second


def get_ballot(hall: Hall, voter: Voter, person: Person) -> None:
    """Log in at the portal, open the booth, and go on until the ballot."""
    page = voter.page
    log_in(hall.layout, page, person)
    page.goto(f"{hall.layout.url('portal')}/ballot")
    page.get_by_role("button").filter(has_text=re.compile("бюллетень")).click()
    link = page.locator("a.button").get_attribute("href") or ""
    voter.begin(link)
    voter.link = f"{link.split('&ticket')[0]}"
    hall.seen.barriers += voter.find_barriers()
    voter.shoot(f"live-words-{person.login}")
    voter.confirm()
    voter.wait_for("code")
    number = voter.page.inner_text(".chosen").split()[-1]
    voter.type_code(read_code(hall.layout, person, number))
    voter.wait_for("ballot")
    hall.seen.barriers += voter.find_barriers()
    voter.shoot(f"live-ballot-{person.login}")


def log_in(layout: Layout, page: Page, person: Person) -> None:
    page.goto(f"{layout.url('portal')}/login")
    page.fill("input[name=username]", person.login)
    page.fill("input[name=password]", PASSWORD)
    portal = layout.url("portal")
    while not page.url.startswith(portal):  # the provider asks to allow it, too
        page.locator("input[type=submit]").first.click()
        page.wait_for_load_state()


def read_code(layout: Layout, person: Person, number: str) -> str:
    """Read the message of a number on the phone."""
    url = f"{layout.url('live')}/phones/messages"
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:

        def look() -> list[str]:
            said = client.get(url, params={"phone": person.phone}).json()
            texts = [each["text"] for each in said if number in each["text"]]
            return [found[0] for each in texts if (found := re.search(r"\d{6}", each))]

        return str(wait_for("code", look)[0])


def cast(hall: Hall, voter: Voter, person: Person, choice: int) -> None:
    voter.choose(choice)
    voter.shoot(f"live-sealed-{person.login}")
    hall.seen.codes[person.login] = voter.page.inner_text(".tracking .long")
    voter.cast()
