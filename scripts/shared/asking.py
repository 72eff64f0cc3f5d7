"""What cannot be undone is said before it is done, and asked."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Protocol

import typer

from scripts.shared.errors import DeclinedError, UnaskedError
from scripts.shared.terminal import asking, say


class Ask(Protocol):
    """Says what will happen, and returns if that is wanted."""

    def __call__(self, *facts: str) -> None:
        """Say it, a line each."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Ask before something that cannot be undone.

    yes: it was said on the command line. is_test: of an election that counts for
    nothing, so that nobody is asked; it is said all the same.
    """

    question: str
    yes: bool
    as_json: bool
    is_test: bool = False

    def __call__(self, *facts: str) -> None:
        """Say what will happen, and go on if that is wanted.

        Raises UnaskedError where there is nobody to ask, and DeclinedError.
        """
        say(*facts)
        if self.yes or self.is_test:
            return
        if self.as_json or not sys.stdin.isatty():
            fact = "is missing: this cannot be undone, and there is nobody to ask"
            raise UnaskedError("--yes", fact)
        with asking():
            if not typer.confirm(self.question, err=True):
                raise DeclinedError("answer", "no, so nothing was sent")


def ask_nobody(*facts: str) -> None:
    """Say what will happen, and go on: for who was asked before."""
    say(*facts)
