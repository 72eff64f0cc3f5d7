"""Freezing, withholding and opening: what may be decrypted at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import pytest

from election.crypto.group import G
from election.crypto.signature import sign_hash
from election.crypto.transcript import Hash
from election.protocol.abi import ContractName, decode_event
from election.protocol.encoding import encode_totals
from election.protocol.events import (
    ResultPublished,
    TallyFrozen,
    TallyWithheld,
)
from election.protocol.phases import Phase
from election.protocol.tally import EncryptedTally, TallyState, derive_override_hash
from rehearsal.voting import encrypt_ballot
from tests.contracts.rehearsal import (
    CAST,
    COUNTS,
    EMPTY,
    LARGE,
    LONELY,
    SLOTS,
    SMALL,
    Rehearsal,
    polls_opened,
)
from tests.contracts.sums import Authorization, Sums, authorize, open_sums

OPEN_POLLS: Final = "tally: polls are not closed"
CONTESTS: Final = (LARGE, SMALL, LONELY, EMPTY)


@pytest.fixture
def sums() -> Iterator[Sums]:
    with open_sums() as opened:
        yield opened


@pytest.fixture
def polls() -> Iterator[Rehearsal]:
    with polls_opened().unwound() as rehearsal:
        yield rehearsal


# Freezing


@pytest.mark.parametrize(
    ("boundary", "shift", "expected"),
    [
        (5, 0, OPEN_POLLS),
        (6, -1, OPEN_POLLS),
        (6, 0, None),
        (6, 1, None),
    ],
)
def test_sum_is_frozen_after_the_close(
    polls: Rehearsal, boundary: int, shift: int, expected: str | None
) -> None:
    polls.travel(polls.opened.rules.times[boundary] + shift)
    assert polls.refusal(polls.opened.tally.freeze(LARGE)) == expected


def test_contests_are_frozen_one_after_another(polls: Rehearsal) -> None:
    tally = polls.opened.tally
    polls.travel(polls.opened.rules.times[6])
    polls.send(tally.freeze(LARGE))
    assert polls.refusal(tally.freeze(SMALL)) is None
    assert polls.refusal(tally.freeze(LARGE)) == "tally: contest is frozen"


@pytest.mark.parametrize("contest", CONTESTS)
def test_contest_is_frozen_once(sums: Sums, contest: int) -> None:
    act = sums.rehearsal.opened.tally.freeze(contest)
    assert sums.refusal(act) == "tally: contest is frozen"


def test_unknown_contest_is_not_frozen(sums: Sums) -> None:
    act = sums.rehearsal.opened.tally.freeze(999)
    assert sums.refusal(act) == "tally: contest has no box"


@pytest.mark.parametrize(
    ("cast", "expected"),
    [(0, TallyState.FINAL), (1, TallyState.WITHHELD), (2, TallyState.OPEN)],
)
def test_number_of_ballots_decides_whether_a_sum_is_opened(
    polls: Rehearsal, cast: int, expected: TallyState
) -> None:
    """m_min is 2 here."""
    box = polls.register.boxes[SMALL]
    voters = polls.of_contest(SMALL)[:cast]
    if voters:
        polls.send(
            box.handle.cast([encrypt_ballot(each, box, choice=1) for each in voters])
        )
    polls.travel(polls.opened.rules.times[6])
    receipt = polls.send(polls.opened.tally.freeze(SMALL))
    events = [decode_event(log, ContractName.TALLY) for log in receipt.logs]
    frozen = TallyFrozen(SMALL, cast, box.handle.totals())
    more: dict[TallyState, list[object]] = {
        TallyState.FINAL: [ResultPublished(SMALL, (), (0, 0))],
        TallyState.WITHHELD: [TallyWithheld(SMALL)],
        TallyState.OPEN: [],
    }
    assert events == [frozen, *more[expected]]
    assert polls.opened.tally.state(SMALL) is expected


def test_unanimous_contest_is_counted_like_any_other(polls: Rehearsal) -> None:
    """Its counts tell how everybody voted: only the minimum makes that rare."""
    box = polls.register.boxes[SMALL]
    voters = polls.of_contest(SMALL)
    polls.send(box.handle.cast([encrypt_ballot(v, box, choice=2) for v in voters]))
    polls.travel(polls.opened.rules.times[6])
    polls.send(polls.opened.tally.freeze(SMALL))
    sums = Sums(polls, SMALL)
    sums.give_shares((1, 2, 3))
    assert sums.refusal(sums.finalize((1, 2, 3), (1, 1))) is not None
    assert sums.refusal(sums.finalize((1, 2, 3), (0, 2))) is None


def test_frozen_sums_are_those_of_the_ballots(sums: Sums) -> None:
    for contest, cast in CAST.items():
        tally = sums.of(contest).tally
        totals = sums.rehearsal.register.boxes[contest].handle.totals()
        assert tally.cast_count == cast
        assert totals == encode_totals(tally.totals)


def test_contest_without_ballots_has_zero_counts(sums: Sums) -> None:
    assert sums.rehearsal.opened.tally.counts(EMPTY) == (0,) * SLOTS[EMPTY]


# Withheld contests


@pytest.fixture
def withheld() -> Iterator[Sums]:
    with open_sums(LONELY) as opened:
        yield opened


def test_withheld_contest_takes_no_share(withheld: Sums) -> None:
    act = withheld.submit(withheld.share())
    reason = "tally: contest takes no shares"
    assert withheld.refusal(act, withheld.account(1)) == reason


def test_withheld_contest_takes_no_counts(withheld: Sums) -> None:
    reason = "tally: contest is not open for a result"
    assert withheld.refusal(withheld.finalize((1, 2, 3), (0, 1))) == reason


def test_withheld_contest_is_opened_and_counted_by_right(withheld: Sums) -> None:
    withheld.send(withheld.override())
    assert withheld.rehearsal.opened.tally.state(LONELY) is TallyState.OPEN
    withheld.give_shares((1, 2, 3))
    withheld.send(withheld.finalize((1, 2, 3), (0, 1)))
    assert withheld.rehearsal.opened.tally.counts(LONELY) == (0, 1)


@pytest.mark.parametrize("contest", [LARGE, EMPTY, 999])
def test_only_a_withheld_contest_is_overridden(withheld: Sums, contest: int) -> None:
    act = withheld.of(contest).override(withheld.authorize())
    assert withheld.refusal(act) == "tally: contest is not withheld"


def test_contest_is_overridden_once(withheld: Sums) -> None:
    act = withheld.override()
    withheld.send(act)
    assert withheld.refusal(act) == "tally: contest is not withheld"


CHANGES: Final[dict[str, Callable[[EncryptedTally], EncryptedTally]]] = {
    "ctx": lambda tally: replace(tally, ctx=Hash(b"\1" * 32)),
    "cast_count": lambda tally: replace(tally, cast_count=2),
    "a_sum": lambda tally: replace(
        tally, totals=replace(tally.totals, ephemeral=tally.totals.ephemeral + G)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_override_is_refused_when_something_else_is_signed(
    withheld: Sums, change: str
) -> None:
    digest = derive_override_hash(CHANGES[change](withheld.tally))
    act = withheld.override(authorize(digest, withheld.rehearsal.roles))
    assert withheld.refusal(act) == "election: not signed by the commission"


def test_override_needs_the_commission(withheld: Sums) -> None:
    digest = derive_override_hash(withheld.tally)
    observer = withheld.rehearsal.roles.observers[0]
    forged = replace(withheld.authorize(), commission=sign_hash(digest, observer))
    reason = "election: not signed by the commission"
    assert withheld.refusal(withheld.override(forged)) == reason


@pytest.mark.parametrize("quorum", [0, 1])
def test_override_needs_a_quorum(withheld: Sums, quorum: int) -> None:
    act = withheld.override(withheld.authorize(quorum=quorum))
    assert withheld.refusal(act) == "election: no quorum of observers"


@pytest.mark.parametrize("order", [(0, 0), (1, 0), (0, 1, 1)])
def test_override_counts_no_observer_twice(
    withheld: Sums, order: tuple[int, ...]
) -> None:
    honest = withheld.authorize(quorum=3)
    shown = tuple(honest.observers[place] for place in order)
    act = withheld.override(Authorization(honest.commission, shown))
    assert withheld.refusal(act) == "election: observers are not increasing"


# The end


def test_election_is_final_when_every_contest_is_counted_or_withheld(
    sums: Sums,
) -> None:
    opened = sums.rehearsal.opened
    phases = [opened.election.phase()]
    for contest, counts in COUNTS.items():
        sums.of(contest).give_shares((1, 2, 3))
        sums.send(sums.of(contest).finalize((1, 2, 3), counts))
        phases.append(opened.election.phase())
    sums.send(sums.of(LONELY).override())
    phases.append(opened.election.phase())
    assert phases == [Phase.TALLY, Phase.TALLY, Phase.FINAL, Phase.TALLY]
