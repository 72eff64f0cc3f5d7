"""Send attested requests: what register, withdraw and request-credential share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from election.client.leaf_requests import prepare_act
from election.protocol.attestation import Action
from election.protocol.attestation import Role as Attester
from scripts.errors import InputError
from scripts.files.key_file import Role
from scripts.files.request_files import read_attestation, read_request
from scripts.session import enter, unlock
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
    receipt = opened.connection.send(act, key=key_file.key)
    leaf = f"0x{asked.request.leaf.hex()}"
    transaction = f"0x{receipt.transaction.hex()}"
    show({"leaf": leaf, "transaction": transaction}, as_json=as_json)
