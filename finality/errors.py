"""What can be wrong with a proof of finality.

FinalityError
├── ProofFileError     the file is not one that `veche proof` writes
└── ProofRefusedError  it is, and proves nothing
"""

from __future__ import annotations


class FinalityError(Exception):
    """Root of the tree; the message reads `subject: fact`."""

    def __init__(self, subject: str, fact: str) -> None:
        """Keep what was refused and why; both are public text."""
        super().__init__(f"{subject}: {fact}")
        self.subject = subject
        self.fact = fact


class ProofFileError(FinalityError):
    """Report a file that is not a proof: another format, a field that is not one."""


class ProofRefusedError(FinalityError):
    """Report a proof that does not hold."""
