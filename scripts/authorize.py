"""Sign for an extension or an override, as the commission or an observer."""

from __future__ import annotations

from typing import Annotated

from election.client.open_election import read_box
from election.crypto.signature import sign_hash
from scripts.authorizations import (
    AuthorizationFile,
    propose_extension,
    propose_override,
)
from scripts.errors import InputError
from scripts.files.json_file import render_json, write_new
from scripts.files.key_file import Role
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    OutFile,
    PasswordFile,
    RpcUrl,
    SomeDelta,
    contest_option,
)
from scripts.session import enter, unlock
from scripts.terminal import say, show

EXAMPLE = (
    "veche authorize --extend 1800 --election election.json "
    "--key keys/observer-1.json --out observer-1.json"
)


def command(
    election: ElectionFile,
    key: KeyPath,
    out: OutFile,
    extend: SomeDelta = None,
    override: Annotated[
        int | None, contest_option(help="Id of the withheld contest to open.")
    ] = None,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Sign for one extension, or for the opening of one withheld contest.

    What is signed, and what it means, is said before.
    """
    if (extend is None) == (override is None):
        raise InputError("authorize", "needs either --extend or --override")
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.COMMISSION, Role.OBSERVER})
    if extend is not None:
        proposal = propose_extension(opened, extend)
    else:
        proposal = propose_override(opened, read_box(opened, override or 0))
    digest = proposal.digest
    say(f"signing 0x{digest.hex()}")
    say(proposal.meaning)
    signed = sign_hash(digest, key_file.key)
    file = AuthorizationFile(
        "veche-authorization/1", digest, signed.v, signed.r, signed.s
    )
    write_new(out, render_json(file))
    show({"authorization": str(out), "hash": f"0x{digest.hex()}"}, as_json=as_json)
