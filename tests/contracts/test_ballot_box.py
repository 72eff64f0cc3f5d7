"""Ballots that count: what the box stores, adds up and announces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from election.client.wire import Receipt
from election.crypto.elgamal import combine_ciphertexts
from election.crypto.transcript import Address
from election.protocol.abi import ContractName, decode_event
from election.protocol.ballot import accept_ballot
from election.protocol.encoding import encode_totals
from election.protocol.events import BallotCast
from rehearsal.voting import encrypt_ballot
from tests.contracts import records
from tests.contracts.rehearsal import (
    EMPTY,
    LARGE,
    SMALL,
    Rehearsal,
    lists_published,
    polls_opened,
)

FULL: Final = 32


@pytest.fixture
def polls() -> Iterator[Rehearsal]:
    with polls_opened().unwound() as rehearsal:
        yield rehearsal


def make_ballots(polls: Rehearsal, contest: int, count: int) -> list[bytes]:
    """Encrypt the choices of some voters, by increasing credential."""
    box = polls.register.boxes[contest]
    return [
        encrypt_ballot(each, box, choice=each.person.choice)
        for each in polls.of_contest(contest)[:count]
    ]


def told(receipt: Receipt) -> list[Address]:
    """List whose ballots an act announced; it announced nothing else."""
    events = [decode_event(log, ContractName.BALLOT_BOX) for log in receipt.logs]
    assert all(type(event) is BallotCast for event in events)
    return [event.credential for event in events if type(event) is BallotCast]


@pytest.mark.parametrize("count", [1, 2, 15, 16, FULL])
def test_ballots_are_stored_and_added_up(polls: Rehearsal, count: int) -> None:
    """With 3 slots a ballot has 10 points: one sum takes 15 ballots, not 16."""
    handle, box = polls.register.boxes[LARGE].handle, polls.register.boxes[LARGE].box
    raws = make_ballots(polls, LARGE, count)
    receipt = polls.send(handle.cast(raws))
    ciphertexts = [accept_ballot(raw, box).record.ciphertext for raw in raws]
    expected = combine_ciphertexts(ciphertexts, slots=3)
    assert handle.cast_count() == count
    assert handle.totals() == encode_totals(expected)
    assert told(receipt) == [Address(raw[12:32]) for raw in raws]


def test_ballot_of_many_candidates_is_stored(polls: Rehearsal) -> None:
    """A box of the other build, with room for more of them."""
    opened = polls.register.boxes[EMPTY]
    (voter,) = polls.of_contest(EMPTY)
    raw = encrypt_ballot(voter, opened, choice=7)
    receipt = polls.send(opened.handle.cast([raw]))
    ciphertext = accept_ballot(raw, opened.box).record.ciphertext
    assert told(receipt) == [voter.credential.address]
    assert opened.handle.totals() == encode_totals(ciphertext)


def test_totals_go_on_from_the_last_call(polls: Rehearsal) -> None:
    handle, box = polls.register.boxes[SMALL].handle, polls.register.boxes[SMALL].box
    raws = make_ballots(polls, SMALL, 2)
    for raw in reversed(raws):
        polls.send(handle.cast([raw]))
    ciphertexts = [accept_ballot(raw, box).record.ciphertext for raw in raws]
    expected = combine_ciphertexts(ciphertexts, slots=2)
    assert handle.totals() == encode_totals(expected)
    assert handle.cast_count() == 2


def test_ballot_is_announced_whole(polls: Rehearsal) -> None:
    box = polls.register.boxes[LARGE]
    (raw,) = make_ballots(polls, LARGE, 1)
    (log,) = polls.send(box.handle.cast([raw])).logs
    event = decode_event(log, ContractName.BALLOT_BOX)
    digest = accept_ballot(raw, box.box).ballot_hash
    assert event == BallotCast(Address(raw[12:32]), digest, raw)


def test_only_credentials_of_stored_ballots_are_used(polls: Rehearsal) -> None:
    handle = polls.register.boxes[LARGE].handle
    raws = make_ballots(polls, LARGE, 3)
    polls.send(handle.cast(raws[::2]))
    credentials = [Address(raw[12:32]) for raw in raws]
    assert handle.used(credentials) == [True, False, True]


def test_box_tells_its_terms(polls: Rehearsal) -> None:
    for contest, opened in polls.register.boxes.items():
        view = opened.handle.contract
        assert view.read("contest") == contest
        assert view.read("slots") == len(opened.box.election_keys)
        assert view.read("ctx") == opened.box.ctx


def test_memo_is_free(polls: Rehearsal) -> None:
    opened = polls.register.boxes[LARGE]
    voter = polls.of_contest(LARGE)[0]
    raw = records.put(make_ballots(polls, LARGE, 1)[0], "memo", b"\x2a" * 32)
    signed = records.sign_record(raw, opened.box.ctx, voter.credential.ballot_key)
    assert polls.refusal(opened.handle.cast([signed])) is None


# One ballot a credential


def test_ballot_sent_again_is_skipped_and_changes_nothing(polls: Rehearsal) -> None:
    handle = polls.register.boxes[LARGE].handle
    (raw,) = make_ballots(polls, LARGE, 1)
    polls.send(handle.cast([raw]))
    before = handle.totals()
    again = polls.send(handle.cast([raw]))
    assert again.logs == ()
    assert (handle.totals(), handle.cast_count()) == (before, 1)


def test_second_ballot_of_a_credential_is_skipped(polls: Rehearsal) -> None:
    opened = polls.register.boxes[LARGE]
    voter = polls.of_contest(LARGE)[0]
    first, second = (encrypt_ballot(voter, opened, choice=c) for c in (1, 2))
    polls.send(opened.handle.cast([first]))
    before = opened.handle.totals()
    receipt = polls.send(opened.handle.cast([second]))
    assert receipt.logs == ()
    assert opened.handle.totals() == before


@pytest.mark.parametrize("place", [0, 1, 15, 16, FULL - 2, FULL - 1])
def test_others_count_when_one_ballot_of_a_batch_is_cast_before(
    polls: Rehearsal, place: int
) -> None:
    handle, box = polls.register.boxes[LARGE].handle, polls.register.boxes[LARGE].box
    raws = make_ballots(polls, LARGE, FULL)
    polls.send(handle.cast([raws[place]]))
    receipt = polls.send(handle.cast(raws))
    ciphertexts = [accept_ballot(raw, box).record.ciphertext for raw in raws]
    others = raws[:place] + raws[place + 1 :]
    assert told(receipt) == [Address(raw[12:32]) for raw in others]
    assert handle.cast_count() == FULL
    assert handle.totals() == encode_totals(combine_ciphertexts(ciphertexts, slots=3))


@pytest.mark.parametrize("count", [1, 2, FULL])
def test_call_in_which_nothing_counts_logs_nothing(
    polls: Rehearsal, count: int
) -> None:
    """Else a stranger fills the record with ballots that are in the box already."""
    handle = polls.register.boxes[LARGE].handle
    raws = make_ballots(polls, LARGE, count)
    polls.send(handle.cast(raws))
    before = (handle.totals(), handle.cast_count())
    garbled = [raw[:32] + bytes(len(raw) - 32) for raw in raws]
    for ballots in (raws, garbled):
        assert polls.send(handle.cast(ballots)).logs == ()
    assert (handle.totals(), handle.cast_count()) == before


def test_skipped_ballot_is_not_judged(polls: Rehearsal) -> None:
    """Else one garbled copy of a stored ballot would stop a batch."""
    handle = polls.register.boxes[LARGE].handle
    raws = make_ballots(polls, LARGE, 2)
    polls.send(handle.cast(raws[:1]))
    garbled = raws[0][:32] + bytes(len(raws[0]) - 32)
    receipt = polls.send(handle.cast([garbled, raws[1]]))
    assert told(receipt) == [Address(raws[1][12:32])]


def test_nothing_is_stored_when_one_ballot_of_a_batch_is_wrong(
    polls: Rehearsal,
) -> None:
    opened = polls.register.boxes[LARGE]
    raws = make_ballots(polls, LARGE, 5)
    raws[3] = records.put(raws[3], "sigma", records.get(raws[2], "sigma"))
    reason = "ballot_box: credential was not issued"
    assert polls.refusal(opened.handle.cast(raws)) == reason
    assert polls.refusal(opened.handle.cast(raws[:3] + raws[4:])) is None


# When


CLOSED: Final = "ballot_box: voting is closed"
OPEN: Final = "ballot_box: no ballot"


@pytest.mark.parametrize(
    ("boundary", "shift", "expected"),
    [
        (3, 0, CLOSED),
        (4, -1, CLOSED),
        (4, 0, OPEN),
        (4, 1, OPEN),
        (5, -1, OPEN),
        (5, 0, OPEN),
        (6, -1, OPEN),
        (6, 0, CLOSED),
        (6, 1, CLOSED),
    ],
)
def test_box_is_open_from_opening_to_the_end_of_grace(
    boundary: int, shift: int, expected: str
) -> None:
    with lists_published().unwound() as early:
        act = early.register.boxes[LARGE].handle.cast([])
        early.travel(early.opened.rules.times[boundary] + shift)
        assert early.refusal(act) == expected


def test_ballot_is_taken_in_the_last_second(polls: Rehearsal) -> None:
    act = polls.register.boxes[LARGE].handle.cast(make_ballots(polls, LARGE, 1))
    polls.travel(polls.opened.rules.times[6] - 1)
    assert polls.refusal(act) is None
    polls.travel(polls.opened.rules.times[6])
    assert polls.refusal(act) == CLOSED
