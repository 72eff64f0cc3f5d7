"""What the gateway asks nodes: their clocks, and whether an election was extended.

docs/protocol.md §6: an attester signs by its own clock, and refuses where a node's
differs by more than a minute. A closing that a node makes up lets nothing happen that
the contract does not refuse; earlier than that of the terms it is never taken for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from election.client.contract import Contract
from election.client.contracts.election import Election
from election.client.errors import ClientError
from election.errors import ElectionError
from election.protocol.abi import ContractName
from election.protocol.attestation import SKEW
from election.protocol.longest_extension import LONGEST_EXTENSION
from election.protocol.terms import ElectionTerms
from services.shell.checking import WRONG_KEY
from services.shell.elections import nodes_of, reach
from services.shell.service import Context

EVERY: Final = 20
"""Seconds between two looks."""


@dataclass
class Nodes:
    """What nodes said last."""

    context: Context
    apart: set[str] = field(default_factory=set)  # elections with another clock
    closings: dict[str, int] = field(default_factory=dict)  # of issuing

    def closing(self, election: str, terms: ElectionTerms) -> int:
        """Tell when issuing ends, with what extension a node has shown."""
        own = terms.common.issue_closing
        said = self.closings.get(election, own)
        return min(max(own, said), own + LONGEST_EXTENSION)

    async def look(self) -> None:
        """Ask all nodes; one that does not answer says nothing."""
        context = self.context
        urls = nodes_of(context.settings, context.elections)
        for name, terms in context.elections.items():
            found = await asyncio.gather(
                *(asyncio.to_thread(_ask, terms, url) for url in urls[name])
            )
            told = [each for each in found if each is not None]
            now = context.clock.now()
            is_own = context.settings.clock == "machine"  # else it follows a chain's
            if is_own and any(abs(clock - now) > SKEW for clock, _ in told):
                self.apart.add(name)
                context.log.warning("clocks_differ", election=name)
            else:
                self.apart.discard(name)
            self.closings.update(
                {name: max(closing for _, closing in told)} if told else {}
            )


def _ask(terms: ElectionTerms, url: str) -> tuple[int, int] | None:
    try:
        connection = reach(terms, url)
        handle = Election(Contract(connection, ContractName.ELECTION, terms.election))
        return connection.read_clock(), handle.closings()[0]
    except (ClientError, ElectionError):
        return None


def list_wrong_keys(
    elections: Mapping[str, ElectionTerms], account: bytes
) -> list[str]:
    """Say of which elections an account is not the gateway."""
    return [
        f"{name}: its terms name another SMS gateway, 0x{terms.sms_gateway.hex()}, "
        f"than 0x{account.hex()} of this home's key: {WRONG_KEY}"
        for name, terms in elections.items()
        if terms.sms_gateway != account
    ]
