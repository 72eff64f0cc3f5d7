"""How the demo talks: chapters on stdout, progress on stderr."""

from __future__ import annotations

import textwrap
from contextlib import AbstractContextManager
from dataclasses import dataclass

from rehearsal.progress import Progress
from scripts.shared.progress import progress
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

    def bar(self, what: str, total: int) -> AbstractContextManager[Progress]:
        """Show how far something long came."""
        return progress(what, total)
