"""What a trustee does before it decrypts anything: believe nobody, and never twice.

A node is asked for the record once. What is audited, compared and decrypted is that one
record: a node that is asked twice could show two.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from election.audit.audit import audit_board
from election.audit.catalogue import Check
from election.audit.checks.state import find_tally_state
from election.audit.evidence import Evidence
from election.client.board_reader import read_board
from election.client.open_election import OpenElection
from election.crypto.group import G, encode_g1
from election.crypto.randomness import SecretSource
from election.protocol.board import Board
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.decryption import ShareMessage, make_share
from election.protocol.events import TallyFrozen
from election.protocol.tally import EncryptedTally, FrozenTally, TallyState
from scripts.errors import InputError, UnverifiedError
from scripts.files.key_file import KeyFile, store_secrets
from scripts.terminal import say

_AFTERWARDS: Final = ("results",)  # a check of what the shares are for


@dataclass(frozen=True, slots=True)
class AuditedElection:
    """A record that was audited up to the shares, and the frozen sums on it."""

    evidence: Evidence

    def state(self, contest: int) -> TallyState:
        """Tell what a contest's tally waits for."""
        return find_tally_state(self.evidence, contest)

    @property
    def frozen(self) -> dict[int, FrozenTally]:
        """Give every frozen sum, which is that of the ballots, by contest."""
        entries = self.evidence.every(TallyFrozen)
        blocks = {each.event.contest: each.log.block_number for each in entries}
        return {
            contest: FrozenTally(contest, block, self.evidence.tally(contest))
            for contest, block in blocks.items()
        }


def audit_before_share(opened: OpenElection) -> AuditedElection:
    """Repeat the whole election up to the shares; raises UnverifiedError."""
    since = opened.election.contract.since
    return accept_board(read_board(opened.connection, opened.address, since=since))


def accept_board(board: Board) -> AuditedElection:
    """Accept a record on which everything up to the shares holds.

    Raises UnverifiedError.
    """
    for check in audit_board(board, progress=_say_check).checks:
        if check.name not in _AFTERWARDS and not check.held:
            wrong = [f"{each.subject}: {each.fact}" for each in check.outcome.findings]
            fact = wrong[0] if wrong else "something is missing"
            raise UnverifiedError(f"check {check.number} ({check.name})", fact)
    return AuditedElection(Evidence(board))


def _say_check(number: int, check: Check) -> None:
    say(f"C{number}: {check.claim}")


def require_agreed(audited: AuditedElection, agreed: Collection[str]) -> None:
    """Raise UnverifiedError if trustees agreed on a sum that is not on this record.

    agreed: comparison hashes in hexadecimal.
    """
    shown = {each.comparison_hash.hex() for each in audited.frozen.values()}
    for each in agreed:
        if each not in shown:
            fact = "is of no sum on this record: others were shown another one"
            raise UnverifiedError(f"hash {each}", fact)


def require_own_key(audited: AuditedElection, key_share: KeyShare) -> None:
    """Raise UnverifiedError unless the record has the keys of this share."""
    own = tuple(G * secret for secret in key_share.secrets)
    keys = audited.evidence.verification_keys(key_share.member, slots=len(own))
    if own != keys:
        raise UnverifiedError(f"trustee {key_share.member}", "has other keys here")


def sign_once(key_file: KeyFile, tally: EncryptedTally) -> tuple[KeyFile, ShareMessage]:
    """Make the share of a tally after noting it for ever in the key file.

    Raises UnverifiedError if another sum was decrypted for the same ctx before: with
    two sums that differ by one ballot, that ballot could be read.
    """
    key_share, kept = own_share(key_file), key_file.secrets
    ctx, total = tally.ctx.hex(), encode_g1(tally.totals.ephemeral).hex()
    if kept.decrypted.get(ctx, total) != total:
        raise UnverifiedError(f"ctx {ctx}", "another sum was decrypted for it before")
    noted = replace(kept, decrypted=kept.decrypted | {ctx: total})
    key_file = store_secrets(key_file, noted)
    source = SecretSource(secrets.token_bytes(64), kept.account.to_bytes(32, "big"))
    return key_file, make_share(tally, key_share, source=source)


def own_share(key_file: KeyFile) -> KeyShare:
    """Give a trustee's share of the election key; raises InputError."""
    key_share = key_file.secrets.key_share
    if key_share is None:
        raise InputError(str(key_file.path), "has no key share")
    return key_share
