"""Ask and change the registry of a network: docs/network.md."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from election.client.errors import ConnectionFailedError, Trouble
from election.client.rpc import Connection
from election.client.wire import Act, hexed, parse_number
from election.crypto.transcript import Address
from election.protocol.board import Call
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.moments import Moment
from scripts.shared.node_refusals import node_refusals
from scripts.shared.roles import Role
from scripts.shared.session import Nodes, acting, connect_any, unlock
from scripts.shared.terminal import say

if TYPE_CHECKING:
    from node.engine.comet.proposals import Proposal

_GAS: Final = 5_000_000
_LAST: Final = 100  # proposals that are looked through for open ones
_NOW_AND_THEN: Final = ("latest", "pending")
_AWAY: Final = (
    "is your node running? `veche network start` runs it; or name another with "
    "--rpc-url"
)
_NOBODY: Final = "0x" + "00" * 20


@dataclass(frozen=True, slots=True)
class Registry:
    """Ask and change the registry of the network that a node's folder names."""

    connection: Connection

    def ask(self, question: bytes) -> bytes:
        """Answer a question to the registry."""
        from node.engine.comet.registry import ADDRESS

        return self.connection.call_all([Call(Address(ADDRESS), question)])[0]

    def act(
        self,
        payload: bytes,
        key: Path,
        password_file: Path | None,
        *,
        done_by: Collection[str] = (),
    ) -> None:
        """Send an act as the organisation of a key file, and wait for its block.

        done_by: accounts that did it before, which send nothing. Raises NotYetError
        while another transaction of the account waits.
        """
        from node.engine.comet.registry import ADDRESS

        key_file = unlock(key, password_file, roles=set(Role))
        account = hexed(key_file.sealed.address)
        if account in done_by:
            say(f"{account} approved of it before, and nothing was sent")
            return
        act = Act(Address(ADDRESS), payload, _GAS, announces=True)
        with acting(key_file):
            self._require_none_waits(account)
            self.connection.send(act, key=key_file.key)

    def _require_none_waits(self, account: str) -> None:
        """Send nothing beside what waits: it could be the same again."""
        asked = [("eth_getTransactionCount", (account, at)) for at in _NOW_AND_THEN]
        mined, known = map(parse_number, self.connection.request_all(asked))
        if known > mined:
            hint = "`veche network status` shows whether blocks come: then run it again"
            fact = "a transaction of it waits for a block, so that nothing was sent now"
            raise NotYetError(account, fact, hint=hint)

    def read_open(self) -> list[Proposal]:
        """List the proposals that can still be approved of, of the last hundred."""
        from node.engine.comet.proposals import read_number, read_proposal

        last = read_number(self.ask, "proposals")
        now = self.connection.read_clock()
        found = (
            read_proposal(self.ask, number)
            for number in range(max(1, last - _LAST + 1), last + 1)
        )
        return [each for each in found if each is not None and each.expiry >= now]

    def propose(
        self, payload: bytes, key: Path, password_file: Path | None
    ) -> dict[str, Any]:
        """Send a proposal, unless it is open already; returns what it became."""
        from node.engine.comet.proposals import proposes, read_number

        for each in self.read_open():
            if proposes(payload, each):
                say(f"proposal {each.number} says the same, and nothing was sent")
                return self.describe(each.number)
        self.act(payload, key, password_file)
        with node_refusals():
            return self.describe(read_number(self.ask, "proposals"))

    def describe(self, number: int) -> dict[str, Any]:
        """Return a proposal in words, and how many approvals it still lacks."""
        from node.engine.comet.proposals import read_number, read_proposal

        found = read_proposal(self.ask, number)
        if found is None:
            return {"proposal": number, "open": False, "carried_out": True}
        lacking = read_number(self.ask, "quorum") - len(found.approving)
        return {
            **describe_proposal(found),
            "open": True,
            "approving": list(found.approving),
            "lacking": lacking,
        }


def open_registry(home: Path, nodes: Nodes) -> Registry:
    """Reach the registry of a folder's network through a node of it."""
    chain_id = read_chain_id(home)
    try:
        return Registry(connect_any(nodes, chain_id=chain_id))
    except ConnectionFailedError as error:
        if error.trouble is Trouble.AWAY:
            error.add_note(_AWAY)
        raise


def read_chain_id(home: Path) -> int:
    """Return the chain of a folder's network; raises ConfigError."""
    from node.config import read_config
    from node.engine.comet.genesis import network_config, read_shared
    from node.engine.comet.home import NodeHome

    try:
        genesis = NodeHome(home).genesis.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = "`veche network join` makes a folder a node of a network"
        raise InputError(str(home), "has no genesis of a network", hint=hint) from error
    return network_config(read_shared(genesis), read_config()).chain.id


def read_moment(seconds: int) -> Moment | None:
    """Return a time; at 0 nothing was ever frozen."""
    return Moment(seconds) if seconds else None


def describe_proposal(found: Proposal) -> dict[str, Any]:
    """Return what of a proposal says something, in words."""
    told: dict[str, Any] = {"proposal": found.number, "change": found.kind}
    if found.account != _NOBODY:
        told["account"] = found.account
    if found.name:
        told["name"] = found.name
    if any(bytes.fromhex(found.node_id)):
        told["node_id"] = found.node_id
    if any(found.validator_key):
        told["validator_key"] = found.validator_key.hex()
    if any(bytes.fromhex(found.replaced)):
        told["replaced"] = found.replaced
    if found.ends:
        told |= {"begins": Moment(found.begins), "ends": Moment(found.ends)}
    return told | {"expires": Moment(found.expiry)}
