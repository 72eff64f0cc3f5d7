"""What an issuer does before it answers anything: one request a leaf, for ever.

docs/protocol.md §6.
"""

from __future__ import annotations

from election.client.issuing import answer_issued
from election.crypto.group import G2, G2_BYTES, encode_g2
from election.crypto.transcript import Hash
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.events import BoxOpened, Issued
from election.protocol.replay import Part
from scripts.acceptance import AuditedElection
from scripts.errors import InputError, UnverifiedError
from scripts.files.answered_file import note_answers
from scripts.files.key_file import KeyFile


def answer_once(
    audited: AuditedElection, contest: int, *, key_file: KeyFile
) -> dict[Hash, bytes]:
    """Answer what was issued on an audited record after noting it for ever.

    Raises InputError, and UnverifiedError if the record is of other keys, or if
    another request of a leaf was answered before.
    """
    positions = {each.contest: each.position for each in audited.evidence.contests}
    if contest not in positions:
        raise InputError(f"contest {contest}", "is not in the election")
    key_share = key_file.key_share
    require_own_key(audited, key_share)
    ctx = audited.evidence.last(BoxOpened, contest).event.ctx
    issued = [entry.event for entry in audited.evidence.every(Issued, contest)]
    beside = key_file.path.with_name(f"{key_file.path.name}.answered")
    note_answers(beside, ctx, {each.leaf: each.blinded for each in issued})
    return answer_issued(issued, key_share.secrets[positions[contest] - 1])


def require_own_key(audited: AuditedElection, key_share: KeyShare) -> None:
    """Raise UnverifiedError unless the record has the keys of this share.

    Else a whole election that others made up, every check of which holds, would do.
    """
    published = audited.evidence.ceremony(Part.ISSUERS).verification_keys
    start, end = (G2_BYTES * at for at in (key_share.member - 1, key_share.member))
    keys = [published[slot][start:end] for slot in sorted(published)]
    if keys != [encode_g2(G2 * secret) for secret in key_share.secrets]:
        raise UnverifiedError(f"issuer {key_share.member}", "has other keys here")
