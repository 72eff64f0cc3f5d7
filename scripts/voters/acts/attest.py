"""Attest a request, as the portal or the SMS gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from election.protocol.text import spell_time
from scripts.shared.options import (
    AsJson,
    KeyPath,
    OutFile,
    PasswordFile,
    TermsFile,
    TermsHash,
    path_argument,
)
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche attest request.json --terms terms.json --terms-hash 9f86d08188... "
    "--key keys/portal.json --out portal.json"
)


def command(
    request: Annotated[Path, path_argument(help="What `veche request` wrote.")],
    terms: TermsFile,
    terms_hash: TermsHash,
    key: KeyPath,
    out: OutFile,
    password_file: PasswordFile = None,
    rpc_url: Annotated[
        str | None, typer.Option(help="Node whose clock is compared, if any.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Attest that the voter of a leaf asks for this, as the key file's organisation.

    The portal knows who is logged in, the SMS gateway who typed the code: that is
    checked before this is run, and that the voter was shown the same fingerprint. The
    statement holds for fourteen minutes.
    """
    from election.protocol.attestation import ATTESTED, attest
    from scripts.shared.files.request_files import read_request, write_attestation
    from scripts.shared.session import go_by, unlock
    from scripts.voters.attest import (
        ATTESTERS,
        describe_request,
        read_own_clock,
        require_own_role,
    )

    known = go_by(terms, terms_hash)
    key_file = unlock(key, password_file, roles=set(ATTESTERS))
    role = require_own_role(key_file, known)
    asked = read_request(request, known)
    described = describe_request(asked, known)
    for name, value in described.items():
        say(f"  {name}: {value}")
    expiry = read_own_clock(known, rpc_url) + ATTESTED
    attestation = attest(asked.request, key_file.key, role=role, expiry=expiry)
    write_attestation(out, attestation, asked.request, role=role)
    made: dict[str, str | bool] = {"attestation": str(out), "until": spell_time(expiry)}
    if as_json:  # a person has read the rest above, before anything was signed
        made |= {"election": known.title, "test": known.test, **described}
    show(made, as_json=as_json)
