"""Attest a request, as the portal or the SMS gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.shared.errors import InputError
from scripts.shared.following import say_next
from scripts.shared.moments import Moment
from scripts.shared.options import (
    AsJson,
    KeyPath,
    PasswordFile,
    TermsFile,
    TermsHash,
    path_argument,
    path_option,
)
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche attest request.json --terms terms.json --terms-hash 9f86d08188... "
    "--key keys/portal.json --out portal.json"
)


def command(
    requests: Annotated[
        list[Path],
        path_argument(help="What `veche request` wrote; several, if you like."),
    ],
    terms: TermsFile,
    terms_hash: TermsHash,
    key: KeyPath,
    out: Annotated[
        Path | None,
        path_option(
            help="File to write, never overwritten; else one beside each request."
        ),
    ] = None,
    password_file: PasswordFile = None,
    rpc_url: Annotated[
        str | None, typer.Option(help="Node whose clock is compared, if any.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Attest that the voter of a leaf asks for this, as the key file's organisation.

    The portal knows who is logged in, the SMS gateway who typed the code: that is
    checked before this is run, and that the voter was shown the same fingerprint. The
    statement holds for fourteen minutes. Of several requests all are read before any is
    attested; without --out each statement lies beside its request, in place of an
    earlier one.
    """
    from election.protocol.attestation import ATTESTED, attest
    from scripts.shared.files.request_files import (
        place_attestation,
        read_request,
        write_attestation,
    )
    from scripts.shared.progress import counted
    from scripts.shared.session import go_by, unlock
    from scripts.voters.attest import (
        ATTESTERS,
        describe_request,
        read_own_clock,
        require_own_role,
    )

    if len(requests) > 1 and out is not None:
        fact = f"names one file, and {len(requests)} requests are given: leave it out"
        raise InputError("--out", fact)
    known = go_by(terms, terms_hash)
    key_file = unlock(key, password_file, roles=set(ATTESTERS))
    role = require_own_role(key_file, known)
    read = [(path, read_request(path, known)) for path in requests]
    expiry = read_own_clock(known, rpc_url) + ATTESTED
    for path, asked in counted(read, "requests"):
        described = describe_request(asked, known)
        for name, value in described.items():
            say(f"  {name}: {value}")
        attestation = attest(asked.request, key_file.key, role=role, expiry=expiry)
        to = out or place_attestation(path, key_file.sealed.role)
        write_attestation(to, attestation, asked.request, role=role, anew=out is None)
        made: dict[str, Any] = {
            "attestation": str(to),
            "until": Moment(expiry),
        }
        if as_json:  # a person has read the rest above, before anything was signed
            made |= {"election": known.title, "test": known.test, **described}
        show(made, as_json=as_json)
    say_next("give it to whoever sends the request, before that time", as_json=as_json)
