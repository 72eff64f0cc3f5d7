"""What the command line cannot work with.

```
ElectionError
└── ScriptError
    ├── InputError       a file or an argument that is not what it should be
    │   ├── UsageError     a command line that asks for nothing that can be done
    │   ├── RuledOutError  what the election's rules do not allow any more
    │   ├── PortError      an address where this program cannot listen
    │   ├── InUseError     a folder that another program has
    │   ├── RefusedLinesError  lines of a table, each with its reason
    │   │   └── InPartError    some of what was given, the others having been done
    │   └── FileError    a file that the system does not let be written
    │       └── TakenError  since one is there, which is not overwritten
    ├── NodeActError     what a node refuses: all of it, the next step, an exit code
    ├── NotYetError      what is not due yet, and so no fault
    ├── UnaskedError     what cannot be undone, where nobody can be asked
    ├── DeclinedError    a question that was answered with no
    ├── ContestError     contests in which an act failed; in the others it stands
    ├── UnprovenError    a proof that does not hold
    ├── ServiceError     what a service of the election refuses
    │   └── ServiceAwayError  one that does not answer
    ├── UntrueError      an answer of a service that does not hold
    ├── OutputError      a result that stdout does not take
    ├── PasswordError    a key file that this password does not open
    └── UnverifiedError  a record that nothing secret may meet
```
"""

from __future__ import annotations

from collections.abc import Mapping

from election.errors import ElectionError
from election.protocol.text import spell_number


class ScriptError(ElectionError):
    """Report that an act could not begin; nothing changed."""


class InputError(ScriptError):
    """Report a file or an argument; the subject is its name.

    hint: the next step, where it is not in the fact.
    """

    def __init__(self, subject: str, fact: str, *, hint: str | None = None) -> None:
        """Keep what may help beside what is wrong."""
        super().__init__(subject, fact)
        self.hint = hint


class UsageError(InputError):
    """Report a command line that asks for nothing that can be done.

    So does an InputError whose subject is an option.
    """


class RuledOutError(InputError):
    """Report what the contract would refuse, as the chain stands: nothing was sent."""


class PortError(InputError):
    """Report an address where this program cannot listen, as where another does."""


class InUseError(InputError):
    """Report a folder that another program has; the subject is its name."""


class RefusedLinesError(InputError):
    """Report all lines of a table that cannot be read, each with its number."""

    def __init__(self, subject: str, lines: tuple[str, ...]) -> None:
        """Keep what is wrong with each line; the message tells of the first."""
        others = (
            f"; and {spell_number(len(lines) - 1, 'line')} more"
            if len(lines) > 1
            else ""
        )
        super().__init__(subject, lines[0] + others)
        self.lines = lines


class InPartError(RefusedLinesError):
    """Report what of several things was not done; the others were."""


class FileError(InputError):
    """Report a file that cannot be written; no part of it was."""


class TakenError(FileError):
    """Report a file that is there already, and stays as it is."""


class NodeActError(ScriptError):
    """Report what a node refuses; facts: all that is wrong, code: how the act ends."""

    def __init__(self, *facts: str, hint: str | None, code: int) -> None:
        """Keep all facts; the message tells of the first."""
        super().__init__(*facts[0].split(": ", 1))
        self.facts = facts
        self.hint = hint
        self.code = code


class NotYetError(ScriptError):
    """Report what cannot be done yet and is nobody's fault.

    hint: the next step, where it is not in the fact.
    """

    def __init__(self, subject: str, fact: str, *, hint: str | None = None) -> None:
        """Keep what may help beside what is waited for."""
        super().__init__(subject, fact)
        self.hint = hint


class UnaskedError(ScriptError):
    """Report an act that cannot be undone and that nobody could be asked about."""


class DeclinedError(ScriptError):
    """Report that a person said no; nothing was done."""


class ContestError(ScriptError):
    """Report the contests in which an act failed, with the reason of the first."""

    def __init__(self, failed: Mapping[int, str]) -> None:
        """Keep why each failed; what was done for other contests stands."""
        contest, fact = next(iter(failed.items()))
        others = (
            f"; and {spell_number(len(failed) - 1, 'contest')} more"
            if len(failed) > 1
            else ""
        )
        super().__init__(f"contest {contest}", fact + others)


class UnprovenError(ScriptError):
    """Report a file whose proof does not hold: it was read, and proves nothing."""


class ServiceError(ScriptError):
    """Report what a service refuses; the subject is its name.

    code: its stable word. wait: seconds until it is worth asking again. case: the
    number by which support finds it.
    """

    def __init__(
        self,
        subject: str,
        fact: str,
        *,
        code: str = "refused",
        wait: int = 0,
        case: str | None = None,
    ) -> None:
        """Keep what a program acts on."""
        super().__init__(subject, fact)
        self.code = code
        self.wait = wait
        self.case = case


class ServiceAwayError(ServiceError):
    """Report a service, or a node, of which no answer came."""

    def __init__(self, subject: str, fact: str) -> None:
        """Give it its word."""
        super().__init__(subject, fact, code="away")


class UntrueError(ScriptError):
    """Report an answer of a service that does not hold; nothing of it was used."""


class OutputError(ScriptError):
    """Report a result that is lost; the act was done all the same."""


class PasswordError(ScriptError):
    """Report that a key file does not open, whatever the reason."""


class UnverifiedError(ScriptError):
    """Report a record that does not hold; a trustee decrypts nothing of it."""
