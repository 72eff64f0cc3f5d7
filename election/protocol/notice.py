"""The gateway says for which request it sent a message, under which serial.

docs/protocol.md §6. The booth shows the number that the message must carry, so it
believes the gateway's signature, and no page.
"""

from __future__ import annotations

from dataclasses import dataclass

from election.crypto.signature import (
    Signature,
    SigningKey,
    recover_signer,
    sign_hash,
)
from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    hash_fields,
    hash_word,
    text_word,
    uint_word,
)
from election.errors import AttestationError


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about one request; subject: its h_req; time: Unix seconds."""

    ctx: Hash
    leaf: Hash
    subject: Hash
    time: int
    serial: str


def derive_notice_hash(notice: Notice) -> Hash:
    """Derive what the SMS gateway signs about a message."""
    return hash_fields(
        Tag.NOTICE,
        hash_word(notice.ctx),
        hash_word(notice.leaf),
        hash_word(notice.subject),
        uint_word(notice.time),
        text_word(notice.serial),
    )


def sign_notice(notice: Notice, key: SigningKey) -> Signature:
    """Sign a notice as the SMS gateway."""
    return sign_hash(derive_notice_hash(notice), key)


def accept_notice(notice: Notice, signature: Signature, *, gateway: Address) -> Notice:
    """Accept a notice of this gateway.

    Raises AttestationError, or SignatureError for a signature outside the strict form.
    """
    if recover_signer(derive_notice_hash(notice), signature) != gateway:
        raise AttestationError("notice", "signed by another key or about another act")
    return notice
