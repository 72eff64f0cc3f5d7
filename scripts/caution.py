"""What a trustee does before it decrypts anything: compare, and never decrypt twice."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from election.crypto.group import encode_g1
from election.crypto.randomness import SecretSource
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.decryption import ShareMessage, make_share
from election.protocol.tally import EncryptedTally
from scripts.acceptance import AuditedElection
from scripts.errors import InputError, UnverifiedError
from scripts.files.key_file import KeyFile, Secrets, change_secrets

_HASH: Final = re.compile("[0-9a-f]{64}")
_MISTYPED: Final = 8  # digits of 64; two random hashes differ in about 60


def accept_hash(text: str) -> str:
    """Accept a comparison hash as somebody typed it; raises InputError."""
    digits = text.strip().lower().removeprefix("0x")
    if not _HASH.fullmatch(digits):
        fact = f"is no hash: it takes 64 digits 0-9 and a-f, here are {len(digits)}"
        raise InputError(f"--agreed {text}", fact)
    return digits


def require_agreed(audited: AuditedElection, agreed: Collection[str]) -> None:
    """Raise UnverifiedError if trustees agreed on a sum that is not on this record.

    agreed: as `accept_hash` gives them. Raises InputError for one that was mistyped:
    two hashes of sums do not differ in a few digits.
    """
    shown = {each.comparison_hash.hex(): c for c, each in audited.frozen.items()}
    for each in sorted({*agreed} - {*shown}):
        for hashed, contest in shown.items():
            pairs = enumerate(zip(each, hashed, strict=True), 1)
            wrong = [str(place) for place, (one, other) in pairs if one != other]
            if len(wrong) <= _MISTYPED:
                digits = ", ".join(wrong)
                fact = f"is that of contest {contest} but for digit {digits}: mistyped?"
                raise InputError(f"--agreed {each}", fact)
        raise UnverifiedError(f"hash {each}", _spell_unknown(audited))


def _spell_unknown(audited: AuditedElection) -> str:
    hashes = audited.frozen
    if not hashes:
        return "is of no sum on this record: none is frozen here yet"
    known = ", ".join(
        f"{each.comparison_hash.hex()} of contest {contest}"
        for contest, each in hashes.items()
    )
    return (
        f"is of no sum on this record, which has {known}: read it again; if the others "
        "have it too, they were shown another history"
    )


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
