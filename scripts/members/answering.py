"""What an issuer does before it answers anything: one request a leaf, for ever.

docs/protocol.md §6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from election.crypto.transcript import Hash
from election.protocol.events import BoxOpened
from election.protocol.issuance import serve_share
from election.protocol.replay import Part
from scripts.shared.acceptance import AuditedElection, open_own_share
from scripts.shared.errors import InputError
from scripts.shared.files.answered_file import answer_noted, note_answers
from scripts.shared.files.key_file import KeyFile, Secrets, change_secrets


def answer_once(
    audited: AuditedElection,
    contest: int,
    *,
    key_file: KeyFile,
    asked: Sequence[tuple[Hash, bytes]] | None = None,
) -> tuple[int, Iterator[tuple[Hash, bytes]]]:
    """Answer what was issued on an audited record after noting it for ever.

    asked: leaf and M' of those requests on it that are answered now, all if missing.
    Returns the issuer's number, and leaf and answer of each request, which is made when
    it is asked for. Raises InputError, and
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
    beside = place_answers(key_file.path)
    requests = audited.evidence.requests if asked is None else lambda _: asked

    def note(kept: Secrets) -> Secrets:
        # by what the file says now: another program may have answered meanwhile
        noted, known = requests(contest), kept.record
        return replace(kept, record=note_answers(beside, ctx, noted, known=known))

    change_secrets(key_file, note)
    secret = key_share.secrets[positions[contest] - 1]
    answers = answer_noted(
        beside,
        ctx,
        requests(contest),
        lambda blinded: serve_share(blinded, secret),
        seal=secret.to_bytes(32, "big"),
    )
    return key_share.member, answers


def place_answers(key: Path) -> Path:
    """Name the record of answers beside a key file."""
    return key.with_name(f"{key.name}.answered")
