"""Attest a request, as the portal or the SMS gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from election.protocol.attestation import LIFETIME, attest
from election.protocol.attestation import Role as Attester
from scripts.files.key_file import Role
from scripts.files.request_files import read_request, write_attestation
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    OutFile,
    PasswordFile,
    RpcUrl,
)
from scripts.session import enter, unlock
from scripts.terminal import show, spell_time

EXAMPLE = (
    "veche attest request.json --election election.json "
    "--key keys/portal.json --out portal.json"
)
_ATTESTERS = {Role.PORTAL: Attester.PORTAL, Role.SMS_GATEWAY: Attester.SMS_GATEWAY}


def command(
    request: Annotated[Path, typer.Argument(help="What `veche request` wrote.")],
    election: ElectionFile,
    key: KeyPath,
    out: OutFile,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Attest that the voter of a leaf asks for this, as the key file's organisation.

    The portal knows who is logged in, the SMS gateway who typed the code: that is
    checked before this is run. The statement holds for a quarter of an hour.
    """
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles=set(_ATTESTERS))
    asked = read_request(request, opened)
    role = _ATTESTERS[key_file.sealed.role]
    expiry = opened.connection.read_clock() + LIFETIME
    attestation = attest(asked.request, key_file.key, role=role, expiry=expiry)
    write_attestation(out, attestation, role=role)
    show({"attestation": str(out), "until": spell_time(expiry)}, as_json=as_json)
