"""Write a reconciliation as files: a page, a PDF, or both."""

from __future__ import annotations

from pathlib import Path

from scripts.anybody.reconcile import Found
from scripts.shared.errors import UsageError
from scripts.shared.files.json_file import write_same
from scripts.shared.languages import Language
from scripts.shared.terminal import say


def require_makeable(page: Path | None, pdf: Path | None) -> None:
    """Raise InputError for what cannot be made here, before anything is read."""
    if pdf is None:
        return
    if page == pdf:
        raise UsageError("--pdf", "names the file of --html: give each its own")
    from scripts.anybody.reconciliation.pdf import require_pdf  # late: it is large

    require_pdf()


def write_files(
    found: Found, language: Language, *, page: Path | None, pdf: Path | None
) -> None:
    """Write what has a name; a file that is there with the same bytes is left.

    Raises FileError for another one.
    """
    from scripts.anybody.reconciliation.page import render_page  # late, too

    if page is not None:
        write_same(page, render_page(found, language))
        say(f"{page}: written")
    if pdf is not None:
        from scripts.anybody.reconciliation.pdf import printable, render_pdf

        write_same(pdf, render_pdf(render_page(found, language, shown=printable)))
        say(f"{pdf}: written")
