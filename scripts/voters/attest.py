"""Say what a request is for, by which clock and as whom it is attested."""

from __future__ import annotations

import time
from typing import Final

from election.client.leaf_requests import LeafRequest
from election.client.rpc import connect
from election.crypto.signature import derive_address
from election.protocol.attestation import (
    NO_LOCK,
    SKEW,
    spell_fingerprint,
)
from election.protocol.attestation import Role as Attester
from election.protocol.terms import ElectionTerms
from election.protocol.text import spell_time
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import KeyFile
from scripts.shared.roles import Role
from scripts.shared.terminal import say

ATTESTERS: Final = {
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
                f"warning: goes by this machine's clock, {spell_time(own)};",
                "  if the chain's was moved, give --rpc-url",
            )
        return own
    chain = connect(rpc_url, chain_id=terms.common.chain_id).read_clock()
    if abs(chain - own) <= SKEW:
        return own
    if not terms.test:
        fact = f"says {spell_time(chain)}, this machine {spell_time(own)}"
        raise InputError("clock of the node", f"{fact}: set the one that is wrong")
    say(f"TEST: goes by the chain's clock, {spell_time(chain)}")
    return chain


def require_own_role(key_file: KeyFile, terms: ElectionTerms) -> Attester:
    """Tell as whom a key attests; raises InputError if not in this election."""
    role = ATTESTERS[key_file.sealed.role]
    expected = terms.portal if role is Attester.PORTAL else terms.sms_gateway
    if derive_address(key_file.key) != expected:
        name = key_file.sealed.role.value
        raise InputError(str(key_file.path), f"is not of this election's {name}")
    return role
