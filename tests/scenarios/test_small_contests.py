"""Contests with so few ballots that their sum would say too much of their voters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from election.client.errors import ContractRefusedError
from election.client.tallying import recompute_tally
from election.crypto.signature import Signature, derive_address, sign_hash
from election.crypto.transcript import ZERO_HASH
from election.protocol.decryption import make_share
from election.protocol.phases import Phase
from election.protocol.tally import TallyState, derive_override_hash
from rehearsal import counting, voting
from rehearsal.people import make_people
from rehearsal.roles import draw_source
from tests.scenarios.stage import Polls, ignore, open_polls

EMPTY, LONELY = 1, 2
SLOTS = {EMPTY: 3, LONELY: 2}
CHOICES = {EMPTY: (1,), LONELY: (2, 2)}


@pytest.fixture(scope="module")
def frozen() -> Polls:
    """In one contest nobody casts, in the other one of two does."""
    polls = open_polls(SLOTS, make_people(CHOICES))
    lonely = [each for each in polls.voters if each.person.contest == LONELY][:1]
    voting.cast_all(lonely, polls.roles, register=polls.register, progress=ignore)
    polls.close()
    return polls


@pytest.fixture
def polls(frozen: Polls) -> Iterator[Polls]:
    """Give each test the frozen sums untouched."""
    snapshot = frozen.opened.connection.request("evm_snapshot")
    yield frozen
    frozen.opened.connection.request("evm_revert", snapshot)


def sign_override(polls: Polls, contest: int) -> tuple[Signature, list[Signature]]:
    frozen = recompute_tally(polls.opened, polls.register.boxes[contest])
    digest = derive_override_hash(frozen.tally)
    quorum = sorted(polls.roles.observers, key=derive_address)[:2]
    return sign_hash(digest, polls.roles.commission), [
        sign_hash(digest, observer) for observer in quorum
    ]


def test_contest_without_ballots_is_final_with_zero_counts(polls: Polls) -> None:
    assert polls.opened.tally.state(EMPTY) is TallyState.FINAL
    assert polls.opened.tally.counts(EMPTY) == (0, 0, 0)


def test_contest_below_the_minimum_is_withheld(polls: Polls) -> None:
    assert polls.opened.tally.state(LONELY) is TallyState.WITHHELD
    assert polls.opened.election.phase() is Phase.FINAL


def test_withheld_contest_takes_no_shares(polls: Polls) -> None:
    frozen = recompute_tally(polls.opened, polls.register.boxes[LONELY])
    share = make_share(frozen.tally, polls.shares.trustees[0], source=draw_source())
    with pytest.raises(ContractRefusedError, match="takes no shares"):
        polls.opened.connection.send(
            polls.opened.tally.submit_share(LONELY, 1, share=share),
            key=polls.roles.trustees[0].key,
        )


def test_override_by_commission_and_quorum_lets_a_small_contest_be_counted(
    polls: Polls,
) -> None:
    commission, observers = sign_override(polls, LONELY)
    polls.opened.connection.send(
        polls.opened.tally.override(LONELY, commission=commission, observers=observers),
        key=polls.roles.relay,
    )
    box = {LONELY: polls.register.boxes[LONELY]}
    counting.share_all(
        polls.opened,
        box,
        polls.roles,
        trustees=polls.shares.trustees[:3],
        progress=ignore,
    )
    counting.publish_all(polls.opened, box, polls.roles, progress=ignore)
    assert polls.opened.tally.counts(LONELY) == (0, 1)


def test_override_without_a_quorum_is_refused(polls: Polls) -> None:
    commission, observers = sign_override(polls, LONELY)
    with pytest.raises(ContractRefusedError, match="no quorum"):
        polls.opened.connection.send(
            polls.opened.tally.override(
                LONELY, commission=commission, observers=observers[:1]
            ),
            key=polls.roles.relay,
        )


def test_trustees_of_one_history_compare_the_same_hash(polls: Polls) -> None:
    contest_box = polls.register.boxes[LONELY]
    first, second = (recompute_tally(polls.opened, contest_box) for _ in range(2))
    assert first.comparison_hash == second.comparison_hash


@pytest.mark.parametrize("field", ["block", "cast_count", "ctx", "totals"])
def test_comparison_hash_tells_two_histories_apart(polls: Polls, field: str) -> None:
    frozen = recompute_tally(polls.opened, polls.register.boxes[LONELY])
    tally = frozen.tally
    other = {
        "block": replace(frozen, block=frozen.block + 1),
        "cast_count": replace(frozen, tally=replace(tally, cast_count=2)),
        "ctx": replace(frozen, tally=replace(tally, ctx=ZERO_HASH)),
        "totals": replace(
            frozen, tally=replace(tally, totals=tally.totals + tally.totals)
        ),
    }[field]
    assert other.comparison_hash != frozen.comparison_hash
