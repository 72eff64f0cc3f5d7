"""The command line of what sends attested requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from scripts.shared.errors import InputError
from scripts.shared.following import say_next
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

RequestPaths = Annotated[
    list[Path], path_argument(help="What `veche request` wrote; several, if you like.")
]
PortalPath = Annotated[
    Path | None,
    path_option(help="The portal's attestation; else the one beside the request."),
]
SmsPath = Annotated[
    Path | None,
    path_option(help="The SMS gateway's attestation; else the one beside the request."),
]


def make_command(
    action: Literal["REGISTER", "WITHDRAW", "ISSUE"], text: str, *, then: str
) -> Callable[..., None]:
    """Make the command that sends requests of an action.

    text: its help. then: what follows, for whoever asked.
    """

    def command(
        requests: RequestPaths,
        terms: TermsFile,
        terms_hash: TermsHash,
        key: KeyPath,
        portal: PortalPath = None,
        sms: SmsPath = None,
        password_file: PasswordFile = None,
        rpc_urls: AnyRpcUrl = None,
        as_json: AsJson = False,
    ) -> None:
        from election.protocol.attestation import Action
        from scripts.voters.leaf_acts import send_requests

        if len(requests) > 1 and (portal is not None or sms is not None):
            fact = f"is of one request, and {len(requests)} are given: leave it out"
            raise InputError("--portal" if portal is not None else "--sms", fact)
        send_requests(
            Action[action],
            requests,
            portal=portal,
            sms=sms,
            terms=terms,
            terms_hash=terms_hash,
            rpc_url=rpc_urls,
            key=key,
            password_file=password_file,
            as_json=as_json,
        )
        say_next(then, as_json=as_json)

    command.__doc__ = f"""{text}

    Of several requests each is told for itself; whatever becomes of one, the others are
    sent. The attestations of a request lie beside it, as `veche attest` leaves them.
    """
    return command
