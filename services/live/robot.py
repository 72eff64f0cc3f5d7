"""A made-up voter with a browser and a phone: what a person clicks, over HTTP."""

from __future__ import annotations

import html
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import httpx2

from election.crypto.blind_credential import RecoverySecret
from election.crypto.transcript import Address
from election.protocol.issuance import Credential
from scripts.shared.errors import ServiceError
from scripts.voters.device.asking import Asker
from scripts.voters.device.device import Device
from scripts.voters.device.link import read_link
from scripts.voters.device.pinned import Pinned
from services.gateway.serials import number_of
from services.live.layout import Layout
from services.live.people import PASSWORD, Person
from services.live.voter import Program, StepError, make_program

_FORM: Final = re.compile(r"<form[^>]*>.*?</form>", re.DOTALL)
_ACTION: Final = re.compile(r'action="([^"]*)"')
_INPUT: Final = re.compile(r"<input([^>]*)>")
_PART: Final = re.compile(r'(name|value)="([^"]*)"')
_TOKEN: Final = re.compile(r'name="token" value="([^"]+)"')
_SERIAL: Final = re.compile(r'name="serial" value="([^"]+)"')
_LINK: Final = re.compile(r'href="([^"]*#contest=[^"]*)"')
_CODE: Final = re.compile(r"\b(\d{6})\b")
_REFUSED: Final = re.compile(r'role="alert">(.*?)</p>', re.DOTALL)
_PAUSE: Final = 0.3
LONGEST: Final = 180  # seconds of this machine that anything here is waited for


def wait_for(what: str, look: Callable[[], Any]) -> Any:
    """Look until there is something; raises StepError after three minutes."""
    end = time.monotonic() + LONGEST
    while not (found := look()):
        if time.monotonic() > end:
            raise StepError(what, "not_in_time")
        time.sleep(_PAUSE)
    return found


@dataclass(frozen=True)
class Robot:
    """A voter whose browser is open.

    browser: keeps this person's cookies. apart: asks as a program does, with none.
    """

    layout: Layout
    person: Person
    browser: httpx2.Client = field(repr=False)
    apart: httpx2.Client = field(repr=False)

    def log_in(self) -> None:
        """Log in by the identity provider's own pages."""
        portal = self.layout.url("portal")
        typed = {"username": self.person.login, "password": PASSWORD}
        answer = self.browser.get(f"{portal}/login")
        for _ in range(15):
            if answer.is_redirect:
                target = str(answer.url.join(answer.headers["location"]))
                if target == f"{portal}/":
                    return
                answer = self.browser.get(target)
                continue
            found = _FORM.search(answer.text)
            if answer.is_error or found is None:
                raise StepError("login", "refused", str(answer.status_code))
            action, fields = _fill(found[0], typed)
            place = str(answer.url.join(action))
            headers = {"Origin": f"{answer.url.scheme}://{answer.url.netloc.decode()}"}
            answer = self.browser.post(place, data=fields, headers=headers)
        raise StepError("login", "no_end")

    def apply(self) -> None:
        """File an application, and type the code that comes for it."""
        self._file("/application/apply")

    def withdraw(self) -> None:
        """Withdraw from all, and type the code that comes for it."""
        self._file("/application/withdraw", election="all")

    def _file(self, path: str, **fields: str) -> None:
        self._post(path, **fields)
        serial = _SERIAL.search(self._page("/application"))
        if serial is None:
            raise StepError("application", "no_serial")
        code = self.read_code(number_of(serial[1]))
        self._post("/application/code", serial=serial[1], code=code)

    def _post(self, path: str, **fields: str) -> str:
        portal = self.layout.url("portal")
        token = _TOKEN.search(self._page("/help"))
        if token is None:
            raise StepError("portal", "logged_out")
        data = {"token": token[1], **fields}
        answer = self.browser.post(
            f"{portal}{path}", data=data, headers={"Origin": portal}
        )
        page = answer.text
        if answer.is_redirect:
            page = self._page(answer.headers["location"])
        refused = _REFUSED.search(page)
        if answer.is_error or refused:
            code = "refused" if refused else str(answer.status_code)
            raise StepError(f"portal{path}", code, read_alert(page))
        return page

    def _page(self, path: str) -> str:
        return self.browser.get(f"{self.layout.url('portal')}{path}").text

    def read_code(self, number: str) -> str:
        """Wait for the message of a number; the newest, if it came more than once."""
        url = f"{self.layout.url('live')}/phones/messages"
        named = re.compile(rf"(?<![\w-]){re.escape(number)}(?![\w-])")

        def look() -> list[str]:
            said = self.browser.get(url, params={"phone": self.person.phone}).json()
            texts = [each["text"] for each in said if named.search(each["text"])]
            return [found[1] for each in texts if (found := _CODE.search(each))]

        return str(wait_for("code", look)[0])

    def get_link(self, election: Address) -> str:
        """Press “Get my ballot”; give the link to the booth."""
        page = self._post("/ballot/ticket", election=f"0x{election.hex()}")
        found = _LINK.search(page)
        if found is None:
            raise StepError("ticket", "not_there")
        return html.unescape(found[1])

    def take_program(
        self, pinned: Pinned, secret: RecoverySecret
    ) -> tuple[Program, str]:
        """Give the program that the link to the booth is for, and its ticket."""
        link = read_link(self.get_link(pinned.terms.election))
        device = Device(pinned.terms, link.contest, link.leaf, secret)
        sides = Asker(self.apart), Asker(self.apart)
        program = make_program(pinned, device, person=sides[0], ballot=sides[1])
        return program, link.ticket

    def ask(self, program: Program, ticket: str) -> None:
        """Show the ticket, type the code, and have the request sent."""
        person = program.person
        opening = program.open_at_portal(ticket)
        message = person.ask_code(opening, "ru")
        made = person.type_code(opening, message, self.read_code(message.number))
        is_locked = person.is_locked(person.read_leaf())
        refused: list[ServiceError] = []

        def is_taken() -> bool:
            try:
                person.bring(opening, made, is_locked=is_locked)
            except ServiceError as error:  # it may not have seen the polls open yet
                refused.append(error)
                return False
            return True

        try:
            wait_for("registrar", is_taken)
        except StepError:
            raise refused[-1] from None

    def collect(self, program: Program) -> Credential:
        """Wait for the issuers."""
        return program.collect(give_up=program.person.read_time() + LONGEST)


def read_alert(page: str) -> str:
    """Read the sentence by which a page of the portal refuses; empty if it has none."""
    found = _REFUSED.search(page)
    if found is None:
        return ""
    told = found[1].partition("<span")[0]  # behind it is the number of the case
    return html.unescape(" ".join(told.split()))


@cache
def _tls() -> ssl.SSLContext:
    """Read the authorities once for all browsers: it takes longer than a login."""
    return httpx2.create_ssl_context(trust_env=False)


@contextmanager
def open_robot(layout: Layout, person: Person) -> Iterator[Robot]:
    """Open a person's browser, and log in."""
    english = {"Accept-Language": "en"}  # as what the command says
    with (
        httpx2.Client(
            trust_env=False, timeout=60, verify=_tls(), headers=english
        ) as browser,
        httpx2.Client(trust_env=False, timeout=60, verify=_tls()) as apart,
    ):
        robot = Robot(layout, person, browser, apart)
        robot.log_in()
        yield robot


def _fill(form: str, typed: dict[str, str]) -> tuple[str, dict[str, str]]:
    action = _ACTION.search(form)
    fields: dict[str, str] = {}
    for attributes in _INPUT.findall(form):
        parts = dict(_PART.findall(attributes))
        if name := parts.get("name"):
            fields[name] = typed.get(name, html.unescape(parts.get("value", "")))
    return html.unescape(action[1]) if action else "", fields
