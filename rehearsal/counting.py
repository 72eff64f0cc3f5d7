"""After the polls: sums are frozen, decrypted in parts, and counted.

Time is the caller's: nothing here waits for a phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from election.client.open_election import ContestBox, OpenElection
from election.client.tallying import find_counts, recompute_tally
from election.crypto.signature import derive_address
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.decryption import Result, make_share
from rehearsal.progress import Progress
from rehearsal.roles import Roles, draw_source


def freeze_all(opened: OpenElection, roles: Roles) -> None:
    """Close the sums of all contests."""
    acts = [opened.tally.freeze(contest) for contest in opened.contests]
    opened.connection.send_all(acts, key=roles.relay)


def share_all(
    opened: OpenElection,
    boxes: Mapping[int, ContestBox],
    roles: Roles,
    *,
    trustees: Iterable[KeyShare],
    progress: Progress,
) -> None:
    """Have these trustees decrypt every contest's sum in part.

    Each first verifies all ballots and adds them up itself.
    """
    seats = opened.trustees.seat
    accounts = {seats(derive_address(each.key)): each.key for each in roles.trustees}
    for key_share in trustees:
        acts = []
        for contest, contest_box in boxes.items():
            frozen = recompute_tally(opened, contest_box)
            share = make_share(frozen.tally, key_share, source=draw_source())
            acts.append(
                opened.tally.submit_share(contest, key_share.member, share=share)
            )
            progress(1)
        opened.connection.send_all(acts, key=accounts[key_share.member])


def find_results(
    opened: OpenElection, boxes: Mapping[int, ContestBox]
) -> Mapping[int, Result]:
    """Find the counts that the shares give, in every contest."""
    return {
        contest: find_counts(opened, recompute_tally(opened, contest_box))
        for contest, contest_box in boxes.items()
    }


def publish_all(
    opened: OpenElection,
    boxes: Mapping[int, ContestBox],
    roles: Roles,
    *,
    progress: Progress,
) -> Mapping[int, Result]:
    """Find the counts, and have the contract verify and publish them."""
    results: dict[int, Result] = {}
    for contest, contest_box in boxes.items():
        results |= find_results(opened, {contest: contest_box})
        progress(1)
    acts = [opened.tally.finalize(contest, each) for contest, each in results.items()]
    opened.connection.send_all(acts, key=roles.relay)
    return results
