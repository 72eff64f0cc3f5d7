"""Send attested requests: what register, withdraw and request-credential share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from election.client.leaf_requests import prepare_act
from election.client.open_election import OpenElection
from election.client.wire import Act
from election.crypto.transcript import Hash
from election.protocol.attestation import Action
from election.protocol.attestation import Role as Attester
from scripts.errors import InputError
from scripts.files.key_file import KeyFile, Role
from scripts.files.request_files import read_attestation, read_request
from scripts.session import acting, enter, unlock
from scripts.terminal import show

RequestPath = Annotated[Path, typer.Argument(help="What `veche request` wrote.")]
PortalPath = Annotated[Path, typer.Option(help="The portal's attestation.")]
SmsPath = Annotated[Path, typer.Option(help="The SMS gateway's attestation.")]


def send_request(
    action: Action,
    request: Path,
    *,
    portal: Path,
    sms: Path,
    election: Path,
    rpc_url: str,
    key: Path,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Send a request of this action, from the account of anybody but the voter."""
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles=set(Role) - {Role.VOTER})
    asked = read_request(request, opened)
    if asked.request.action is not action:
        name = asked.request.action.name.lower()
        raise InputError(str(request), f"is a request to {name}")
    act = prepare_act(
        opened.voter_list,
        asked,
        portal=read_attestation(portal, Attester.PORTAL),
        sms=read_attestation(sms, Attester.SMS_GATEWAY),
    )
    send_for_leaf(opened, act, asked.request.leaf, key_file=key_file, as_json=as_json)


def send_for_leaf(
    opened: OpenElection, act: Act, leaf: Hash, *, key_file: KeyFile, as_json: bool
) -> None:
    """Move a leaf, and show what it then is on the chain."""
    with acting(key_file):
        receipt = opened.connection.send(act, key=key_file.key)
    shown = {
        "leaf": f"0x{leaf.hex()}",
        "state": opened.voter_list.state(leaf).name.lower(),
        "transaction": f"0x{receipt.transaction.hex()}",
    }
    show(shown, as_json=as_json)
