"""How ballots are handed over: batches, their encoding, what a bad one may cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import pytest

from election.client.wire import Act
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import BallotCast
from tests.contracts.bad_points import BAD_G1
from tests.contracts.booth import Booth, open_booth
from tests.contracts.records import put

NOT_INCREASING: Final = "ballot_box: credentials are not increasing"
WRONG_LENGTH: Final = "ballot_box: ballot has a wrong length"
POINTS: Final = ("A", "B_1", "B_2", "B_3", "C", "A'", "B'_1", "B'_2", "B'_3", "D")
BY_COMPILER: Final = "contract: reverted without a reason"
"""What the compiler's own checks of calldata say."""


@pytest.fixture
def booth() -> Iterator[Booth]:
    with open_booth() as opened:
        yield opened


# Batches


def test_call_without_ballots_is_refused(booth: Booth) -> None:
    assert booth.refusal() == "ballot_box: no ballot"


def test_call_with_33_ballots_is_refused(booth: Booth) -> None:
    ballots = [booth.make(place) for place in range(33)]
    assert booth.refusal(*ballots) == BY_COMPILER


def test_ballots_are_refused_when_credentials_decrease(booth: Booth) -> None:
    assert booth.refusal(booth.make(1), booth.make(0)) == NOT_INCREASING


def test_ballot_is_refused_twice_in_a_call(booth: Booth) -> None:
    ballot = booth.make()
    assert booth.refusal(ballot, ballot) == NOT_INCREASING


def test_two_ballots_of_a_credential_are_refused_in_a_call(booth: Booth) -> None:
    assert booth.refusal(booth.make(), booth.make()) == NOT_INCREASING


@pytest.mark.parametrize("change", [-32, -1, 1, 32, 9 * 32, -9 * 32])
def test_ballot_of_another_length_is_refused(booth: Booth, change: int) -> None:
    ballot = booth.make()
    other = ballot[:change] if change < 0 else ballot + bytes(change)
    assert booth.refusal(other) == WRONG_LENGTH
    assert booth.refusal(booth.make(0), other) == WRONG_LENGTH


def test_skipped_ballot_has_the_right_length_too(booth: Booth) -> None:
    ballot = booth.make()
    booth.polls.send(booth.contest.handle.cast([ballot]))
    assert booth.refusal(ballot[:-32]) == WRONG_LENGTH


def test_empty_ballot_is_refused(booth: Booth) -> None:
    assert booth.refusal(b"") == WRONG_LENGTH


def test_ballot_longer_than_any_is_refused(booth: Booth) -> None:
    assert booth.refusal(bytes(32 * (26 + 9 * 16) + 32)) == BY_COMPILER


# Encoding


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def encode(
    ballots: Sequence[bytes], *, head: int = 32, offsets: Sequence[int] = ()
) -> bytes:
    """Encode the argument of `cast`, with any offsets in place of the right ones."""
    tails = [word(len(ballot)) + ballot for ballot in ballots]
    right, at = [], 32 * len(tails)
    for tail in tails:
        right.append(at)
        at += len(tail)
    shown = offsets or right
    return word(head) + word(len(shown)) + b"".join(map(word, shown)) + b"".join(tails)


def call(booth: Booth, argument: bytes) -> Act:
    honest = booth.contest.handle.cast([booth.make()])
    return replace(honest, payload=honest.payload[:4] + argument)


def test_own_encoding_is_that_of_the_library(booth: Booth) -> None:
    ballots = [booth.make(0), booth.make(1)]
    act = booth.contest.handle.cast(ballots)
    assert call(booth, encode(ballots)) == act


@pytest.mark.parametrize("extra", [b"\1", bytes(32), b"\1" * 4000])
def test_bytes_after_the_ballots_change_nothing(booth: Booth, extra: bytes) -> None:
    ballot = booth.make()
    (log,) = booth.polls.send(call(booth, encode([ballot]) + extra)).logs
    event = decode_event(log, ContractName.BALLOT_BOX)
    assert isinstance(event, BallotCast)
    assert event.ballot == ballot


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        ((64, 64), NOT_INCREASING),
        ((64, 0), WRONG_LENGTH),
        ((64, 2**255), WRONG_LENGTH),
        ((64, 2**256 - 32), WRONG_LENGTH),
        ((64, 10**9), WRONG_LENGTH),
    ],
    ids=["twice", "at itself", "far", "before", "beyond"],
)
def test_ballots_are_refused_at_odd_offsets(
    booth: Booth, offsets: tuple[int, int], expected: str
) -> None:
    """Beyond the end of a call there are zeros, so a ballot there has no length."""
    ballots = [booth.make(0), booth.make(1)]
    act = call(booth, encode(ballots, offsets=offsets))
    assert booth.polls.refusal(act) == expected


@pytest.mark.parametrize("head", [0, 64, 2**256 - 32, 10**9])
def test_list_is_refused_at_an_odd_offset(booth: Booth, head: int) -> None:
    act = call(booth, encode([booth.make()], head=head))
    assert booth.polls.refusal(act) is not None


def test_ballot_cut_short_by_the_end_of_the_call_is_refused(booth: Booth) -> None:
    """Zeros stand in for what is missing: here for half of sigma."""
    act = call(booth, encode([booth.make()])[:-64])
    assert booth.polls.refusal(act) == "curve: invalid point"


def test_list_longer_than_the_call_is_refused(booth: Booth) -> None:
    argument = encode([booth.make()])
    longer = argument[:32] + word(2) + argument[64:]
    assert booth.polls.refusal(call(booth, longer)) is not None


# Cost


@pytest.mark.parametrize("name", [*POINTS, "sigma"])
@pytest.mark.parametrize("kind", ["off the curve", "order 3"])
def test_bad_point_costs_no_more_than_a_good_ballot(
    booth: Booth, name: str, kind: str
) -> None:
    """A precompile burns all the gas that it is handed."""
    ballot = booth.make()
    bad = booth.sign(put(ballot, name, BAD_G1[kind]))
    spent, usual = (
        booth.polls.gas_of(booth.contest.handle.cast([each])) for each in (bad, ballot)
    )
    assert spent <= usual
