"""Acts of `veche`, as the organisations of `veche live` take them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Final

from scripts.__main__ import run
from scripts.shared.errors import InputError
from services.live.layout import Layout

Tell = Callable[[str], None]


def act(layout: Layout, *words: object) -> str:
    """Run an act of `veche` in this process; returns what it printed.

    Raises InputError with what it complained of.
    """
    out, told = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(told):
        code = run(list(map(str, words)))
    with layout.log("acts").open("a", encoding="utf-8") as log:
        log.write(f"$ veche {' '.join(map(str, words))}\n{told.getvalue()}\n")
    if code:
        fact, hint = read_refusal(told.getvalue())
        raise InputError(f"veche {words[0]}", fact or f"exit code {code}", hint=hint)
    return out.getvalue()


def read_refusal(told: str) -> tuple[str, str | None]:
    """Take the fact and the hint out of what an act complained of."""
    facts = [m[1] for m in _FACT.finditer(told)]
    hints = [m[1] for m in _HINT.finditer(told)]
    return "; ".join(facts), hints[-1] if hints else None


_FACT: Final = re.compile(r"^[^\n]*?: error: (.+)$", re.MULTILINE)
_HINT: Final = re.compile(r"^[^\n]*?: hint: (.+)$", re.MULTILINE)
