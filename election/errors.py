"""What can go wrong in an election, and who can be blamed for it.

```
ElectionError
├── EncodingError          bytes or numbers that are no canonical encoding
├── ManifestError          a manifest that describes no election
├── SignatureError         a signature that no key can have made this way
├── ChoiceError            a choice that is not on the ballot
├── BallotError            a ballot that may not enter the box
├── TermsError             something that the terms of an election do not have
├── VoterIdError           an identifier that no voter's register can have
├── AttestationError       a statement by portal or SMS gateway that does not hold
├── CredentialError        a credential or issuance that does not hold
├── PromiseError           a relay's promise that does not hold
├── CeremonyError          keys that no one member can be blamed for
├── FaultyTrusteeError     one trustee's message is wrong
├── FaultyIssuerError      one issuer's message is wrong
├── CountError             a tally that cannot be what was cast
└── SpoolError             a disk without room for a record, which blames nobody
```

Messages read `subject: fact`. Every class carries its subject and fact as fields;
the classes about one person carry that person's index, counted from 1.
"""

from __future__ import annotations


class ElectionError(Exception):
    """Report that something foreign was refused, by subject and fact."""

    def __init__(self, subject: str, fact: str) -> None:
        """Keep what was refused and why; both are public text."""
        super().__init__(f"{subject}: {fact}")
        self.subject = subject
        self.fact = fact


class EncodingError(ElectionError):
    """Report bytes or numbers that are not the canonical form of anything."""


class ManifestError(ElectionError):
    """Report a manifest that describes no election; the subject is the key.

    faults: all of them, each with the way to its key, if the text could be read.
    """

    def __init__(
        self,
        subject: str,
        fact: str,
        faults: tuple[tuple[tuple[int | str, ...], str], ...] = (),
    ) -> None:
        """Keep every fault; the message tells of all in a line."""
        super().__init__(subject, fact)
        self.faults = faults


class SignatureError(ElectionError):
    """Report a signature outside the strict form, or made by another key."""


class ChoiceError(ElectionError):
    """Report a choice that is not one of the contest's candidates."""


class BallotError(ElectionError):
    """Report a ballot that may not enter the box."""


class TermsError(ElectionError):
    """Report what is not in an election, or terms that are not those expected."""


class VoterIdError(ElectionError):
    """Report an identifier that has no one writing, and what to change in it."""


class AttestationError(ElectionError):
    """Report a statement by portal or SMS gateway that does not hold."""


class CredentialError(ElectionError):
    """Report a credential, or a request for one, that does not hold."""


class PromiseError(ElectionError):
    """Report a relay's promise that is not about the ballot in hand, or too late."""


class CountError(ElectionError):
    """Report a tally or a set of counts that cannot be what was cast."""


class CeremonyError(ElectionError):
    """Report keys of a ceremony that no one member can be blamed for."""


class FaultyTrusteeError(ElectionError):
    """Report that one trustee's message is provably wrong."""

    def __init__(self, fact: str, *, trustee: int) -> None:
        """Blame the trustee with this index, counted from 1."""
        super().__init__(f"trustee {trustee}", fact)
        self.trustee = trustee


class FaultyIssuerError(ElectionError):
    """Report that one issuer's message is provably wrong."""

    def __init__(self, fact: str, *, issuer: int) -> None:
        """Blame the issuer with this index, counted from 1."""
        super().__init__(f"issuer {issuer}", fact)
        self.issuer = issuer


class SpoolError(ElectionError):
    """Report that this machine has no room for a record; it says nothing of it."""
