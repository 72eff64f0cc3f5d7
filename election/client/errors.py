"""What can go wrong between the library and a chain.

```
ElectionError
└── ClientError
    ├── ConnectionFailedError   a node that cannot be asked, or whose answer is none
    ├── WrongChainError         another chain than the election's
    ├── NodeRefusedError        the node does not take a request
    ├── ContractRefusedError    a contract reverted, with `module: fact`
    ├── LyingNodeError          a record that the contracts would have refused
    ├── UnexpectedAnswerError   what stands at the address is no such contract
    │   └── NoBoxError          a contest whose ballot box is not made yet
    ├── TransactionLostError    a transaction that no block took in time
    ├── RecordError             a deployment record that does not fit
    └── ForgottenError          a chain that does not know what a record knows
```
"""

from __future__ import annotations

from enum import Enum, auto

from election.errors import ElectionError


class Trouble(Enum):
    """Say what is wrong with a connection, so that each has its own next step."""

    ADDRESS = auto()  # what was given is no address of a node
    NAME = auto()  # no host has the name
    AWAY = auto()  # nobody listens there
    TLS = auto()  # no secure connection comes about
    LOST = auto()  # the connection broke
    SLOW = auto()  # no whole answer in time
    BUSY = auto()  # a gateway speaks, or a node that has too much to do
    STATUS = auto()  # a web server that serves no node there
    LARGE = auto()  # more than any answer has
    FOREIGN = auto()  # no answer that a node gives


_PASSING = {Trouble.NAME, Trouble.AWAY, Trouble.LOST, Trouble.SLOW, Trouble.BUSY}


_NEVER_SENT = {Trouble.ADDRESS, Trouble.NAME, Trouble.AWAY, Trouble.TLS}


class ClientError(ElectionError):
    """Report what stops an act on a chain.

    sent, succeeded: how many transactions a node had been given by then over the same
    connection, and how many of them were seen to succeed; the others may still.
    """

    sent = succeeded = 0


class ConnectionFailedError(ClientError):
    """Report a node that cannot be asked, or whose answer is none.

    The subject is its URL, as far as it may be shown.
    """

    def __init__(self, url: str, fact: str, trouble: Trouble = Trouble.FOREIGN) -> None:
        """Keep what kind of trouble it is."""
        super().__init__(url, fact)
        self.trouble = trouble

    @property
    def may_come_back(self) -> bool:
        """Say whether the same node may answer to the same request later.

        It may be another chain's then; `Connection` looks before it asks anything else.
        """
        return self.trouble in _PASSING

    @property
    def may_have_arrived(self) -> bool:
        """Say whether somebody may have read the request, and done what it asks."""
        return self.trouble not in _NEVER_SENT


class WrongChainError(ClientError):
    """Report that the node serves another chain."""


class NodeRefusedError(ClientError):
    """Report a JSON-RPC error; the subject is the method, or the transaction.

    code: what the node gives as its code, if anything.
    """

    def __init__(self, method: str, fact: str, code: object = None) -> None:
        """Keep the code."""
        super().__init__(method, fact)
        self.code = code


class ContractRefusedError(ClientError):
    """Report that a contract reverted; nothing changed.

    The subject is the contract's module and the fact is its reason, as in the source.
    """


class LyingNodeError(ClientError):
    """Report a message that its contract would have refused, so that no chain has it.

    The subject is the member in whose seat the node shows it.
    """


class UnexpectedAnswerError(ClientError):
    """Report that a contract is not the one it is taken for."""


class NoBoxError(UnexpectedAnswerError):
    """Report a contest whose ballot box is not made yet, as the node says."""


class TransactionLostError(ClientError):
    """Report a transaction that no block took in time; it may still be mined."""


class RecordError(ClientError):
    """Report a deployment record that cannot be used here."""


class ForgottenError(ClientError):
    """Report a chain on which something stood that is not there any more."""
