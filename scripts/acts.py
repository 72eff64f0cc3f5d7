"""The table of acts and services: the room of each, and what it is for.

The module of an act, `acts/NAME.py` in its room, and that of a service, `command.py`,
say what is typed: options, help, an example. They import at their top only what parses
a command line, and the work of an act inside its function, when it is run. So help
appears at once; tests/scripts/test_help_at_once.py looks at every one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_ROOMS: Final = {
    "Begin here": "scripts",
    "Developers": "scripts.developer.acts",
    "Nodes": "scripts.nodes.acts",
    "Commission": "scripts.commission.acts",
    "Trustees and issuers": "scripts.members.acts",
    "Voters and those who serve them": "scripts.voters.acts",
    "Anybody": "scripts.anybody.acts",
}
ACTS: Final = {
    "Begin here": {
        "demo": "Hold a whole election in small, and audit it.",
        "rehearse": "Hold one of a city's size, and see what it takes.",
        "exit-codes": "Tell by which exit code an act ends, and what it means.",
        "completion": "Let a shell complete acts and options (bash, zsh, fish).",
    },
    "Developers": {
        "devnet": "Run a development chain on this machine.",
        "time": "Move a development chain's clock.",
    },
    "Nodes": {
        "node": "Keep a chain in a folder, serve it, copy it, verify it.",
        "network": "Make a network of nodes, or run one of its nodes.",
    },
    "Commission": {
        "accounts": "Make the file of who acts, from the cards of those who do.",
        "manifest": "Read a manifest back in sentences, with what may go wrong.",
        "deploy": "Put an election on the chain.",
        "create-boxes": "Make the ballot boxes, once the keys are final.",
        "publish-list": "Publish the voter lists.",
        "authorize": "Sign for an extension or an override.",
        "extend": "Shift both closings of the polls.",
        "override": "Open a tally that few ballots withhold.",
    },
    "Trustees and issuers": {
        "trustee": "Take a trustee's next step in the making of the election key.",
        "issuer": "Take an issuer's next step in the making of the credential keys; "
        "with init, serve or check: answer requests as a service.",
        "expire": "Exclude a member who lets the others wait.",
        "issue": "Answer requests for credentials, as an issuer.",
        "share": "Decrypt a contest's sum in part, as a trustee.",
        "send": "Send what was signed on a machine without a network.",
    },
    "Voters and those who serve them": {
        "vote": "Vote: from the account's link to a receipt, by the services.",
        "request": "Ask to vote online, not to, or for a credential.",
        "words": "Show a voter's recovery words, to write them down.",
        "attest": "Attest a request, as the portal or the SMS gateway.",
        "register": "Send a request to vote online.",
        "withdraw": "Send a request not to vote online after all.",
        "mark-paper": "Note that a voter is given a paper ballot.",
        "request-credential": "Send a request for a credential.",
        "credential": "Combine the issuers' answers into a credential.",
        "place": "Find a voter's place on the list, and what the chain has of it.",
        "ballot": "Encrypt a choice into a ballot.",
        "check-ballot": "Check what a device encrypted, as a second device.",
        "cast": "Bring ballots into the box, as a relay.",
    },
    "Anybody": {
        "home": "Make the folder of a role, from which its acts take what they need.",
        "keygen": "Make a key file for a role.",
        "key": "Look into a key file, change its password, make its card.",
        "status": "Show where an election stands, and what comes next.",
        "freeze": "Close the sums after the polls.",
        "publish-result": "Publish the counts that the trustees' shares give.",
        "terms": "Write the terms that voters and attesters go by.",
        "audit": "Verify a whole election.",
        "reconcile": "Compare issued, cast and margin, and draw whom to ask.",
        "proof": "Write what proves a transaction or a value to who has no node.",
        "find": "Find a ballot by its tracking code, and prove that it is counted.",
        "receipt": "Write a voter's receipt of a ballot that is in its box.",
        "verify-proof": "Check such a proof, without a node.",
        "verify-booth": "Compare what booths serve with what the election announced.",
        "export": "Write the public record into one file.",
    },
}
SERVICES: Final[dict[str, str]] = {
    "live": "Run all of it on this machine, with made-up voters.",
    "booth": "Make a booth's files for an election, sign for them, serve them.",
    "gateway": "Send codes to phones, and attest who typed them.",
    "portal": "Serve the personal account, and attest for who is logged in.",
    "issuer": "",
    "relay": "Take ballots from anybody and bring them into the box.",
    "registrar": "The register of voters, and the applications to vote online.",
}
"""Parties that serve people: `veche NAME` is of `services/NAME`. What is an act's name,
too, is told with the act."""

SERVICE_COMMANDS: Final = ("init", "serve", "check", "backup", "restore")
"""What makes an act's name a service's, where one word is both."""

ROOM_OF: Final = {act: _ROOMS[group] for group, acts in ACTS.items() for act in acts}


def find_module(name: str, arguments: Sequence[str] = ()) -> str:
    """Find the module of an act or a service; `issuer serve` is the service's."""
    asks_service = bool(arguments) and arguments[0] in SERVICE_COMMANDS
    if name in ROOM_OF and not (name in SERVICES and asks_service):
        return f"{ROOM_OF[name]}.{name.replace('-', '_')}"
    return f"services.{name}.command"
