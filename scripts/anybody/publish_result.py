"""Publish the counts that the trustees' shares give."""

from __future__ import annotations

from collections.abc import Sequence

from election.client.open_election import OpenElection, read_box
from election.client.tallying import find_counts, recompute_tally
from election.crypto.signature import SigningKey
from election.protocol.tally import TallyState
from election.protocol.text import spell_number
from scripts.shared.contests import (
    Fates,
    act_on_each,
    require_box,
    require_closed,
    send_unless_done,
)
from scripts.shared.errors import NotYetError


def publish_result(
    opened: OpenElection, contest: int, *, key: SigningKey
) -> tuple[int, ...]:
    """Publish a contest's counts; returns those that the chain then has.

    Raises NotYetError while there is nothing to count, and CountError for what cannot
    be what was cast.
    """
    require_box(opened, contest)
    state = opened.tally.state(contest)
    if state is TallyState.NONE:
        raise NotYetError(f"contest {contest}", "not frozen yet")
    if state is TallyState.WITHHELD:
        raise NotYetError(f"contest {contest}", "withheld")
    if state is TallyState.OPEN:
        _finalize(opened, contest, key=key)
    return opened.tally.counts(contest)


def publish_results(
    opened: OpenElection, contests: Sequence[int], *, key: SigningKey
) -> Fates[tuple[int, ...]]:
    """Publish the counts of contests, whatever becomes of the others.

    Raises NotYetError while the polls are open.
    """
    require_closed(opened)
    return act_on_each(contests, lambda each: publish_result(opened, each, key=key))


def _finalize(opened: OpenElection, contest: int, *, key: SigningKey) -> None:
    given = opened.tally.shares(contest, trustees=opened.trustees.n())
    count, threshold = sum(map(bool, given)), opened.deployed.trustees.threshold
    if count < threshold:
        fact = f"{spell_number(count, 'share')} of trustees yet, {threshold} needed"
        raise NotYetError(f"contest {contest}", fact)
    frozen = recompute_tally(opened, read_box(opened, contest))
    act = opened.tally.finalize(contest, find_counts(opened, frozen))
    send_unless_done(
        opened,
        act,
        key=key,
        is_done=lambda: opened.tally.state(contest) is TallyState.FINAL,
    )
