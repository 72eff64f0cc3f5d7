"""Attest a request, as the portal or the SMS gateway."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Final

import typer

from election.client.leaf_requests import LeafRequest
from election.client.rpc import connect
from election.crypto.signature import derive_address
from election.protocol.attestation import (
    ATTESTED,
    NO_LOCK,
    SKEW,
    attest,
    spell_fingerprint,
)
from election.protocol.attestation import Role as Attester
from election.protocol.terms import ElectionTerms
from election.protocol.text import spell_time
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import KeyFile, Role
from scripts.shared.files.request_files import read_request, write_attestation
from scripts.shared.options import (
    AsJson,
    KeyPath,
    OutFile,
    PasswordFile,
    TermsFile,
    TermsHash,
    path_argument,
)
from scripts.shared.session import go_by, unlock
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche attest request.json --terms terms.json --terms-hash 9f86d08188... "
    "--key keys/portal.json --out portal.json"
)
_ATTESTERS: Final = {
    Role.PORTAL: Attester.PORTAL,
    Role.SMS_GATEWAY: Attester.SMS_GATEWAY,
}


def describe_request(asked: LeafRequest, terms: ElectionTerms) -> dict[str, str]:
    """Say what a request is for, and the fingerprint that the voter was shown."""
    claim = asked.claim
    described = {
        "action": asked.request.action.name.lower(),
        "contest": f"{claim.contest} ({terms.contest(claim.contest).title})",
        "place": str(claim.index),
        "leaf": f"0x{asked.request.leaf.hex()}",
        "fingerprint": spell_fingerprint(asked.request),
    }
    if asked.lock != NO_LOCK:
        described["lock"] = f"0x{asked.lock.hex()}"
    return described


def read_own_clock(terms: ElectionTerms, rpc_url: str | None) -> int:
    """Read the own clock, Unix seconds; raises InputError if the chain's differs.

    A statement on a node's time could be one of tomorrow. A rehearsal's clock may have
    been moved, so that there the chain's is taken.
    """
    own = int(time.time())
    if rpc_url is None:
        if terms.test:
            say(
                f"warning: goes by this machine's clock, {spell_time(own)}; if the "
                "chain's was moved, give --rpc-url"
            )
        return own
    chain = connect(rpc_url, chain_id=terms.common.chain_id).read_clock()
    if abs(chain - own) <= SKEW:
        return own
    fact = f"says {spell_time(chain)}, this machine {spell_time(own)}"
    if not terms.test:
        raise InputError("clock of the node", f"{fact}: set the one that is wrong")
    say(f"warning: the clock of the node {fact}; a TEST goes by the node's")
    return chain


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
    known = go_by(terms, terms_hash)
    key_file = unlock(key, password_file, roles=set(_ATTESTERS))
    role = _require_own_role(key_file, known)
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


def _require_own_role(key_file: KeyFile, terms: ElectionTerms) -> Attester:
    """Tell as whom a key attests; raises InputError if not in this election."""
    role = _ATTESTERS[key_file.sealed.role]
    expected = terms.portal if role is Attester.PORTAL else terms.sms_gateway
    if derive_address(key_file.key) != expected:
        name = key_file.sealed.role.value
        raise InputError(str(key_file.path), f"is not of this election's {name}")
    return role
