"""How much a browser fetches for each page of a booth, packed as it is served.

A part that is imported by a call comes after the page is there, or never: of two lists
of words one. python -m tests.booth.page_sizes
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Final

from tests.booth.node_js import BOOTH

_MODULE: Final = re.compile(r"""(?:from|import)\s*['"](\.[^'"]+\.js)['"]""")
_LATER: Final = re.compile(r"""import\(['"](\.[^'"]+\.js)['"]\)""")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)  # whose imports are of types
_ASKED: Final = re.compile(r"""(?:src|href)="([^"#:]+)"|new URL\('(\.[^']+\.js)'""")


def list_files(page: str, *, later: bool = False) -> set[Path]:
    """List what a page loads: its modules, and those of a worker that it starts.

    later: with all that may come after.
    """
    waiting, found = [BOOTH / page], set[Path]()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        text = _COMMENT.sub("", path.read_text("utf-8"))
        names = [*_MODULE.findall(text)] if path.suffix == ".js" else []
        names += _LATER.findall(text) if later else []
        names += [one or other for one, other in _ASKED.findall(text)]
        waiting += [(path.parent / name).resolve() for name in names]
    return found


def measure(page: str, *, later: bool = False) -> int:
    """Measure a page in bytes, each file packed by gzip."""
    files = list_files(page, later=later)
    return sum(len(gzip.compress(each.read_bytes(), 9)) for each in files)


if __name__ == "__main__":
    for each in sorted(BOOTH.glob("*.html")):
        first, whole = measure(each.name), measure(each.name, later=True)
        line = f"{each.name:14} {first:7} bytes, {whole:7} with all that comes later"
        print(line)  # noqa: T201  its result
