"""To wait for others: through a node that is away, but never on another chain."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from election.client.errors import (
    ConnectionFailedError,
    UnexpectedAnswerError,
    WrongChainError,
)
from election.client.open_election import OpenElection, open_election
from scripts.shared.terminal import say

Found = TypeVar("Found")

PAUSE: Final = 1.0  # seconds between looks at what others did


def outlast(
    look: Callable[[], Found], opened: OpenElection | None, *, wait: bool = True
) -> Found:
    """Look, and with `wait` again while the node is away, which is said once.

    opened: what the node had before, if it was asked before. Raises WrongChainError if
    what comes back is another history.
    """
    was_lost = False
    while True:
        try:
            if was_lost and opened is not None:
                require_same(opened)
            found = look()
        except ConnectionFailedError as error:
            if not (wait and error.may_come_back):
                raise
            if not was_lost:
                say(f"{error}; waiting until it comes back", is_folded=True)
            was_lost = True
            time.sleep(PAUSE)
        else:
            if was_lost:
                say("the node is back")
            return found


def require_same(opened: OpenElection) -> None:
    """Raise WrongChainError unless the node still has this very election.

    A test chain that began anew has the same number, and may have the same address.
    """
    connection = opened.connection
    since = opened.election.contract.since
    try:
        deployed_at = open_election(connection, opened.address, since=since).deployed_at
    except UnexpectedAnswerError:
        deployed_at = None
    if deployed_at != opened.deployed_at:
        fact = (
            f"serves another chain {connection.chain_id} now: the election is not on it"
        )
        raise WrongChainError(connection.url, fact)
