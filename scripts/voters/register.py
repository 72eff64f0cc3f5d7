"""Send a request to vote online."""

from __future__ import annotations

from election.protocol.attestation import Action
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    KeyPath,
    PasswordFile,
    TermsFile,
    TermsHash,
)
from scripts.voters.leaf_acts import PortalPath, RequestPath, SmsPath, send_request

EXAMPLE = (
    "veche register request.json --portal portal.json --sms sms.json "
    "--terms terms.json --terms-hash 9f86d08188... --key keys/registrar.json"
)


def command(
    request: RequestPath,
    portal: PortalPath,
    sms: SmsPath,
    terms: TermsFile,
    terms_hash: TermsHash,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Send a request to vote online; from then on the voter has no paper ballot."""
    send_request(
        Action.REGISTER,
        request,
        portal=portal,
        sms=sms,
        terms=terms,
        terms_hash=terms_hash,
        rpc_url=rpc_urls,
        key=key,
        password_file=password_file,
        as_json=as_json,
    )
