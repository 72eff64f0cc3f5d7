"""How much a browser fetches for each page of a booth, packed as it is served.

A part that is imported by a call comes after the page is there: of two languages one.
python -m tests.booth.page_sizes
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from services.booth.packing import choose_packing, pack
from tests.booth.node_js import BOOTH

LANGUAGES: Final = ("ru", "en")
OF_LANGUAGE: Final = {
    "ru": ("page/texts_ru.js", "words_russian.js"),
    "en": ("page/texts_en.js", "words_english.js"),
}
"""What readers of one language fetch, and those of the other do not."""
BROWSERS: Final = "gzip, deflate, br, zstd"
"""What browsers of today say that they unpack, over https and from this machine."""

_MODULE: Final = re.compile(r"""(?:from|import)\s*['"](\.[^'"]+\.js)['"]""")
_LATER: Final = re.compile(r"""import\(['"](\.[^'"]+\.js)['"]\)""")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)  # whose imports are of types
_ASKED: Final = re.compile(r"""(?:src|href)="([^"#:]+)"|new URL\('(\.[^']+\.js)'""")


def list_files(page: str, language: str) -> set[Path]:
    """List all that a page loads for readers of a language, at once or later.

    Its modules, and those of a worker that it starts.
    """
    others = {
        BOOTH / name
        for each, names in OF_LANGUAGE.items()
        for name in names
        if each != language
    }
    waiting, found = [BOOTH / page], set[Path]()
    while waiting:
        path = waiting.pop()
        if path in found or path in others:
            continue
        found.add(path)
        text = _COMMENT.sub("", path.read_text("utf-8"))
        names: list[str] = []
        if path.suffix == ".js":
            names += [*_MODULE.findall(text), *_LATER.findall(text)]
        names += [one or other for one, other in _ASKED.findall(text)]
        waiting += [(path.parent / name).resolve() for name in names]
    return found


def measure(page: str, language: str, *, accepted: str = BROWSERS) -> int:
    """Measure all that a page loads, in bytes, each file packed by itself."""
    total = 0
    for each in list_files(page, language):
        bodies = pack(each.read_bytes())
        total += len(bodies[choose_packing(accepted, bodies)])
    return total


if __name__ == "__main__":
    for each in sorted(BOOTH.glob("*.html")):
        sizes = [measure(each.name, language) for language in LANGUAGES]
        told = ", ".join(
            f"{n} bytes {x}" for n, x in zip(sizes, LANGUAGES, strict=True)
        )
        gzip = max(measure(each.name, x, accepted="gzip") for x in LANGUAGES)
        print(f"{each.name:14} {told}; {gzip} for who takes gzip alone")  # noqa: T201
