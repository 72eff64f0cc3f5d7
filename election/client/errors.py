"""What can go wrong between the library and a chain.

```
ElectionError
└── ClientError
    ├── ConnectionFailedError   nobody answers there, or not in JSON-RPC
    ├── WrongChainError         another chain than the election's
    ├── NodeRefusedError        the node does not take a request
    ├── ContractRefusedError    a contract reverted, with `module: fact`
    ├── LyingNodeError          a record that the contracts would have refused
    ├── UnexpectedAnswerError   what stands at the address is no such contract
    ├── TransactionLostError    a transaction that no block took in time
    └── RecordError             a deployment record that does not fit
```
"""

from __future__ import annotations

from election.errors import ElectionError


class ClientError(ElectionError):
    """Report that an act on the chain did not happen."""


class ConnectionFailedError(ClientError):
    """Report that nobody answers at a URL, or not as a node; the subject is the URL."""


class WrongChainError(ClientError):
    """Report that the node serves another chain."""


class NodeRefusedError(ClientError):
    """Report a JSON-RPC error; the subject is the method."""


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


class TransactionLostError(ClientError):
    """Report a transaction that no block took in time; it may still be mined."""


class RecordError(ClientError):
    """Report a deployment record that cannot be used here."""
