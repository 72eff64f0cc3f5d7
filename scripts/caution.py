"""What a trustee does before it decrypts anything: compare, and never decrypt twice."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace

from election.crypto.group import encode_g1
from election.crypto.randomness import SecretSource
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.decryption import ShareMessage, make_share
from election.protocol.tally import EncryptedTally
from scripts.acceptance import AuditedElection
from scripts.errors import UnverifiedError
from scripts.files.key_file import KeyFile, Secrets, change_secrets


def require_agreed(audited: AuditedElection, agreed: Collection[str]) -> None:
    """Raise UnverifiedError if trustees agreed on a sum that is not on this record.

    agreed: comparison hashes in hexadecimal.
    """
    shown = {each.comparison_hash.hex() for each in audited.frozen.values()}
    for each in agreed:
        if each not in shown:
            fact = "is of no sum on this record: others were shown another one"
            raise UnverifiedError(f"hash {each}", fact)


def sign_once(
    key_file: KeyFile, tally: EncryptedTally, *, key_share: KeyShare
) -> ShareMessage:
    """Make the share of a tally after noting it for ever in the key file.

    Raises UnverifiedError if another sum was decrypted for the same ctx before, also
    by another program since this one began: with two sums that differ by one ballot,
    that ballot could be read.
    """
    ctx, total = tally.ctx.hex(), encode_g1(tally.totals.ephemeral).hex()

    def note(kept: Secrets) -> Secrets:
        if kept.decrypted.get(ctx, total) != total:
            raise UnverifiedError(f"ctx {ctx}", "another sum was decrypted for it")
        return replace(kept, decrypted=kept.decrypted | {ctx: total})

    change_secrets(key_file, note)
    account = key_file.secrets.account.to_bytes(32, "big")
    source = SecretSource(secrets.token_bytes(64), account)
    return make_share(tally, key_share, source=source)
