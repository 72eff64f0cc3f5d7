"""What can be wrong with a record.

```
AuditError
├── BundleError          a file that is no bundle
├── HistoryError         a record that is not the one that was verified before
├── EarlierError         a record that ends before what was verified before
├── MissingError         something that the record should hold and does not
├── NotDueError          something that the record does not hold yet, lawfully
└── ContradictionError   two things on the record that cannot both be true
```
"""

from __future__ import annotations

from election.errors import ElectionError


class AuditError(ElectionError):
    """Report what an auditor cannot accept."""


class BundleError(AuditError):
    """Report a file that is not a bundle in its one form."""


class HistoryError(AuditError):
    """Report a record with another history than the one that was verified before."""


class EarlierError(AuditError):
    """Report a record that ends before the one that was verified before."""


class MissingError(AuditError):
    """Report what the record should hold and does not."""


class NotDueError(AuditError):
    """Report what may lawfully be missing still; it is no fault, and of nobody."""

    def __init__(self, fact: str) -> None:
        """Say what is not there yet; the verification knows its subject."""
        super().__init__("record", fact)


class ContradictionError(AuditError):
    """Report what cannot be true, and whom it blames."""

    def __init__(self, fact: str, *, blames: str) -> None:
        """Blame a party of `report.py`; the verification knows its subject."""
        super().__init__("record", fact)
        self.blames = blames


def require(holds: bool, fact: str, *, blames: str) -> None:
    """Raise ContradictionError with this fact unless something holds."""
    if not holds:
        raise ContradictionError(fact, blames=blames)
