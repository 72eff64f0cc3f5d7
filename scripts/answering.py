"""What an issuer does before it answers anything: one request a leaf, for ever.

docs/protocol.md §6.
"""

from __future__ import annotations

from dataclasses import replace

from election.client.issuing import answer_issued
from election.crypto.transcript import Hash
from election.protocol.events import BoxOpened, Issued
from election.protocol.replay import Part
from scripts.acceptance import AuditedElection, open_own_share
from scripts.errors import InputError
from scripts.files.answered_file import note_answers
from scripts.files.key_file import KeyFile, change_secrets


def answer_once(
    audited: AuditedElection, contest: int, *, key_file: KeyFile
) -> tuple[int, dict[Hash, bytes]]:
    """Answer what was issued on an audited record after noting it for ever.

    Returns the issuer's number and its answers by leaf. Raises InputError, and
    UnverifiedError if the record is of other keys, or if another request of a leaf was
    answered before.
    """
    positions = {each.contest: each.position for each in audited.evidence.contests}
    if contest not in positions:
        raise InputError(f"contest {contest}", "is not in the election")
    if not audited.evidence.every(BoxOpened, contest):
        raise InputError(f"contest {contest}", "has no ballot box")
    key_share = open_own_share(audited, key_file, part=Part.ISSUERS)
    ctx = audited.evidence.last(BoxOpened, contest).event.ctx
    issued = [entry.event for entry in audited.evidence.every(Issued, contest)]
    beside = key_file.path.with_name(f"{key_file.path.name}.answered")
    asked = {each.leaf: each.blinded for each in issued}
    record = note_answers(beside, ctx, asked, known=key_file.secrets.record)
    change_secrets(key_file, lambda kept: replace(kept, record=record))
    secret = key_share.secrets[positions[contest] - 1]
    return key_share.member, answer_issued(issued, secret)
