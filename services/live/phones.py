"""The page that shows the phones of made-up people, and what arrived on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from services.live.centre import Received
from services.live.telling import spell_moment

_MOST: Final = 200
_STYLE: Final = (
    "*{box-sizing:border-box}body{font:18px/1.5 sans-serif;margin:1rem auto;"
    "max-width:46rem;padding:0 1rem;overflow-wrap:break-word}h1{font-size:1.5rem}"
    "input,button{font:inherit;display:block;width:100%;max-width:20rem;padding:.6rem;"
    "margin:.3rem 0;min-height:3rem}"
    "li{border:1px solid #888;border-radius:.6rem;list-style:none;margin:.6rem 0;"
    "padding:.6rem 1rem}ul{padding:0}small{color:#555}"
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}
_PAGE: Final = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<meta name="viewport" content="width=device-width"><title>Телефоны — Phones</title>
<style>{style}</style></head><body>
<h1>Телефоны выдуманных избирателей</h1>
<p>Phones of made-up voters: the newest message first. Real phones get nothing.</p>
<form><label>Телефон / phone <input name="phone" type="tel" value="{phone}"></label>
<button>Показать / show</button></form>
<ul>{messages}</ul></body></html>
"""


def make_phones(list_received: Callable[[], Sequence[Received]]) -> Starlette:
    """Make the page `/`, and the same as JSON at `/messages`, `?phone=` for one."""

    def choose(request: Request) -> list[Received]:
        asked = request.query_params.get("phone", "").strip()
        chosen = [each for each in list_received() if asked in ("", each.phone)]
        return chosen[-_MOST:][::-1]

    async def page(request: Request) -> Response:
        messages = "".join(map(_spell, choose(request)))
        phone = escape(request.query_params.get("phone", "")[:20], quote=True)
        text = _PAGE.format(style=_STYLE, phone=phone, messages=messages)
        return HTMLResponse(text, headers=_HEADERS)

    async def messages(request: Request) -> Response:
        found = [
            {"phone": each.phone, "text": each.text, "time": each.time}
            for each in choose(request)
        ]
        return JSONResponse(found, headers=_HEADERS)

    return Starlette(routes=[Route("/", page), Route("/messages", messages)])


def _spell(received: Received) -> str:
    at = spell_moment(received.time)
    return (
        f"<li><small>{escape(received.phone)} · {at}</small><br>"
        f"{escape(received.text)}</li>"
    )
