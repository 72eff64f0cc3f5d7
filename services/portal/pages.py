"""Pages: templates, in the reader's language, with headers that keep them apart."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.shell.text import LANGUAGES, load_catalog, translate

_FOLDER: Final = Path(__file__).parent
_MOSCOW: Final = timezone(timedelta(hours=3))  # without summer time since 2014
_DATES: Final = {"ru": "d MMMM y 'г.', H:mm", "en": "d MMMM y, HH:mm"}


class Pages:
    """Render templates; form_targets: origins that a form may lead to by a redirect."""

    def __init__(self) -> None:
        self._environments = {each: _make_environment(each) for each in LANGUAGES}
        self.form_targets: frozenset[str] = frozenset()

    @cached_property
    def style(self) -> bytes:
        """Read the one style sheet."""
        return (_FOLDER / "style.css").read_bytes()

    @cached_property
    def style_path(self) -> str:
        """Name the style sheet by its content, so that no browser keeps an old one."""
        return f"/style-{sha256(self.style).hexdigest()[:12]}.css"

    async def serve_style(self, _: Request) -> Response:
        """Answer with the style sheet."""
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(self.style, media_type="text/css", headers=headers)

    def render(
        self, template: str, language: str, *, status: int, **values: Any
    ) -> HTMLResponse:
        """Render a page."""
        found = self._environments[language].get_template(template)
        body = found.render(language=language, style_path=self.style_path, **values)
        targets = " ".join(["'self'", *sorted(self.form_targets)])
        headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; "
            f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
            "Content-Language": language,
            "Vary": "Accept-Language, Cookie",
        }
        return HTMLResponse(body, status_code=int(status), headers=headers)


def spell_moment(seconds: int | None, language: str) -> str:
    """Spell a time in Moscow."""
    if seconds is None:
        return "—"
    moment = datetime.fromtimestamp(seconds, _MOSCOW)
    return format_datetime(moment, _DATES[language], locale=language)


def _make_environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalog = load_catalog(language)
    # added to the environment by its extension, so that no type knows it
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalog.gettext, catalog.ngettext, newstyle=True
    )
    # a text that a value holds; what is foreign in it is no format
    environment.filters["said"] = lambda each: translate(each, language)
    environment.filters["told"] = lambda each: translate(
        each.text, language, when=spell_moment(each.when, language)
    )
    environment.filters["moment"] = lambda each: spell_moment(each, language)
    return environment
