"""A page as a PDF: tagged for those who hear it (PDF/UA), the same bytes each time.

WeasyPrint's only keeper. It is imported when a PDF is asked for: the extra `pdf`
brings it, and the system its libraries. The letters are PT Sans, whole and not those
of this machine, so that neither what is installed nor which version cuts fonts shows.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from rehearsal.progress import Progress
from scripts.shared.errors import InputError
from scripts.shared.progress import progress
from scripts.shared.screen import escape, spell

_FAMILY: Final = "Veche PDF"  # no name that a machine has a font of
_FACES: Final = {"normal": "PT_Sans-Web-Regular.ttf", "bold": "PT_Sans-Web-Bold.ttf"}
_LIBRARIES: Final = "libpango-1.0-0 libpangoft2-1.0-0"
_VARIANT: Final = "pdf/ua-1"
_ROWS: Final = 37  # of a page, roughly


def require_pdf() -> None:
    """Raise InputError where this machine can make no PDF, before anything is done."""
    _import_writer()


def render_pdf(page: str) -> bytes:
    """Render a page of ours, which names nothing elsewhere; raises InputError."""
    writer = _import_writer()
    from weasyprint.text.fonts import FontConfiguration

    fetch, fonts = _make_fetcher(), FontConfiguration()
    faces = writer.CSS(string=_spell_faces(), url_fetcher=fetch, font_config=fonts)
    with _counting_pages(page.count("<tr") // _ROWS):
        made: bytes = writer.HTML(string=page, url_fetcher=fetch).write_pdf(
            stylesheets=[faces],
            font_config=fonts,
            pdf_variant=_VARIANT,
            full_fonts=True,
        )
    return made


class _Pages(logging.Handler):
    """Counts the pages that are laid out, by what WeasyPrint logs of each."""

    def __init__(self, done: Progress) -> None:
        super().__init__()
        self.done = done

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if "Page" in str(record.msg):
            self.done(1)


@contextmanager
def _counting_pages(about: int) -> Iterator[None]:
    logger = logging.getLogger("weasyprint.progress")
    before = logger.level
    with progress("pages", about) as done:
        pages = _Pages(done)
        logger.addHandler(pages)
        logger.setLevel(logging.INFO)
        try:
            yield
        finally:
            logger.removeHandler(pages)
            logger.setLevel(before)


def printable(text: str) -> str:
    r"""Spell what would not show itself, and each letter that the font lacks."""
    letters = _list_letters()
    return "".join(c if ord(c) in letters else spell(c) for c in escape(text))


@cache
def _import_writer() -> Any:
    """Import WeasyPrint, which tells on stdout what it misses."""
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries that are not needed here
            import weasyprint
    except ImportError as error:
        fact = f"needs what the extra `pdf` brings, and {error.name} is not here"
        hint = "`make install` brings it; or: pip install 'veche[pdf]'"
        raise InputError("--pdf", fact, hint=hint) from error
    except OSError as error:
        fact = "needs Pango, a library of the system that is not here"
        hint = f"as root, on Debian: apt-get install {_LIBRARIES}; or give --html, and "
        raise InputError("--pdf", fact, hint=f"{hint}print it") from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint


def _find_face(name: str) -> Path:
    import fontpkg_pt_sans

    return Path(fontpkg_pt_sans.ROOT) / "files" / name


@cache
def _list_letters() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    found: frozenset[int] | None = None
    for name in _FACES.values():
        with TTFont(_find_face(name), lazy=True) as font:
            letters = frozenset(font.getBestCmap())
        found = letters if found is None else found & letters
    return found or frozenset()


def _spell_faces() -> str:
    faces = (
        f'@font-face {{ font-family: "{_FAMILY}"; font-weight: {weight}; '
        f'src: url("font:{name}"); }}'
        for weight, name in _FACES.items()
    )
    own = f'font-family: "{_FAMILY}";'
    return f"{' '.join(faces)} html {{ {own} }} @page {{ {own} }}"


def _make_fetcher() -> Callable[[str], Any]:
    """Give what reads our fonts, and nothing else from anywhere."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    own = {f"font:{name}": name for name in _FACES.values()}

    class Fetcher(URLFetcher):  # type: ignore[misc]  # has no types
        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002
            if url not in own:
                message = "nothing from elsewhere stands in a page"
                raise ValueError(message)
            return URLFetcherResponse(url, _find_face(own[url]).read_bytes())

    return Fetcher()
