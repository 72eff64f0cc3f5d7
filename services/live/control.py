"""The page of `veche live`: phase and time, addresses, made-up voters."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from election.client.open_election import OpenElection
from scripts.developer.time import travel
from services.live.layout import SERVED, Layout
from services.live.people import PASSWORD, draw_people
from services.live.telling import find_program, spell_moment
from services.relay.timing import RUSH
from services.shell.clock import Clock

_SHOWN: Final = 30
_STYLE: Final = (
    "*{box-sizing:border-box}body{font:16px/1.5 sans-serif;margin:1rem auto;"
    "max-width:50rem;padding:0 1rem;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;"
    "border-bottom:1px solid #ccc;padding:.3rem .4rem;vertical-align:top}"
    "form{display:inline}button{font:inherit;min-height:3rem;padding:.5rem .8rem;"
    "margin:.2rem 0}"
    "code{background:#eee;padding:.1rem .2rem}.note{border-left:.3rem solid #a60;"
    "padding:.3rem .8rem}"
    "td{overflow-wrap:break-word}"  # at its hyphens and spaces, if there are any
    "@media(max-width:32rem){th{display:none}tr{display:block;padding:.4rem 0;"
    "border-bottom:1px solid #ccc}td{display:block;border:0;padding:0}}"
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
_BUTTONS: Final = {
    "freeze": "to the freeze",
    "opening": "to the opening of the polls",
    "last": "to 20 minutes before the close",
    "close": "to the close, and the count",
}


@dataclass(frozen=True)
class Control:
    """What the page shows and moves. token: of its forms. clock: the chain's."""

    layout: Layout
    opened: OpenElection
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    clock: Clock = field(default_factory=Clock)

    def targets(self) -> dict[str, int]:
        """Give the moments that buttons lead to, Unix seconds."""
        times = self.opened.rules.times
        closing = self.opened.election.closings()[1]
        return {
            "freeze": times[3],
            "opening": times[4],
            "last": closing - RUSH,
            "close": closing,
        }

    def move(self, where: str) -> None:
        """Move the clock forward; nothing where it is there already."""
        target = self.targets()[where]
        if target > self.opened.connection.read_clock():
            travel(self.opened.connection, target)
            self.follow()

    def follow(self) -> int:
        """Have the clock follow the chain's; gives its time."""
        now = self.opened.connection.read_clock()
        self.clock.follow(now)
        return now

    def routes(self) -> list[BaseRoute]:
        """Make the routes."""
        return [
            Route("/", self.show),
            Route("/clock/{where}", self.press, methods=["POST"]),
        ]

    async def show(self, _: Request) -> Response:
        """Show the page."""
        phase, now = await asyncio.to_thread(self._look)
        targets = await asyncio.to_thread(self.targets)
        rows = await _ask_all(self.layout)
        text = _render(self, phase, now, targets, rows)
        return HTMLResponse(text, headers=_HEADERS)

    async def press(self, request: Request) -> Response:
        """Take a press of a button."""
        form = await request.form()
        own = f"http://{request.headers.get('host', '')}"
        given = str(form.get("token", "")).encode()
        is_ours = request.headers.get("origin", own) == own
        if not is_ours or not hmac.compare_digest(given, self.token.encode()):
            return _plain("This button is of an older page: open / once more.", 403)
        where = request.path_params["where"]
        if where not in _BUTTONS:
            return _plain("There is no such moment.", 404)
        await asyncio.to_thread(self.move, where)
        return RedirectResponse("/", 303)

    def _look(self) -> tuple[str, int]:
        phase = self.opened.election.phase()
        return phase.name, self.follow()


def make_app(control: Control, phones: Starlette) -> Starlette:
    """Make the page, with the phones below it; for loopback alone."""
    from starlette.routing import Mount

    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    routes = [*control.routes(), Mount("/phones", phones)]
    return Starlette(routes=routes, middleware=[hosts])


async def _ask_all(layout: Layout) -> list[tuple[str, str, str]]:
    async with httpx2.AsyncClient(trust_env=False, timeout=2) as client:

        async def ask(name: str) -> tuple[str, str, str]:
            url = layout.url(name)
            try:
                answered = await client.get(f"{url}/ready")
            except httpx2.HTTPError:
                return name, url, "does not answer"
            is_well = answered.is_success
            return name, url, "ready" if is_well else answered.text[:200]

        return list(await asyncio.gather(*map(ask, SERVED)))


def _plain(text: str, status: int) -> Response:
    page = _PAGE.format(style=_STYLE, body=f"<p>{escape(text)}</p>")
    return HTMLResponse(page, status, headers=_HEADERS)


def _render(
    control: Control,
    phase: str,
    now: int,
    targets: dict[str, int],
    rows: Sequence[tuple[str, str, str]],
) -> str:
    layout = control.layout
    buttons = "".join(
        f'<form method="post" action="/clock/{where}">'
        f'<input type="hidden" name="token" value="{control.token}">'
        f"<button{' disabled' if targets[where] <= now else ''}>{text}</button></form> "
        for where, text in _BUTTONS.items()
    )
    services = "".join(
        f'<tr><td>{name}</td><td><a href="{url}/ready">{url.removeprefix("http://")}</a></td>'
        f"<td>{escape(state)}</td></tr>"
        for name, url, state in rows
    )
    people = "".join(
        f"<tr><td><code>{each.login}</code></td><td>{escape(each.name)}</td>"
        f"<td>{each.contest}, {escape(each.neighbourhood)}</td>"
        f'<td><a href="/phones/?phone=%2B{each.phone[1:]}">{each.phone}</a></td></tr>'
        for each in draw_people(layout.voters)[:_SHOWN]
    )
    folder, program = escape(str(layout.folder)), escape(find_program())
    body = f"""<h1>veche live — TEST</h1>
<p>Phase <strong>{phase}</strong>, {spell_moment(now)} on the chain's clock.</p>
<p>{buttons}</p>
<p class="note">Relays wait for a crowd of 8 ballots of a contest. Press «to 20 minutes
before the close», and let them send, before you press «to the close»: what waits there
is in no box. A press ends logins: log in again.</p>
<h2>Where to click</h2>
<ul><li><a href="{layout.url("portal")}/">The portal</a>: log in as a made-up voter
below, with the password <code>{PASSWORD}</code>; apply, withdraw.</li>
<li><a href="/phones/">The phones</a>: codes arrive here.</li>
<li>Or a program applies for a voter:
<code>{program} live apply voter4 --home {folder}</code></li>
<li>After the opening, «get my ballot» at the portal leads to the booth, at an origin
of its own. <code>{program} verify-booth {layout.url("booth")} --election
{folder}/election.json --rpc-url {layout.url("chain")}</code> compares it with what the
election announced.</li>
<li>Or a program votes for a voter:
<code>{program} live vote voter1 --choice 1 --home {folder}</code></li>
<li>After the close: <code>{program} live count --home {folder}</code></li></ul>
<h2>Services</h2><table>{services}</table>
<h2>Made-up voters</h2>
<p>A district with one ballot is not opened, since its count would tell whose it is: let
two voters of a district vote, as <code>voter1</code> and <code>voter4</code>.</p>
<table><tr><th>Login</th><th>Name</th><th>District</th><th>Phone</th></tr>
{people}</table>"""
    return _PAGE.format(style=_STYLE, body=body)


_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>veche live</title>
<style>{style}</style></head><body>
{body}
</body></html>
"""
