"""Show how many of an act's transactions are in blocks by now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from election.client.rpc import Connection
from scripts.shared.progress import progress


@contextmanager
def counting_mined(connection: Connection, what: str, total: int) -> Iterator[None]:
    """Count what is mined meanwhile of so many transactions, or fewer."""
    with progress(what, total) as done:
        connection.progress.hear = done
        try:
            yield
        finally:
            connection.progress.hear = int
