"""How acts end: the one table of exit codes, and which error ends as what.

`veche exit-codes` prints it, docs/command-line.md has it, and the node's own codes
(`node.exit_codes`) are those of it: tests compare them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from election.audit.errors import EarlierError, HistoryError
from election.client.errors import (
    ClientError,
    ConnectionFailedError,
    ContractRefusedError,
    ForgottenError,
    LyingNodeError,
    NoBoxError,
    NodeRefusedError,
    RecordError,
    TransactionLostError,
    Trouble,
    UnexpectedAnswerError,
    WrongChainError,
)
from election.errors import (
    CeremonyError,
    CountError,
    ElectionError,
    FaultyIssuerError,
    FaultyTrusteeError,
    SpoolError,
)
from scripts.shared.errors import (
    ContestError,
    DeclinedError,
    FileError,
    InPartError,
    InputError,
    InUseError,
    NodeActError,
    NotYetError,
    OutputError,
    PortError,
    RuledOutError,
    ServiceAwayError,
    ServiceError,
    TakenError,
    UnaskedError,
    UnprovenError,
    UntrueError,
    UnverifiedError,
    UsageError,
)


class ExitCode(IntEnum):
    """Tell a script what became of an act, and what it may do next."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    NOT_SO = 3
    UNWRITTEN = 4
    PORT = 5
    IN_USE = 6
    DAMAGED = 7
    DISK = 8
    INPUT = 9
    NOT_YET = 10
    REFUSED = 11
    UNREACHABLE = 12
    UNBELIEVABLE = 13
    UNKNOWN = 14
    IN_PART = 15
    DECLINED = 16
    INTERRUPTED = 130

    @property
    def word(self) -> str:
        """Give the word that stands for it in JSON."""
        return self.name.lower()


MEANINGS: Final[Mapping[ExitCode, str]] = {
    ExitCode.DONE: "It was done, or was done before.",
    ExitCode.FAULT: "The program is at fault: tell its developers.",
    ExitCode.USAGE: "The command line is wrong, or a node's configuration; nothing "
    "was done.",
    ExitCode.NOT_SO: "It was looked at, and does not hold, differs, or is not ready.",
    ExitCode.UNWRITTEN: "It was done, and the result could not be written to stdout.",
    ExitCode.PORT: "A port is in use.",
    ExitCode.IN_USE: "Another program uses the folder or the key.",
    ExitCode.DAMAGED: "A node's folder is damaged, or of another history.",
    ExitCode.DISK: "The disk is full, or does not let a file be written.",
    ExitCode.INPUT: "A file, a key or a value is not what it has to be, or a file "
    "that would be written is there already; nothing was sent.",
    ExitCode.NOT_YET: "It is too early, which is nobody's fault: run it again later.",
    ExitCode.REFUSED: "A contract refused it, or a node or a service; that act changed "
    "nothing.",
    ExitCode.UNREACHABLE: "No node or service could be asked: run it again, or name "
    "another.",
    ExitCode.UNBELIEVABLE: "What a node or a service says cannot be, or is of another "
    "chain: ask another.",
    ExitCode.UNKNOWN: "What became of it was not seen: run it again to look.",
    ExitCode.IN_PART: "It was not done for all: which contests, ballots or rows failed "
    "is told.",
    ExitCode.DECLINED: "The question was answered with no; nothing was done.",
    ExitCode.INTERRUPTED: "It was interrupted: run it again to go on.",
}

_ENDS: Final[tuple[tuple[type[ElectionError], ExitCode], ...]] = (
    (OutputError, ExitCode.UNWRITTEN),
    (UnaskedError, ExitCode.USAGE),
    (DeclinedError, ExitCode.DECLINED),
    (UsageError, ExitCode.USAGE),
    (InPartError, ExitCode.IN_PART),
    (TakenError, ExitCode.INPUT),
    (FileError, ExitCode.DISK),
    (SpoolError, ExitCode.DISK),
    (NotYetError, ExitCode.NOT_YET),
    (EarlierError, ExitCode.NOT_YET),
    (RuledOutError, ExitCode.REFUSED),
    (PortError, ExitCode.PORT),
    (InUseError, ExitCode.IN_USE),
    (ContestError, ExitCode.IN_PART),
    (ServiceAwayError, ExitCode.UNREACHABLE),
    (ServiceError, ExitCode.REFUSED),
    (UntrueError, ExitCode.UNBELIEVABLE),
    (UnverifiedError, ExitCode.NOT_SO),
    (UnprovenError, ExitCode.NOT_SO),
    (HistoryError, ExitCode.NOT_SO),
    (CeremonyError, ExitCode.NOT_SO),
    (CountError, ExitCode.NOT_SO),
    (FaultyTrusteeError, ExitCode.NOT_SO),
    (FaultyIssuerError, ExitCode.NOT_SO),
    (RecordError, ExitCode.INPUT),
    (TransactionLostError, ExitCode.UNKNOWN),
    (ContractRefusedError, ExitCode.REFUSED),
    (NodeRefusedError, ExitCode.REFUSED),
    (ConnectionFailedError, ExitCode.UNREACHABLE),
    (LyingNodeError, ExitCode.UNBELIEVABLE),
    (WrongChainError, ExitCode.UNBELIEVABLE),
    (ForgottenError, ExitCode.UNBELIEVABLE),
    (NoBoxError, ExitCode.NOT_YET),
    (UnexpectedAnswerError, ExitCode.UNBELIEVABLE),
    (ClientError, ExitCode.UNBELIEVABLE),
    (ElectionError, ExitCode.INPUT),
)
"""The first that an error is one of."""


_OF_TROUBLE: Final = {
    Trouble.ADDRESS: ExitCode.USAGE,
    Trouble.STATUS: ExitCode.UNBELIEVABLE,
    Trouble.LARGE: ExitCode.UNBELIEVABLE,
    Trouble.FOREIGN: ExitCode.UNBELIEVABLE,
}
"""Where somebody answers, and not as a node does."""


def code_of(error: ElectionError) -> ExitCode:
    """Tell how an act ends that this error stopped.

    A node that is lost while what it was sent is not seen done leaves that unknown.
    """
    if isinstance(error, NodeActError):
        return ExitCode(error.code)
    if isinstance(error, InputError) and error.subject.startswith("--"):
        return ExitCode.USAGE  # it is about an option
    if isinstance(error, ConnectionFailedError):
        if error.sent > error.succeeded:
            return ExitCode.UNKNOWN
        return _OF_TROUBLE.get(error.trouble, ExitCode.UNREACHABLE)
    return next(code for kind, code in _ENDS if isinstance(error, kind))
