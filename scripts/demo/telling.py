"""How the demo talks: chapters on stdout, progress bars on stderr."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars

from rehearsal.progress import Progress
from scripts.shared.terminal import tell

_WIDTH = 78


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells a story, or with silent only shows how far it came."""

    silent: bool

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self.line("")
        self.line(title)
        self.line("-" * len(title))

    def say(self, text: str) -> None:
        """Tell a paragraph."""
        for line in textwrap.wrap(" ".join(text.split()), _WIDTH):
            self.line(line)

    def trouble(self, text: str) -> None:
        """Tell what happens to a network."""
        self.line(f"  TROUBLE  {text}")

    def line(self, text: str) -> None:
        """Tell one line as it is."""
        if not self.silent:
            tell(text)

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Progress]:
        """Show a bar while something long is done."""
        columns = (
            TextColumn("  {task.description:<28}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
        )
        console = Console(stderr=True)
        quiet = not console.is_terminal
        with Bars(*columns, console=console, transient=True, disable=quiet) as bars:
            task = bars.add_task(what, total=total)
            yield lambda done: bars.advance(task, done)
