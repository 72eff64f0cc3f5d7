"""Propose changes of who takes part in a network: docs/network.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from scripts.nodes.acts.registry import Home, approve, members, prove
from scripts.shared.durations import parse_time
from scripts.shared.node_refusals import node_refusals
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    KeyPath,
    PasswordFile,
    path_option,
)
from scripts.shared.terminal import show

Account = Annotated[str, typer.Option(help="Address of the organisation's account.")]
NodeId = Annotated[str, typer.Option(help="The node's id, 40 hex digits.")]


def propose_organisation(
    home: Home,
    name: Annotated[str, typer.Option(help="Its name: a-z, 0-9, -.")],
    account: Account,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Propose that an organisation joins."""
    with node_refusals():
        from node.engine.comet import proposals
        from node.engine.comet.card import require_organisation
        from scripts.nodes.proposing import accept_account
        from scripts.nodes.registry import open_registry

        require_organisation(name)
        payload = proposals.propose_organisation(accept_account(account), name)
        registry = open_registry(home, rpc_urls)
        proposals.require_room(registry.ask, proposals.ORGANISATION_JOINS)
    show(registry.propose(payload, key, password_file), as_json=as_json)


def propose_dismissal(
    home: Home,
    account: Account,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Propose that an organisation leaves, with all its nodes."""
    with node_refusals():
        from node.engine.comet import proposals
        from scripts.nodes.proposing import accept_account
        from scripts.nodes.registry import open_registry

        payload = proposals.propose_dismissal(accept_account(account))
        registry = open_registry(home, rpc_urls)
    show(registry.propose(payload, key, password_file), as_json=as_json)


def propose_node(
    home: Home,
    joining: Annotated[Path, path_option(help="What `veche network prove` wrote.")],
    key: KeyPath,
    replacing: Annotated[
        str | None, typer.Option(help="Id of the node that leaves for it.")
    ] = None,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Propose that a node of an organisation joins, perhaps in place of another.

    A node that stays and begins to validate takes its own place: --replacing its id.
    """
    with node_refusals():
        from eth_typing import Address

        from node.engine.comet import proposals
        from scripts.nodes.proposing import SIZE, accept_bytes, require_proof
        from scripts.nodes.registry import open_registry, read_chain_id
        from scripts.shared.files.joining_file import read_joining

        found = read_joining(joining)
        proof = require_proof(found, read_chain_id(home), joining)
        replaced = accept_bytes("--replacing", replacing or "00" * SIZE, SIZE)
        payload = proposals.propose_node(Address(found.account), proof, replaced)
        registry = open_registry(home, rpc_urls)
        proposals.require_room(
            registry.ask, proposals.NODE_JOINS, replaces=replacing is not None
        )
    show(registry.propose(payload, key, password_file), as_json=as_json)


def propose_removal(
    home: Home,
    node_id: NodeId,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Propose that a node leaves."""
    with node_refusals():
        from node.engine.comet import proposals
        from scripts.nodes.proposing import SIZE, accept_bytes
        from scripts.nodes.registry import open_registry

        payload = proposals.propose_removal(accept_bytes("--node-id", node_id, SIZE))
        registry = open_registry(home, rpc_urls)
    show(registry.propose(payload, key, password_file), as_json=as_json)


def propose_freeze(
    home: Home,
    begins: Annotated[str, typer.Option(help="When polls open: +2h, or a date.")],
    ends: Annotated[str, typer.Option(help="When one may join again: +3d, or a date.")],
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Propose that nobody joins while polls are open."""
    with node_refusals():
        from node.engine.comet import proposals
        from scripts.nodes.registry import open_registry

        registry = open_registry(home, rpc_urls)
        now = registry.connection.read_clock()
        payload = proposals.propose_freeze(
            parse_time(begins, now=now), parse_time(ends, now=now)
        )
    show(registry.propose(payload, key, password_file), as_json=as_json)


_AS: Final = "--home network/press --key keys/press.json"
COMMANDS: Final = {
    "members": (members, "veche network members --home network/press"),
    "prove": (prove, "veche network prove --home network/press --out joining.json"),
    "propose organisation": (
        propose_organisation,
        f"veche network propose organisation --name radio --account 0x... {_AS}",
    ),
    "propose dismissal": (
        propose_dismissal,
        f"veche network propose dismissal --account 0x... {_AS}",
    ),
    "propose node": (
        propose_node,
        f"veche network propose node --joining joining.json {_AS}",
    ),
    "propose removal": (
        propose_removal,
        f"veche network propose removal --node-id ID {_AS}",
    ),
    "propose freeze": (
        propose_freeze,
        f"veche network propose freeze --begins +2h --ends +3d {_AS}",
    ),
    "approve": (approve, f"veche network approve --proposal 1 {_AS}"),
}
