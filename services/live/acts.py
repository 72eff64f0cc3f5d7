"""Acts of `veche`, as the organisations of `veche live` take them."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

from election.errors import ElectionError
from scripts.__main__ import run
from services.live.layout import Layout

Tell = Callable[[str], None]


def act(layout: Layout, *words: object) -> str:
    """Run an act of `veche` in this process; returns what it printed.

    Raises ElectionError with what it complained of.
    """
    out, told = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(told):
        code = run(list(map(str, words)))
    with layout.log("acts").open("a", encoding="utf-8") as log:
        log.write(f"$ veche {' '.join(map(str, words))}\n{told.getvalue()}\n")
    if code:
        text = " ".join(told.getvalue().split())[-600:]
        raise ElectionError(f"veche {words[0]}", text or f"exit code {code}")
    return out.getvalue()
