"""Who signed the services that a booth goes by: docs/booth.md.

Commission and observers sign the bytes of `services.json`, which names hosts and the
hash of the terms; none of that was known when the election was put on the chain.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from election.crypto.signature import Signature, recover_signer
from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    bytes_word,
    hash_fields,
    hash_word,
)
from election.errors import SignatureError
from election.protocol.context import derive_election_id


@dataclass(frozen=True, slots=True)
class Signers:
    """Whose signatures services need: the commission's and a quorum of observers'."""

    commission: Address
    observers: tuple[Address, ...]
    quorum: int


def derive_services_hash(slug: str, services: bytes) -> Hash:
    """Derive what is signed: H(booth, election id, services (bytes))."""
    election_id = derive_election_id(slug)
    return hash_fields(Tag.BOOTH, hash_word(election_id), bytes_word(services))


def accept_signatures(
    digest: Hash, signatures: Sequence[Signature], signers: Signers
) -> frozenset[Address]:
    """Accept services that enough have signed; raises SignatureError.

    A stranger's signature is refused, so that signatures of one file say one thing.
    """
    found = [recover_signer(digest, each) for each in signatures]
    known: Collection[Address] = (signers.commission, *signers.observers)
    if any(each not in known for each in found):
        fact = "one is by neither commission nor observer, or over other bytes"
        raise SignatureError("services.json", fact)
    if signers.commission not in found:
        raise SignatureError("services.json", "the commission has not signed it")
    count = len(set(found) & set(signers.observers))
    if count < signers.quorum:
        fact = f"{count} observers signed it, {signers.quorum} have to"
        raise SignatureError("services.json", fact)
    return frozenset(found)
