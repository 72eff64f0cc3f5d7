"""A relay signs that a ballot will be in the box by a deadline.

docs/protocol.md §6. Whoever holds the promise, and finds no ballot of the credential in
the box after its deadline, shows by it alone that the relay broke its word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from election.crypto.signature import Signature, SigningKey, recover_signer, sign_hash
from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    address_word,
    hash_fields,
    hash_word,
    uint_word,
)
from election.errors import PromiseError
from election.protocol.text import spell_time

LONGEST: Final = 7_200
"""Seconds that a relay may take."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The ballot of a credential in a contest, and when it will be in the box.

    ballot_hash: h_b. deadline: Unix seconds, inclusive, by the chain's clock.
    """

    ctx: Hash
    credential: Address
    ballot_hash: Hash
    deadline: int


def derive_promise_hash(promise: Promise) -> Hash:
    """Derive what the relay's account signs."""
    return hash_fields(
        Tag.PROMISE,
        hash_word(promise.ctx),
        address_word(promise.credential),
        hash_word(promise.ballot_hash),
        uint_word(promise.deadline),
    )


def sign_promise(promise: Promise, key: SigningKey) -> Signature:
    """Sign a promise as a relay."""
    return sign_hash(derive_promise_hash(promise), key)


def accept_promise(
    promise: Promise, signature: Signature, *, relay: Address, now: int
) -> Promise:
    """Accept the promise of this relay about the ballot in hand.

    promise: its deadline as the relay told it, all else the device's own. now: Unix
    seconds. Raises PromiseError, or SignatureError for a signature outside the strict
    form.
    """
    subject = f"promise of relay 0x{relay.hex()}"
    if promise.deadline < now:
        raise PromiseError(subject, f"was due at {spell_time(promise.deadline)}")
    if promise.deadline > now + LONGEST:
        raise PromiseError(subject, f"is for more than {LONGEST} s from now")
    if recover_signer(derive_promise_hash(promise), signature) != relay:
        raise PromiseError(subject, "signed by another key or about another ballot")
    return promise
