"""Propose changes of who takes part in a network: docs/network.md."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.nodes.acts.registry import Home, approve, members, prove, show_proposal
from scripts.shared.composing import compose
from scripts.shared.durations import parse_time
from scripts.shared.node_refusals import node_refusals
from scripts.shared.option_lists import through_nodes, with_key
from scripts.shared.options import path_option

if TYPE_CHECKING:
    from scripts.nodes.registry import Registry

Account = Annotated[str, typer.Option(help="Address of the organisation's account.")]
NodeId = Annotated[str, typer.Option(help="The node's id, 40 hex digits.")]
Payload = Callable[["Registry"], bytes]
"""What is proposed, once the registry was looked at."""


def _in_home(home: Home) -> None:
    """Take the home of a node."""


def _proposing(prepare: Callable[..., Payload]) -> Callable[..., None]:
    """Make the act that proposes what a function prepares of its own options.

    prepare: looks at what was typed, before anybody is asked.
    """
    takes_home = "home" in inspect.signature(prepare).parameters

    def propose(
        home: Path,
        key: Path,
        password_file: Path | None,
        rpc_urls: list[str] | None,
        *,
        as_json: bool,
        **given: Any,
    ) -> None:
        with node_refusals():
            from scripts.nodes.registry import open_registry

            payload = prepare(**given, **({"home": home} if takes_home else {}))
            registry = open_registry(home, rpc_urls)
            told = registry.propose(payload(registry), key, password_file)
        show_proposal(told, as_json=as_json)

    return compose(propose, prepare, _in_home, with_key, through_nodes)


@_proposing
def propose_organisation(
    name: Annotated[str, typer.Option(help="Its name: a-z, 0-9, -.")], account: Account
) -> Payload:
    """Propose that an organisation joins."""
    from node.engine.comet import proposals
    from node.engine.comet.card import require_organisation
    from scripts.nodes.proposing import accept_account

    require_organisation(name)
    payload = proposals.propose_organisation(accept_account(account), name)

    def prepare(registry: Registry) -> bytes:
        proposals.require_room(registry.ask, proposals.ORGANISATION_JOINS)
        return payload

    return prepare


@_proposing
def propose_dismissal(account: Account) -> Payload:
    """Propose that an organisation leaves, with all its nodes."""
    from node.engine.comet import proposals
    from scripts.nodes.proposing import accept_account

    payload = proposals.propose_dismissal(accept_account(account))
    return lambda _: payload


@_proposing
def propose_node(
    home: Home,
    joining: Annotated[Path, path_option(help="What `veche network prove` wrote.")],
    replacing: Annotated[
        str | None, typer.Option(help="Id of the node that leaves for it.")
    ] = None,
) -> Payload:
    """Propose that a node of an organisation joins, perhaps in place of another.

    A node that stays and begins to validate takes its own place: --replacing its id.
    """
    from eth_typing import Address

    from node.engine.comet import proposals
    from scripts.nodes.proposing import SIZE, accept_bytes, require_proof
    from scripts.nodes.registry import read_chain_id
    from scripts.shared.files.joining_file import read_joining

    found = read_joining(joining)
    proof = require_proof(found, read_chain_id(home), joining)
    replaced = accept_bytes("--replacing", replacing or "00" * SIZE, SIZE)
    payload = proposals.propose_node(Address(found.account), proof, replaced)
    replaces = replacing is not None

    def prepare(registry: Registry) -> bytes:
        proposals.require_room(registry.ask, proposals.NODE_JOINS, replaces=replaces)
        return payload

    return prepare


@_proposing
def propose_removal(node_id: NodeId) -> Payload:
    """Propose that a node leaves."""
    from node.engine.comet import proposals
    from scripts.nodes.proposing import SIZE, accept_bytes

    payload = proposals.propose_removal(accept_bytes("--node-id", node_id, SIZE))
    return lambda _: payload


@_proposing
def propose_freeze(
    begins: Annotated[str, typer.Option(help="When polls open: +2h, or a date.")],
    ends: Annotated[str, typer.Option(help="When one may join again: +3d, or a date.")],
) -> Payload:
    """Propose that nobody joins while polls are open."""
    from node.engine.comet import proposals

    def prepare(registry: Registry) -> bytes:
        now = registry.connection.read_clock()
        return proposals.propose_freeze(
            parse_time(begins, now=now), parse_time(ends, now=now)
        )

    return prepare


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
