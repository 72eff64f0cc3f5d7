"""What a trustee does before it decrypts anything: compare, and never decrypt twice."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from election.client.errors import ConnectionFailedError, Trouble
from election.crypto.group import encode_g1
from election.crypto.randomness import SecretSource
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.decryption import ShareMessage, make_share
from election.protocol.tally import EncryptedTally
from scripts.shared.acceptance import AuditedElection
from scripts.shared.errors import InputError, NotYetError, UnverifiedError
from scripts.shared.files.key_file import KeyFile, Secrets, change_secrets
from scripts.shared.slips import find_slip

_HASH: Final = re.compile("[0-9a-f]{64}")
_OTHER_SUM: Final = (
    "another sum was decrypted for it: this is given up never, since who has both sums "
    "could read the ballots in which they differ; tell the other trustees"
)


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
    two hashes of sums do not differ in a few digits; NotYetError before any sum is
    frozen here.
    """
    if agreed and not audited.frozen:
        fact = "is of no sum on this record: none is frozen here yet"
        hint = "if the others see one, this node is behind: wait, or ask another"
        raise NotYetError(f"hash {min(agreed)}", fact, hint=hint)
    shown = {each.comparison_hash.hex(): c for c, each in audited.frozen.items()}
    for each in sorted({*agreed} - {*shown}):
        for hashed, contest in shown.items():
            if digits := find_slip(each, hashed):
                fact = f"is that of contest {contest} but for digit {digits}: mistyped?"
                raise InputError(f"--agreed {each}", fact)
        raise UnverifiedError(f"hash {each}", _spell_unknown(audited))


def _spell_unknown(audited: AuditedElection) -> str:
    known = ", ".join(
        f"{each.comparison_hash.hex()} of contest {contest}"
        for contest, each in audited.frozen.items()
    )
    return (
        f"is of no sum on this record, which has {known}: read it again; if the others "
        "have it too, they were shown another history"
    )


def sign(
    tally: EncryptedTally, *, key_share: KeyShare, key_file: KeyFile
) -> ShareMessage:
    """Make the share of a tally, which may leave within `leaving` only."""
    account = key_file.secrets.account.to_bytes(32, "big")
    source = SecretSource(secrets.token_bytes(64), account)
    return make_share(tally, key_share, source=source)


@contextmanager
def leaving(key_file: KeyFile, tally: EncryptedTally) -> Iterator[None]:
    """Note a sum for ever, and let a share of it leave in one request.

    The note is taken back only if nobody listened to that request, and no other
    program sent one: a share that may have left is never forgotten. Raises
    UnverifiedError if shares of another sum of the same ctx may have left before,
    also from another program since this one began: with two sums that differ by one
    ballot, that ballot could be read. docs/protocol.md §5.
    """
    ctx, total = tally.ctx.hex(), encode_g1(tally.totals.ephemeral).hex()
    change_secrets(key_file, lambda kept: _note(kept, ctx, total))
    try:
        yield
    except ConnectionFailedError as error:
        if error.trouble is Trouble.AWAY:
            change_secrets(key_file, lambda kept: _take_back(kept, ctx))
        raise


def _note(kept: Secrets, ctx: str, total: str) -> Secrets:
    if kept.decrypted.get(ctx, total) != total:
        raise UnverifiedError(f"ctx {ctx}", _OTHER_SUM)
    before = kept.given.get(ctx, int(ctx in kept.decrypted))
    return replace(
        kept,
        decrypted=kept.decrypted | {ctx: total},
        given=kept.given | {ctx: before + 1},
    )


def _take_back(kept: Secrets, ctx: str) -> Secrets:
    left = kept.given[ctx] - 1
    if left:
        return replace(kept, given=kept.given | {ctx: left})
    return replace(
        kept,
        decrypted={
            each: kept.decrypted[each] for each in kept.decrypted if each != ctx
        },
        given={each: kept.given[each] for each in kept.given if each != ctx},
    )
