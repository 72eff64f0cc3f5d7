"""What every route of the gateway works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from prometheus_client import Counter
from sqlalchemy import Connection
from starlette.requests import Request

from election.protocol.terms import ElectionTerms
from services.gateway.codes import LIFETIME
from services.gateway.limits import raise_alarm, read_brake
from services.gateway.messages import Outcome, RefusalError, count_left
from services.gateway.nodes import Nodes
from services.gateway.refusals import refuse, spell_refusal
from services.gateway.serials import is_serial
from services.gateway.wrong_tries import WrongTries
from services.shell.problems import Problem
from services.shell.service import Context

Args = ParamSpec("Args")
Result = TypeVar("Result")


@dataclass
class Desk:
    """The parts that routes share. key: of the marks of codes."""

    context: Context
    nodes: Nodes
    tries: WrongTries
    key: bytes = field(repr=False)
    alarms: Counter

    def now(self) -> int:
        """Tell the time, Unix seconds."""
        return self.context.clock.now()

    def terms(self, election: str) -> ElectionTerms:
        """Give the terms of an election; raises Problem."""
        found = self.context.elections.get(election)
        if found is None:
            raise refuse("unknown_election")
        return found

    def require_clock(self, election: str) -> None:
        """Raise Problem where a node's clock differs: nothing is signed then."""
        if election in self.nodes.apart:
            raise refuse("clock_differs")

    async def run(
        self,
        act: Callable[Concatenate[Connection, Args], Result],
        *args: Args.args,
        **named: Args.kwargs,
    ) -> Result:
        """Run in one transaction; what it refuses is a Problem, and an alarm if due."""
        try:
            return await self.context.database.run(act, *args, **named)
        except RefusalError as error:
            if error.code == "too_many":
                await self.alarm(error.scope)
            support = self.context.settings.support_line
            raise spell_refusal(error, support=support) from None

    async def alarm(self, scope: str) -> None:
        """Let support see that a leaf or a consent is out of codes or tries; once."""
        if await self.context.database.run(raise_alarm, scope):
            self.alarms.labels("used_up").inc()
            self.context.log.error("alarm", what="used_up")

    async def judge(self, outcome: Outcome, scope: str, *, serial: str) -> None:
        """Raise Problem unless a code was right, and count it if it was wrong."""
        if outcome is Outcome.RIGHT:
            return
        if outcome is Outcome.WRONG:
            self._count_wrong()
            left = await self.context.database.run(
                count_left, serial, scope=scope, now=self.now()
            )
            raise refuse("wrong_code", left=left) if left else refuse("last_try")
        if outcome is Outcome.USED_UP:
            await self.alarm(scope)
        raise refuse(outcome.value, support=self.context.settings.support_line)

    def require_patience(self) -> None:
        """Raise Problem while too many wrong codes came in."""
        wait = self.tries.wait(now=self.now())
        if wait:
            raise refuse("slow_down", wait=wait)

    def refuse_stranger(self, request: Request) -> Problem:
        """Give the answer for a serial that nobody has, and count who makes them up."""
        wait = self.tries.count_stranger(_address(request), now=self.now())
        return refuse("slow_down", wait=wait) if wait else refuse("unknown_serial")

    def _count_wrong(self) -> None:
        if self.tries.count(now=self.now()):
            self.alarms.labels("guessing").inc()
            self.context.log.error("alarm", what="guessing")

    def require_serial(self, request: Request) -> str:
        """Take the serial of the path; raises Problem for what has not its form."""
        serial = str(request.path_params["serial"])
        if not is_serial(serial):
            raise self.refuse_stranger(request)
        return serial

    async def describe(self, serial: str, voter_id: str) -> dict[str, Any]:
        """Say when a code may be asked for again, and how long one is good."""
        again = await self.context.database.run(read_brake, voter_id)
        return {
            "serial": serial,
            "resend_after": again,
            "expires": self.now() + LIFETIME,
        }


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
