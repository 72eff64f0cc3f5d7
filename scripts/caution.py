"""What a trustee does before it decrypts anything: believe nobody, and never twice."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Final

from election.audit.audit import audit_board
from election.audit.catalogue import Check
from election.client.board_reader import read_board
from election.client.open_election import OpenElection
from election.crypto.group import encode_g1
from election.crypto.randomness import SecretSource
from election.protocol.decryption import ShareMessage, make_share
from election.protocol.tally import EncryptedTally
from scripts.errors import InputError, UnverifiedError
from scripts.files.key_file import KeyFile, store_secrets
from scripts.terminal import say

_AFTERWARDS: Final = ("results",)  # a check of what the shares are for


def audit_before_share(opened: OpenElection) -> None:
    """Repeat the whole election up to the shares; raises UnverifiedError."""
    since = opened.election.contract.since
    board = read_board(opened.connection, opened.address, since=since)
    report = audit_board(board, progress=_say_check)
    for check in report.checks:
        if check.name not in _AFTERWARDS and not check.held:
            wrong = [f"{each.subject}: {each.fact}" for each in check.outcome.findings]
            fact = wrong[0] if wrong else "something is missing"
            raise UnverifiedError(f"check {check.number} ({check.name})", fact)


def _say_check(number: int, check: Check) -> None:
    say(f"C{number}: {check.claim}")


def sign_once(key_file: KeyFile, tally: EncryptedTally) -> tuple[KeyFile, ShareMessage]:
    """Make the share of a tally after noting it for ever in the key file.

    Raises UnverifiedError if another sum was decrypted for the same ctx before: with
    two sums that differ by one ballot, that ballot could be read.
    """
    kept = key_file.secrets
    if kept.key_share is None:
        raise InputError(str(key_file.path), "has no key share")
    ctx, total = tally.ctx.hex(), encode_g1(tally.totals.ephemeral).hex()
    if kept.decrypted.get(ctx, total) != total:
        raise UnverifiedError(f"ctx {ctx}", "another sum was decrypted for it before")
    noted = replace(kept, decrypted=kept.decrypted | {ctx: total})
    key_file = store_secrets(key_file, noted)
    source = SecretSource(secrets.token_bytes(64), kept.account.to_bytes(32, "big"))
    return key_file, make_share(tally, kept.key_share, source=source)
