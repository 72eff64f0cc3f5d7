"""What a service answers when it cannot do what was asked.

`application/problem+json` with `code`, a stable word for programs; `title`, a sentence
in the reader's language; `case`, a short id that support finds in the log.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.shell.text import _, is_text, language_of, spell_wait, translate


class Problem(Exception):  # noqa: N818  the word of RFC 9457
    """Refuse a request: the caller's mistake, or what they can do about it.

    title: a message that `_` marks; values: what stands in it, never a secret; wait: in
    seconds.
    retry_after: seconds until it is worth asking again.
    """

    def __init__(
        self,
        code: str,
        title: str,
        status: int = HTTPStatus.BAD_REQUEST,
        *,
        retry_after: int | None = None,
        **values: Any,
    ) -> None:
        """Keep what is told."""
        super().__init__(code)
        self.code = code
        self.title = title
        self.status = int(status)
        self.values: Mapping[str, Any] = values
        self.retry_after = retry_after

    def spell(self, language: str) -> str:
        """Spell the title in a language; wait: as people say it."""
        values = dict(self.values)
        if "wait" in values:
            values["wait"] = spell_wait(values["wait"], language)
        return translate(self.title, language, **values)


def draw_case() -> str:
    """Draw a short id, of letters and digits that nobody takes for others."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(6))


def answer_problem(
    request: Request, problem: Problem, *, case: str | None = None
) -> Response:
    """Answer with a problem, and log its case."""
    case = case or draw_case()
    context = getattr(request.app.state, "context", None)
    if context is not None:
        log_refusal(context.log, problem, case)
    body = {
        "code": problem.code,
        "title": problem.spell(language_of(request)),
        "case": case,
    }
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=headers,
    )


def log_refusal(log: Any, problem: Problem, case: str) -> None:
    """Log a case for support: our sentence, without the values that stand in it.

    What another service said is left out: values may stand in it already.
    """
    told = {"told": problem.title} if is_text(problem.title) else {}
    log.info("refused", code=problem.code, case=case, **told)


NOT_FOUND = Problem("not_found", _("There is nothing here."), HTTPStatus.NOT_FOUND)
