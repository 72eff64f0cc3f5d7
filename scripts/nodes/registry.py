"""Ask and change the registry of a network: docs/network.md."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.transcript import Address
from election.protocol.board import Call
from scripts.shared.errors import InputError
from scripts.shared.moments import Moment
from scripts.shared.node_refusals import node_refusals
from scripts.shared.roles import Role
from scripts.shared.session import Nodes, acting, connect_any, unlock

if TYPE_CHECKING:
    from node.engine.comet.proposals import Proposal

_GAS: Final = 5_000_000
_NOBODY: Final = "0x" + "00" * 20


@dataclass(frozen=True, slots=True)
class Registry:
    """Ask and change the registry of the network that a node's folder names."""

    connection: Connection

    def ask(self, question: bytes) -> bytes:
        """Answer a question to the registry."""
        from node.engine.comet.registry import ADDRESS

        return self.connection.call_all([Call(Address(ADDRESS), question)])[0]

    def act(self, payload: bytes, key: Path, password_file: Path | None) -> None:
        """Send an act as the organisation of a key file, and wait for its block."""
        from node.engine.comet.registry import ADDRESS

        key_file = unlock(key, password_file, roles=set(Role))
        act = Act(Address(ADDRESS), payload, _GAS, announces=True)
        with acting(key_file):
            self.connection.send(act, key=key_file.key)

    def propose(
        self, payload: bytes, key: Path, password_file: Path | None
    ) -> dict[str, Any]:
        """Send a proposal; returns what it became."""
        from node.engine.comet.proposals import read_number

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
    return Registry(connect_any(nodes, chain_id=read_chain_id(home)))


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
