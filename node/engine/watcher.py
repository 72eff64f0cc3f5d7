"""What an engine tells of while it works."""

from __future__ import annotations

from typing import Final, Protocol

from node.errors import NodeError, TransactionRefusedError
from node.execution import Execution


class Watcher(Protocol):
    """Hear of blocks and refusals. Nothing that a watcher does changes the chain."""

    def committed(self, execution: Execution, seconds: float) -> None:
        """Hear of a block that is kept; seconds: it took to execute and keep."""

    def refused(self, raw: bytes, error: TransactionRefusedError) -> None:
        """Hear of a transaction that was not accepted."""

    def failed(self, error: NodeError) -> None:
        """Hear of a block that could not be kept."""


class Nobody:
    """Hear nothing."""

    def committed(self, execution: Execution, seconds: float) -> None:
        """Let it pass."""

    def refused(self, raw: bytes, error: TransactionRefusedError) -> None:
        """Let it pass."""

    def failed(self, error: NodeError) -> None:
        """Let it pass."""


NOBODY: Final = Nobody()
