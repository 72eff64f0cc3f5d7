"""The own clock beside those of nodes: who attests signs by its own, or not at all.

docs/protocol.md §6: a statement on a node's time could be one of tomorrow, so the own
clock counts; where a node's differs by more than a minute, one of them is wrong, and
nothing is signed until it is known which.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from election.client.errors import ClientError
from election.protocol.attestation import SKEW
from services.shell.elections import nodes_of, reach
from services.shell.problems import Problem
from services.shell.service import Context, Job
from services.shell.text import _

_EVERY = 15  # seconds


class NodeClock:
    """Compare the own clock with the nodes', again and again."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._apart = 0

    @property
    def job(self) -> Job:
        """Give the job that compares."""
        return Job("node_clock", _EVERY, self._compare)

    async def _compare(self) -> None:
        self._apart = await asyncio.to_thread(self._measure)

    def _measure(self) -> int:
        """Tell by how many seconds a node's clock differs at most.

        A clock that follows a chain's differs from it for the moment after a jump, and
        never means anything by it.
        """
        if self._context.settings.clock == "chain":
            return 0
        apart = [0]
        named = nodes_of(self._context.settings, self._context.elections)
        for name, urls in named.items():
            for url in urls:
                try:
                    found = reach(self._context.elections[name], url).read_clock()
                except ClientError:
                    continue  # a node that is away says nothing
                apart.append(abs(found - self._context.clock.now()))
        return max(apart)

    def require(self) -> None:
        """Raise Problem while a node's clock differs."""
        if self._apart > SKEW:
            raise Problem(
                "clock_differs",
                _(
                    "The clocks of the services that hold the election differ, "
                    "so that nothing is signed until it is known which is "
                    "wrong. Your right to vote is not used up: please try again "
                    "in some minutes."
                ),
                HTTPStatus.SERVICE_UNAVAILABLE,
                retry_after=60,
            )

    def wrong(self) -> list[str]:
        """Say what keeps the service from signing."""
        if self._apart > SKEW:
            return [f"clock: {self._apart} s apart from a node's"]
        return []
