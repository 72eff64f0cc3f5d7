"""Send a request not to vote online after all."""

from __future__ import annotations

from election.protocol.attestation import Action
from scripts.leaf_acts import PortalPath, RequestPath, SmsPath, send_request
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
)

EXAMPLE = (
    "veche withdraw request.json --portal portal.json --sms sms.json "
    "--election election.json --key keys/relay.json"
)


def command(
    request: RequestPath,
    portal: PortalPath,
    sms: SmsPath,
    election: ElectionFile,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Send a request not to vote online after all, while applications are taken."""
    send_request(
        Action.WITHDRAW,
        request,
        portal=portal,
        sms=sms,
        election=election,
        rpc_url=rpc_url,
        key=key,
        password_file=password_file,
        as_json=as_json,
    )
