"""Sign for an extension or an override, as the commission or an observer."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

from scripts.shared.errors import InputError
from scripts.shared.following import say_next
from scripts.shared.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    OutFile,
    PasswordFile,
    RpcUrls,
    SomeDelta,
    Yes,
    contest_option,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import show

EXAMPLE = (
    "veche authorize --extend 1800 --election election.json "
    "--rpc-url http://127.0.0.1:8545 --rpc-url http://127.0.0.1:8546 "
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
    yes: Yes = False,
    password_file: PasswordFile = None,
    rpc_urls: RpcUrls = None,
    as_json: AsJson = False,
) -> None:
    """Sign for one extension, or for the opening of one withheld contest.

    Name two nodes of different organisations: the number of the extension, and the sum,
    are those of the record that both tell alike, which is verified before. What is
    signed, and what it means, is said before.
    """
    from election.crypto.signature import sign_hash
    from scripts.commission.authorizations import (
        AuthorizationFile,
        propose_extension,
        propose_override,
    )
    from scripts.shared.acceptance import COUNT, EXTENSIONS
    from scripts.shared.asking import Asker
    from scripts.shared.files.deployment_file import read_deployment
    from scripts.shared.files.json_file import render_json, write_same
    from scripts.shared.session import enter, unlock
    from scripts.shared.witnesses import accept_witnessed

    if (extend is None) == (override is None):
        raise InputError("--extend", "give it, or --override")
    enter(election, (rpc_urls or [DEFAULT_URL])[0])
    key_file = unlock(key, password_file, roles={Role.COMMISSION, Role.OBSERVER})
    deployment = read_deployment(election)
    if extend is not None:
        audited = accept_witnessed(deployment, rpc_urls, EXTENSIONS)
        proposal = propose_extension(audited, extend)
    else:
        audited = accept_witnessed(deployment, rpc_urls, COUNT)
        proposal = propose_override(audited, override or 0)
    digest = proposal.digest
    is_test = audited.evidence.deployed.rules.test
    ask = Asker("Sign it?", yes, as_json, is_test=is_test)
    ask(f"signs 0x{digest.hex()}, which whoever has it may use:", proposal.meaning)
    signed = sign_hash(digest, key_file.key)
    file = AuthorizationFile(
        "veche-authorization/1", digest, signed.v, signed.r, signed.s
    )
    write_same(out, render_json(file))
    show({"authorization": str(out), "hash": f"0x{digest.hex()}"}, as_json=as_json)
    say_next(*_spell_next(out, extend, override), as_json=as_json)


def _spell_next(
    out: Path, extend: int | None, override: int | None
) -> tuple[str, str, str]:
    """Say who carries out what was signed, and how."""
    signed = f"{shlex.quote(str(out))} OTHERS"
    return (
        f"give {out} to whoever collects them: once the commission and a quorum of",
        "observers signed, anybody runs this with all of them:",
        f"  veche extend {extend} {signed}"
        if extend is not None
        else f"  veche override {signed} --contest {override}",
    )
