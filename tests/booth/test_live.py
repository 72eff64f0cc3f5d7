"""Three voters at the services of `veche live`, in Chromium: to receipts, and a count.

One on a phone, one whose network is lost, one who goes on with another device.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from election.client.open_election import read_box
from scripts.shared.files import key_file
from services.live.control import Control
from services.live.layout import SERVED, Layout, open_layout
from services.live.people import PASSWORD, Person, draw_people
from services.live.robot import open_robot, wait_for
from services.live.running import running
from tests.booth.browsing import PHONE, Voter, open_browser, open_context, watch
from tests.patience import PATIENCE

_VOTERS: Final = 3
_COST: Final = key_file._COST
_OWN_FILES: Final = re.compile(r"/[A-Za-z0-9@_./-]*")


@dataclass
class Told:
    """What browsers asked, by whom; what was complained of; what stood at the end."""

    layout: Layout
    control: Control
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("live") / "all"
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(key_file, "_COST", _COST)  # that of the other processes
        layout = open_layout(folder, voters=_VOTERS, are_free=True)
        control = stack.enter_context(running(layout, lambda _: None))
        told = Told(layout, control)
        wait_ready(layout)
        people = draw_people(_VOTERS)
        with ThreadPoolExecutor(_VOTERS) as pool:
            list(pool.map(lambda person: apply(layout, person), people))
        opened = control.opened
        online = opened.voter_list.online
        wait_for("online", lambda: sum(map(online, opened.contests)) == _VOTERS)
        control.move("freeze")
        control.move("opening")
        wait_ready(layout)
        with open_browser() as browser:
            vote_all(told, browser, people)
        yield told


def wait_ready(layout: Layout) -> None:
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
        for name in SERVED:
            ask = partial(client.get, f"{layout.url(name)}/ready")
            wait_for(name, partial(is_well, ask))


def is_well(ask: Callable[[], httpx2.Response]) -> bool:
    return ask().is_success


def apply(layout: Layout, person: Person) -> None:
    with open_robot(layout, person) as robot:
        robot.apply()


@dataclass(frozen=True)
class Hall:
    """Where browsers are opened; all are closed at the end."""

    told: Told
    browser: Browser
    stack: ExitStack

    def open_for(self, person: Person, **more: Any) -> tuple[BrowserContext, Voter]:
        """Open a browser whose requests are written down."""
        context = self.stack.enter_context(open_context(self.browser, **more))
        page = context.new_page()
        self.told.complaints += watch(page)
        context.on("request", lambda request: record(self.told, person, request))
        return context, Voter(page)


def vote_all(told: Told, browser: Browser, people: tuple[Person, ...]) -> None:
    """Let everybody get a ballot, cast it, and wait for the receipt."""
    phone, lost, moving = people
    with ExitStack() as stack:
        hall = Hall(told, browser, stack)
        _, one = hall.open_for(phone, size=PHONE)
        get_ballot(told, one, phone)
        cast(told, one, phone, 1)
        context, two = lose_network(hall, lost)
        three = change_device(hall, moving)
        one.wait_for("crowd")
        one.shoot("live-crowd")
        with ThreadPoolExecutor(1) as pool:  # Playwright has the loop of this thread
            pool.submit(told.control.move, "last").result()
        context.unroute_all(behavior="ignoreErrors")
        for person, voter in ((phone, one), (lost, two), (moving, three)):
            voter.wait_for("receipt")
            voter.shoot(f"live-receipt-{person.login}")
            told.barriers += voter.find_barriers()
            told.receipts[person.login] = voter.text


def lose_network(hall: Hall, person: Person) -> tuple[BrowserContext, Voter]:
    """Cast where no host answers any more but the booth's; then reload."""
    told = hall.told
    context, voter = hall.open_for(person)
    get_ballot(told, voter, person)
    context.route(lambda url: not is_page(told, url), lambda route: route.abort())
    cast(told, voter, person, 2)
    voter.page.get_by_text("Служба не отвечает").wait_for()
    voter.wait_for("sending")
    voter.shoot("live-network-lost")
    voter.page.reload()
    voter.page.get_by_text("Служба не отвечает").wait_for()
    return context, voter


def change_device(hall: Hall, person: Person) -> Voter:
    """Get the ballot on one device, and cast it on another, by words and sheet."""
    _, first = hall.open_for(person)
    get_ballot(hall.told, first, person)
    first.page.close()
    _, second = hall.open_for(person, size=PHONE)
    second.page.goto(first.link)
    second.wait_for("start")
    second.page.fill("#words", " ".join(first.words))
    second.press("Продолжить")
    cast(hall.told, second, person, 1)
    return second


def record(told: Told, person: Person, request: Request) -> None:
    if request.frame.url.startswith(told.layout.url("booth")):
        body = (request.post_data_buffer or b"").hex()
        told.asked.append((person.login, request.url, body))


def is_page(told: Told, url: str) -> bool:
    return url.startswith(told.layout.url("booth"))


def get_ballot(told: Told, voter: Voter, person: Person) -> None:
    """Log in at the portal, open the booth, and go on until the ballot."""
    page = voter.page
    log_in(told, page, person)
    page.goto(f"{told.layout.url('portal')}/ballot")
    page.get_by_role("button").filter(has_text=re.compile("бюллетень")).click()
    link = page.locator("a.button").get_attribute("href") or ""
    voter.begin(link)
    voter.link = f"{link.split('&ticket')[0]}"
    told.barriers += voter.find_barriers()
    voter.shoot(f"live-words-{person.login}")
    voter.confirm()
    voter.wait_for("code")
    number = voter.page.inner_text(".chosen").split()[-1]
    voter.type_code(read_code(told.layout, person, number))
    voter.wait_for("ballot")
    told.barriers += voter.find_barriers()
    voter.shoot(f"live-ballot-{person.login}")


def log_in(told: Told, page: Page, person: Person) -> None:
    page.goto(f"{told.layout.url('portal')}/login")
    page.fill("input[name=username]", person.login)
    page.fill("input[name=password]", PASSWORD)
    portal = told.layout.url("portal")
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


def cast(told: Told, voter: Voter, person: Person, choice: int) -> None:
    voter.choose(choice)
    voter.shoot(f"live-sealed-{person.login}")
    told.codes[person.login] = voter.page.inner_text(".tracking .long")
    voter.cast()


def test_three_voters_have_receipts_with_the_codes_that_were_shown(told: Told) -> None:
    assert len(told.receipts) == _VOTERS
    assert all(told.codes[login] in text for login, text in told.receipts.items())
    opened = told.control.opened
    counts = [read_box(opened, each).handle.cast_count() for each in opened.contests]
    assert counts == [1, 1, 1]


def test_no_screen_shuts_anybody_out_and_the_browser_complains_of_nothing(
    told: Told,
) -> None:
    assert told.barriers == []
    lost = "ERR_FAILED"  # of the network that was lost
    assert [each for each in told.complaints if lost not in each] == []


def test_a_booth_asks_its_own_files_and_hosts_of_the_terms_alone(told: Told) -> None:
    layout = told.layout
    names = ("portal", "gateway", "registrar", "chain", "issuer-1", "issuer-2")
    own = urlsplit(layout.url("booth")).netloc
    named = {
        urlsplit(layout.url(name)).netloc
        for name in (*names, "issuer-3", "relay-1", "relay-2")
    }
    hosts = {urlsplit(url).netloc for _, url, _ in told.asked}
    assert hosts == named | {own}
    paths = {urlsplit(u).path for _, u, _ in told.asked if urlsplit(u).netloc == own}
    assert all(_OWN_FILES.fullmatch(path) for path in paths)


def test_relays_are_told_nothing_of_a_person_and_nobody_else_of_a_ballot(
    told: Told,
) -> None:
    layout = told.layout
    relays = {urlsplit(layout.url(name)).netloc for name in ("relay-1", "relay-2")}
    ballots = {b for _, u, b in told.asked if urlsplit(u).netloc in relays and b}
    assert len(ballots) == _VOTERS
    leaves = {
        found[1]
        for _, url, _ in told.asked
        if (found := re.search(r"/answers/0x\w+/\d+/0x([0-9a-f]{64})", url))
    }
    assert len(leaves) == _VOTERS
    for _, url, body in told.asked:
        text = url + bytes.fromhex(body).decode("latin-1")
        if urlsplit(url).netloc in relays:
            assert not [each for each in leaves if each in text]
        else:
            assert not [each for each in ballots if each[24:64] in text]
