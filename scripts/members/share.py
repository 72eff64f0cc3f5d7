"""Decrypt the sums that trustees agreed on, in part."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from election.client.open_election import OpenElection
from election.client.tallying import submit_share
from election.protocol.replay import Part
from election.protocol.tally import FrozenTally, TallyState
from scripts.members.caution import leaving, require_agreed, sign
from scripts.shared.acceptance import (
    AuditedElection,
    open_own_share,
)
from scripts.shared.contests import Fates, act_on_each
from scripts.shared.errors import NotYetError
from scripts.shared.files.key_file import KeyFile


def compare(audited: AuditedElection, contests: Sequence[int]) -> dict[int, str]:
    """Give the comparison hash of every contest that is frozen."""
    return {
        contest: frozen.comparison_hash.hex()
        for contest, frozen in audited.frozen.items()
        if contest in contests
    }


def describe_sums(
    audited: AuditedElection, contests: Sequence[int]
) -> dict[str, dict[str, str | int]]:
    """Say of every frozen sum what trustees compare, and what an auditor can.

    record_hash: of the record up to the block that froze the sum.
    """
    frozen = {each: audited.frozen[each] for each in compare(audited, contests)}
    records = audited.evidence.record_hashes([each.block for each in frozen.values()])
    return {
        str(contest): {
            "comparison_hash": each.comparison_hash.hex(),
            "ballots": each.tally.cast_count,
            "record_hash": f"0x{records[each.block].hex()}",
        }
        for contest, each in frozen.items()
    }


def share(
    opened: OpenElection,
    audited: AuditedElection,
    contests: Sequence[int],
    *,
    agreed: Collection[str],
    key_file: KeyFile,
) -> Fates[str]:
    """Give the trustee's shares of the sums agreed on; tells what became of each.

    agreed: comparison hashes in hexadecimal. Raises UnverifiedError.
    """
    require_agreed(audited, agreed)
    key_share = open_own_share(audited, key_file, part=Part.TRUSTEES)

    def share_one(contest: int) -> str:
        opened.contest(contest)
        frozen = find_open(audited, contest, agreed=agreed)
        if frozen is None:
            return "final"
        given = submit_share(
            opened,
            frozen,
            sign(frozen.tally, key_share=key_share, key_file=key_file),
            key=key_file.key,
            leaving=leaving(key_file, frozen.tally),
        )
        return "given" if given else "given before"

    return act_on_each(contests, share_one)


def find_open(
    audited: AuditedElection, contest: int, *, agreed: Collection[str]
) -> FrozenTally | None:
    """Give the sum that a share may be made of; None if its result is there already.

    Raises NotYetError for a sum that is not open, or that nobody agreed on.
    """
    state = audited.state(contest)
    if state is TallyState.FINAL:
        return None
    if state is not TallyState.OPEN:
        what = "withheld" if state is TallyState.WITHHELD else "not frozen yet"
        raise NotYetError(f"contest {contest}", what)
    frozen = audited.frozen[contest]
    if frozen.comparison_hash.hex() not in agreed:
        raise NotYetError(f"contest {contest}", "not agreed on")
    return frozen
