"""After the polls: sums are frozen, decrypted in parts and counted, whatever is left.

Each trustee reads and verifies every ballot, and so does who publishes the counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from election.client.open_election import OpenElection
from election.client.tallying import find_counts, recompute_tally
from election.crypto.signature import derive_address
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.decryption import make_share
from election.protocol.tally import TallyState
from rehearsal.progress import Progress
from rehearsal.roles import Roles, draw_source
from rehearsal.voting import Register


def freeze_sums(opened: OpenElection, roles: Roles) -> None:
    """Close the sums that are open."""
    acts = [
        opened.tally.freeze(contest)
        for contest in opened.contests
        if opened.tally.state(contest) is TallyState.NONE
    ]
    opened.connection.send_all(acts, key=roles.relay)


def share_sums(
    opened: OpenElection,
    register: Register,
    roles: Roles,
    trustees: Sequence[KeyShare],
    progress: Progress,
) -> None:
    """Have each of these trustees decrypt every sum in part."""
    seats = opened.trustees.seat
    keys = {seats(derive_address(each.key)): each.key for each in roles.trustees}
    for share in trustees:
        for contest, box in register.boxes.items():
            given = opened.tally.shares(contest, trustees=share.member)
            if not given[-1]:
                frozen = recompute_tally(opened, box)
                message = make_share(frozen.tally, share, source=draw_source())
                act = opened.tally.submit_share(contest, share.member, share=message)
                opened.connection.send(act, key=keys[share.member])
            progress(1)


def publish_counts(
    opened: OpenElection, register: Register, roles: Roles, progress: Progress
) -> Mapping[int, tuple[int, ...]]:
    """Find the counts, and have the contract verify and publish them; gives them."""
    for contest, box in register.boxes.items():
        if opened.tally.state(contest) is not TallyState.FINAL:
            result = find_counts(opened, recompute_tally(opened, box))
            act = opened.tally.finalize(contest, result)
            opened.connection.send(act, key=roles.relay)
        progress(1)
    return {contest: opened.tally.counts(contest) for contest in opened.contests}
