"""Sign decryption shares on a machine without a network."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from election.client.open_election import OpenElection
from election.protocol.events import ShareAccepted
from election.protocol.replay import Part
from election.protocol.tally import FrozenTally
from election.protocol.text import spell_number
from scripts.members.caution import leaving, require_agreed, sign
from scripts.members.share import find_open
from scripts.members.signing import Draft, require_number, write_signed
from scripts.shared.acceptance import AuditedElection, open_own_share
from scripts.shared.contests import Fates, act_on_each
from scripts.shared.files.key_file import KeyFile
from scripts.shared.terminal import say


def sign_shares(
    opened: OpenElection,
    audited: AuditedElection,
    contests: Sequence[int],
    *,
    agreed: Collection[str],
    key_file: KeyFile,
    out: Path,
) -> tuple[Fates[str], dict[str, Any]]:
    """Sign the trustee's shares of the sums agreed on, and write them to a file.

    Tells what became of each contest, and of the file, which is written if anything was
    signed. Each sum is noted first, as if its share had left: where the file goes,
    nobody knows. agreed: comparison hashes in hexadecimal. Raises UnverifiedError,
    InputError, FileError.
    """
    require_agreed(audited, agreed)
    key_share = open_own_share(audited, key_file, part=Part.TRUSTEES)
    board, member = audited.evidence.board, key_share.member
    number = require_number(board, key_file)
    accepted = (entry.event for entry in audited.evidence.every(ShareAccepted))
    given = {each.contest for each in accepted if each.trustee == member}
    drafts: list[Draft] = []

    def sign_one(contest: int) -> str:
        title = opened.contest(contest).title
        frozen = find_open(audited, contest, agreed=agreed)
        if frozen is None:
            return "final"
        if contest in given:
            return "given before"
        message = sign(frozen.tally, key_share=key_share, key_file=key_file)
        with leaving(key_file, frozen.tally):
            act = opened.tally.submit_share(contest, member, share=message)
        drafts.append(Draft(act))
        say(f"contest {contest}, {title}: signing your share of {_spell_sum(frozen)}")
        return "signed"

    fates = act_on_each(contests, sign_one)
    if not drafts:
        return fates, {"file": None, "fingerprint": None}
    fingerprint = write_signed(out, drafts, board=board, key_file=key_file)
    say(f"they are transactions of 0x{key_file.account.hex()} from number {number} on")
    return fates, {"file": str(out), "fingerprint": fingerprint}


def _spell_sum(frozen: FrozenTally) -> str:
    ballots = spell_number(frozen.tally.cast_count, "ballot")
    return f"the sum of {ballots}, hash {frozen.comparison_hash.hex()}"
