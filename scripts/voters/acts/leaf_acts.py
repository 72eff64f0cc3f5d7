"""The command line of what sends attested requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    KeyPath,
    PasswordFile,
    TermsFile,
    TermsHash,
    path_argument,
    path_option,
)

RequestPath = Annotated[Path, path_argument(help="What `veche request` wrote.")]
PortalPath = Annotated[Path, path_option(help="The portal's attestation.")]
SmsPath = Annotated[Path, path_option(help="The SMS gateway's attestation.")]


def make_command(
    action: Literal["REGISTER", "WITHDRAW", "ISSUE"], text: str
) -> Callable[..., None]:
    """Make the command that sends requests of an action; text: its help."""

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
        from election.protocol.attestation import Action
        from scripts.voters.leaf_acts import send_request

        send_request(
            Action[action],
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

    command.__doc__ = text
    return command
