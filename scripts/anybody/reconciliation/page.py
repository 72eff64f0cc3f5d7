"""A reconciliation as one HTML page: no script, nothing from elsewhere, prints well.

The page says nothing that is not of the record, the seed or the options: two who have
the same make the same bytes.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from election.audit.reconciliation import RISK, Place, Reconciliation
from election.audit.report import Verdict
from election.protocol.text import spell_time
from scripts.anybody.reconcile import Found, is_alarming
from scripts.anybody.reconciliation.texts import say
from scripts.shared.languages import Language
from scripts.shared.screen import escape

_FOLDER: Final = Path(__file__).parent

Shown = Callable[[str], str]
"""Spells what of anybody's text would not show itself."""


def render_page(found: Found, language: Language, *, shown: Shown = escape) -> str:
    """Render the page in a language."""
    report, seed = found.report, found.seed
    style = (_FOLDER / "page.css").read_text("utf-8")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    spoken = partial(_say, language)
    page: str = _open_template().render(
        language=language.value,
        say=spoken,
        style=Markup(style),  # noqa: S704  a file of ours
        style_hash=f"sha256-{digest}",
        report=report,
        title=shown(report.title),
        is_failed=report.verdict is Verdict.FAILED,
        time=spell_time(report.head_timestamp),
        seed=None if seed is None else shown(seed),
        elected=found.elected,
        parts=[
            _lay_out(row, found.samples.get(row.contest, ()), spoken, shown)
            for row in found.rows
        ],
    )
    return page


def _say(language: Language, name: str, **values: object) -> str:
    return say(name, language, **values)


def _open_template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")


def _lay_out(
    row: Reconciliation, places: Sequence[Place], say: Callable[..., str], shown: Shown
) -> dict[str, Any]:
    size = row.sample_size
    if size is None:
        ask = ""
    elif size == row.issued:
        ask = say("ask all", size=size)
    else:
        ask = say("ask some", size=size, issued=row.issued, risk=RISK)
    return {
        "row": row,
        "title": shown(row.title),
        "is_alarming": is_alarming(row),
        "candidates": [
            (each.slot, "" if each.name is None else shown(each.name), each.count)
            for each in row.counts
        ],
        "ask": ask,
        "places": [(each.index, each.leaf.hex()) for each in places],
    }
