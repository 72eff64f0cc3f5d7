"""What goes wrong in the second audit.

ReferenceAuditError
├── NoBundleError     there is nothing that could be audited
├── NoBuildError      the contracts could not be compiled
├── RefutedError      something on the board does not hold
└── NotDueError       something may lawfully be missing still
"""

from __future__ import annotations

from typing import NoReturn


class ReferenceAuditError(Exception):
    """Root of all errors of this package."""


class NoBundleError(ReferenceAuditError):
    """The file is no bundle, or not written in its one way."""


class NoBuildError(ReferenceAuditError):
    """The compiler is another one, or does not compile."""


class RefutedError(ReferenceAuditError):
    """A claim of the board is false."""


class NotDueError(ReferenceAuditError):
    """What is missing may still come."""


def refute(fact: str) -> NoReturn:
    """Say what is false."""
    raise RefutedError(fact)


def claim(is_true: bool, fact: str) -> None:
    """Raise RefutedError with the fact unless the claim is true."""
    if not is_true:
        refute(fact)
