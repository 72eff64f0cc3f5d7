"""See who takes part in a network, prove a node's keys, approve: docs/network.md."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from eth_typing import Address as NodeAddress

from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.transcript import Address
from election.protocol.board import Call
from election.protocol.text import spell_time
from scripts.shared.errors import InputError
from scripts.shared.files.joining_file import JoiningFile
from scripts.shared.files.json_file import render_json, write_new
from scripts.shared.files.key_file import Role
from scripts.shared.node_refusals import node_refusals
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    KeyPath,
    OutFile,
    PasswordFile,
    path_option,
)
from scripts.shared.session import Nodes, acting, connect_any, unlock
from scripts.shared.terminal import say, show

if TYPE_CHECKING:
    from node.engine.comet.proposals import Proposal

_GAS: Final = 5_000_000
_LAST: Final = 100  # proposals that are looked through for open ones
_NOBODY: Final = "0x" + "00" * 20

Home = Annotated[Path, path_option(help="Your node's folder, which says the network.")]


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
            **_describe(found),
            "open": True,
            "approving": list(found.approving),
            "lacking": lacking,
        }


def members(home: Home, rpc_urls: AnyRpcUrl = None, as_json: AsJson = False) -> None:
    """Show a network's organisations, nodes and open proposals."""
    with node_refusals():
        from node.engine.comet.proposals import read_number
        from node.engine.comet.registry import read_members, read_organisations

        registry = open_registry(home, rpc_urls)
        found = read_members(registry.ask)
        organisations = read_organisations(registry.ask)
        last = read_number(registry.ask, "proposals")
        proposals = [
            registry.describe(number)
            for number in range(max(1, last - _LAST + 1), last + 1)
        ]
        result = {
            "organisations": {name: account for account, name in organisations.items()},
            "nodes": {
                each.node_id: each.organisation
                + (" validates" if any(each.validator_key) else " looks on")
                for each in found.nodes
            },
            "quorum": read_number(registry.ask, "quorum"),
            "frozen_from": _spell(read_number(registry.ask, "frozen_from")),
            "frozen_until": _spell(read_number(registry.ask, "frozen_until")),
            "proposals": {
                str(each["proposal"]): each for each in proposals if each["open"]
            },
        }
    show(result, as_json=as_json)


def prove(
    home: Home,
    out: OutFile,
    looks_on: Annotated[
        bool, typer.Option("--observer", help="Look on, and have no vote.")
    ] = False,
    signer_key: Annotated[
        Path | None,
        path_option(help="The validator's key file, where another program signs."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove that your node holds its keys, for others to propose it."""
    with node_refusals():
        from node.engine.comet.card import read_card
        from node.engine.comet.home import NodeHome
        from node.engine.comet.possession import prove_possession, read_keys

        place = NodeHome(home)
        card = read_card(place.card)
        chain_id = read_chain_id(home)
        account = NodeAddress(bytes.fromhex(card.account[2:]))
        keys = read_keys(place, validates=not looks_on, signer=signer_key)
        proof = prove_possession(keys, chain_id=chain_id, organisation=account)
    made = JoiningFile(
        chain_id,
        account,
        proof.node_key,
        proof.validator_key,
        proof.by_node,
        proof.by_validator,
    )
    write_new(out, render_json(made))
    show({"file": str(out), "node_id": proof.node_id.hex()}, as_json=as_json)


def approve(
    home: Home,
    proposal: Annotated[int, typer.Option(min=1, help="Number of the proposal.")],
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Approve of a proposal; the last approval that it needs carries it out."""
    with node_refusals():
        from node.engine.comet import proposals

        registry = open_registry(home, rpc_urls)
        found = proposals.read_proposal(registry.ask, proposal)
        if found is None:
            hint = "`veche network members` shows those that are open"
            raise InputError(f"proposal {proposal}", "is not open", hint=hint)
        for name, value in _describe(found).items():
            say(f"  {name.replace('_', ' ')}: {value}")
        if registry.describe(proposal)["lacking"] <= 1:  # this one carries it out
            replaces = any(bytes.fromhex(found.replaced))
            proposals.require_room(registry.ask, found.kind, replaces=replaces)
        registry.act(proposals.approve(proposal), key, password_file)
        show(registry.describe(proposal), as_json=as_json)


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


def _spell(seconds: int) -> str | None:
    """Return a time in words; at 0 nothing was ever frozen."""
    return spell_time(seconds) if seconds else None


def _describe(found: Proposal) -> dict[str, Any]:
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
        told |= {"begins": spell_time(found.begins), "ends": spell_time(found.ends)}
    return told | {"expires": spell_time(found.expiry)}
