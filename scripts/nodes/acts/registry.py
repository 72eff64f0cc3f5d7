"""See who takes part in a network, prove a node's keys, approve: docs/network.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from election.protocol.text import spell_number
from scripts.shared.errors import InputError
from scripts.shared.following import say_next
from scripts.shared.node_refusals import node_refusals
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    KeyPath,
    OutFile,
    PasswordFile,
    path_option,
)
from scripts.shared.terminal import lay_out, say, show

Home = Annotated[Path, path_option(help="Your node's folder, which says the network.")]


def members(home: Home, rpc_urls: AnyRpcUrl = None, as_json: AsJson = False) -> None:
    """Show a network's organisations, nodes and open proposals."""
    with node_refusals():
        from node.engine.comet.proposals import read_number
        from node.engine.comet.registry import read_members, read_organisations
        from scripts.nodes.registry import open_registry, read_moment

        registry = open_registry(home, rpc_urls)
        found = read_members(registry.ask)
        organisations = read_organisations(registry.ask)
        proposals = [registry.describe(each.number) for each in registry.read_open()]
        result = {
            "organisations": {name: account for account, name in organisations.items()},
            "nodes": {
                each.node_id: each.organisation
                + (" validates" if any(each.validator_key) else " looks on")
                for each in found.nodes
            },
            "quorum": read_number(registry.ask, "quorum"),
            "frozen_from": read_moment(read_number(registry.ask, "frozen_from")),
            "frozen_until": read_moment(read_number(registry.ask, "frozen_until")),
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
        from eth_typing import Address

        from node.engine.comet.card import read_card
        from node.engine.comet.home import NodeHome
        from node.engine.comet.possession import prove_possession, read_keys
        from scripts.nodes.registry import read_chain_id
        from scripts.shared.files.joining_file import JoiningFile
        from scripts.shared.files.json_file import render_json, write_new

        place = NodeHome(home)
        card = read_card(place.card)
        chain_id = read_chain_id(home)
        account = Address(bytes.fromhex(card.account[2:]))
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
    say_next(
        f"give {out} to an organisation of the network,",
        "which proposes the node by `veche network propose node`",
        as_json=as_json,
    )


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
        from scripts.nodes.registry import describe_proposal, open_registry

        registry = open_registry(home, rpc_urls)
        found = proposals.read_proposal(registry.ask, proposal)
        if found is None and proposal <= proposals.read_number(
            registry.ask, "proposals"
        ):
            say("it was carried out before, and nothing was sent")
            show_proposal(registry.describe(proposal), as_json=as_json)
            return
        if found is None:
            hint = "`veche network members` shows those that are open"
            raise InputError(f"proposal {proposal}", "is not open", hint=hint)
        say(*lay_out(describe_proposal(found), indent="  "))
        if registry.describe(proposal)["lacking"] <= 1:  # this one carries it out
            replaces = any(bytes.fromhex(found.replaced))
            proposals.require_room(registry.ask, found.kind, replaces=replaces)
        payload = proposals.approve(proposal)
        registry.act(payload, key, password_file, done_by=found.approving)
        told = registry.describe(proposal)
    show_proposal(told, as_json=as_json)


def show_proposal(told: dict[str, Any], *, as_json: bool) -> None:
    """Show a proposal, and what follows."""
    show(told, as_json=as_json)
    if told["open"]:
        say_next(
            f"{spell_number(told['lacking'], 'approval')} more, of organisations with "
            "a vote, each by its own home and key:",
            f"  veche network approve --proposal {told['proposal']} --home HOME "
            "--key KEY",
            as_json=as_json,
        )
    else:
        then = "`veche network members` shows who takes part now"
        say_next(then, as_json=as_json)
