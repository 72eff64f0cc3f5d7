"""How much a browser fetches for each page of a booth, packed as it is served.

python -m tests.booth.page_sizes
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Final

from tests.booth.node_js import BOOTH

_MODULE: Final = re.compile(r"""(?:from|import)\s*\(?['"](\.[^'"]+\.js)['"]""")
_ASKED: Final = re.compile(r"""(?:src|href)="([^"#:]+)"|new URL\('(\.[^']+\.js)'""")


def list_files(page: str) -> set[Path]:
    """List what a page loads: its modules, and those of a worker that it starts."""
    waiting, found = [BOOTH / page], set[Path]()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        text = path.read_text("utf-8")
        names = [*_MODULE.findall(text)] if path.suffix == ".js" else []
        names += [one or other for one, other in _ASKED.findall(text)]
        waiting += [(path.parent / name).resolve() for name in names]
    return found


def measure(page: str) -> int:
    """Measure a page in bytes, each file packed by gzip."""
    return sum(len(gzip.compress(each.read_bytes(), 9)) for each in list_files(page))


if __name__ == "__main__":
    for each in sorted(BOOTH.glob("*.html")):
        size = measure(each.name)
        print(f"{each.name:14} {size:7} bytes")  # noqa: T201  its result
