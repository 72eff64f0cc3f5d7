"""Each fact about what voters, boxes and trustees did is found by both audits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from election.crypto.group import G, decode_g1, encode_g1
from election.protocol import events
from election.protocol.board import Board
from election.protocol.replay import Entry, Part
from reference.build import Build
from tests.audit.checks.test_ceremonies import in_part
from tests.audit.tampering import change, drop, find, put
from tests.reference.both import find_faults, holds_in_the_first
from tests.reference.twins import (
    Twin,
    leave_out,
    leave_out_of_attempt,
    move,
    of_contest,
    repeat,
    say,
)

NOBODY = bytes(20)
WORD = bytes(32)
GENERATOR = encode_g1(G)


def cut_share(board: Board) -> Board:
    share = find(board, events.ShareAccepted)
    return change(board, share, decryption=share.event.decryption[:128])


def claim_leaf_of_another(board: Board) -> Board:
    moved = find(board, events.PaperMarked)
    return change(board, moved, leaf=WORD)


def sign_unlocked(board: Board) -> Board:
    signature = find(board, events.Withdrawn).event.lock_signature
    moved = of_contest(board, events.Issued, 2)
    return change(board, moved, lock_signature=signature)


def attest(seconds: int) -> Twin:
    """Let the portal's word for a registration live so long, from its block on."""

    def tamper(board: Board) -> Board:
        moved = find(board, events.Registered)
        expiry = moved.log.timestamp + seconds
        return change(board, moved, portal=replace(moved.event.portal, expiry=expiry))

    return tamper


def attest_for_both(board: Board) -> Board:
    moved = find(board, events.Registered)
    return change(board, moved, sms=moved.event.portal)


def unlock_by_another_act(board: Board) -> Board:
    withdrawn = find(board, events.Withdrawn).event
    moved = find(board, events.Issued, lambda e: e.event.leaf == withdrawn.leaf)
    return change(board, moved, lock_signature=withdrawn.lock_signature)


def break_path(board: Board) -> Board:
    moved = find(board, events.PaperMarked)
    request = replace(moved.event.request, path=())
    return change(board, moved, request=request)


def mark_before_any_list(board: Board) -> Board:
    """Leave all lists out of the contest in which a voter is on paper."""
    contest = find(board, events.PaperMarked).event.contest
    for _ in range(2):
        board = drop(board, of_contest(board, events.ListPublished, contest))
    return board


def shorten_list(board: Board) -> Board:
    """Say that the list in force has one voter."""
    first = of_contest(board, events.ListPublished, 1)
    later = drop(board, first)
    return change(later, of_contest(later, events.ListPublished, 1), size=1)


def count_withheld(board: Board) -> Board:
    return change(board, of_contest(board, events.ResultPublished, 2), contest=4)


def freeze_otherwise(at: int, raw: bytes) -> Twin:
    def tamper(board: Board) -> Board:
        frozen = find(board, events.TallyFrozen)
        totals = frozen.event.totals[: at * 128] + raw
        totals += frozen.event.totals[(at + 1) * 128 :]
        return change(board, frozen, totals=totals)

    return tamper


def give_sigma_of_another(board: Board) -> Board:
    one = of_contest(board, events.BallotCast, 1)
    two = find(
        board,
        events.BallotCast,
        lambda e: e.contract.contest == 1 and e.event != one.event,
    )
    sigma = two.event.ballot[-128:]
    return change(board, one, ballot=one.event.ballot[:-128] + sigma)


def put_word(word: bytes) -> Twin:
    def tamper(board: Board) -> Board:
        cast = of_contest(board, events.BallotCast, 1)
        return change(board, cast, ballot=word + cast.event.ballot[32:])

    return tamper


def cut_ballot(board: Board) -> Board:
    cast = of_contest(board, events.BallotCast, 1)
    return change(board, cast, ballot=cast.event.ballot[:-32])


def cut_ciphertext(board: Board) -> Board:
    cast = of_contest(board, events.BallotCast, 1)
    return change(board, cast, ballot=cast.event.ballot[:160])


def withdraw_often(board: Board) -> Board:
    """Withdraw oftener than was registered."""
    withdrawn = find(board, events.Withdrawn)
    log = withdrawn.log
    again = [replace(log, index=log.index + n) for n in range(9)]
    return put(board, log, *again)


def cut_images(board: Board) -> Board:
    slot = in_part(board, events.SlotDerived, Part.TRUSTEES, attempt=2)
    return change(board, slot, verification_keys=b"")


def cut_images_of_the_last(board: Board) -> Board:
    """Cut the images of the last candidate that the first contest has."""

    def is_last(entry: Entry[events.SlotDerived]) -> bool:
        is_final = (entry.contract.part, entry.event.attempt) == (Part.TRUSTEES, 2)
        return is_final and entry.event.slot == 3

    slot = find(board, events.SlotDerived, is_last)
    return change(board, slot, verification_keys=b"")


def move_share(slot: int) -> Twin:
    """Let a share open one slot otherwise, and nothing else."""

    def tamper(board: Board) -> Board:
        share = find(board, events.ShareAccepted)
        raw, at = share.event.decryption, 128 * slot
        moved = encode_g1(decode_g1(raw[at : at + 128]) + G)
        changed = raw[:at] + moved + raw[at + 128 :]
        return change(board, share, decryption=changed)

    return tamper


def change_unused_share(board: Board) -> Board:
    share = find(board, events.ShareAccepted, lambda e: e.event.trustee == 3)
    return change(board, share, decryption=b"\xff" * 384)


FACTS: tuple[tuple[str, str, Twin], ...] = (
    ("leaves", "is of another leaf", claim_leaf_of_another),
    ("leaves", "does not follow", say(events.PaperMarked, nonce=1)),
    ("attestations", "by a lock that is not there", sign_unlocked),
    ("ballots", "did not sign", give_sigma_of_another),
    ("ballots", "that is no address", put_word(b"\1" * 32)),
    ("ballots", "wrong length", cut_ballot),
    ("ballots", "under another", say(events.BallotCast, credential=NOBODY)),
    ("ballots", "with another hash", say(events.BallotCast, ballot_hash=WORD)),
    ("ballots", "2 to 16 keys", say(events.BoxOpened, election_keys=GENERATOR)),
    ("casting", "was cast twice", repeat(events.BallotCast)),
    ("sums", "was not frozen once", repeat(events.TallyFrozen)),
    ("sums", "has another sum", freeze_otherwise(0, GENERATOR)),
    ("sums", "has another sum", freeze_otherwise(3, GENERATOR)),
    ("sums", "one sum for each slot", freeze_otherwise(3, b"")),
    ("sums", "ballot that is cut off", cut_ciphertext),
    ("shares", "one point for each slot", cut_share),
    ("shares", "is of no trustee", say(events.ShareAccepted, trustee=9)),
    ("shares", "is of no trustee", say(events.ShareAccepted, trustee=0)),
    ("shares", "is not reduced", say(events.ShareAccepted, s=2**256 - 1)),
    ("shares", "is one of several", repeat(events.ShareAccepted)),
    ("results", "not one result", repeat(events.ResultPublished, 1)),
    ("state", "not what the events", leave_out(events.ResultPublished, 2)),
    ("results", "nobody voted", say(events.ResultPublished, 3, counts=(1, 0))),
    ("results", "nobody voted", say(events.ResultPublished, 3, trustees=(1, 2))),
    ("results", "is withheld", leave_out(events.Overridden, 2)),
    ("results", "exactly k", say(events.ResultPublished, 1, trustees=(1, 2, 3))),
    ("results", "out of order", say(events.ResultPublished, 1, trustees=(2, 1))),
    ("results", "out of order", say(events.ResultPublished, 1, trustees=(1, 1))),
    ("results", "is not there", say(events.ResultPublished, 1, trustees=(1, 4))),
    ("results", "another length", cut_share),
    ("results", "of other slots", say(events.ResultPublished, 1, counts=(2, 2))),
    ("results", "than were cast", say(events.ResultPublished, 1, counts=(1, 1, 3))),
    (
        "results",
        "than were cast",
        say(events.ResultPublished, 1, counts=(2**256 - 1, 1, 4)),
    ),
    ("results", "another count", say(events.ResultPublished, 1, counts=(1, 2, 1))),
    ("results", "another count of candidate 1", move_share(0)),
    ("results", "another count of candidate 2", move_share(1)),
    ("results", "another count of candidate 3", move_share(2)),
    ("counting", "voters", repeat(events.Issued)),
    ("counting", "than were cast", say(events.ResultPublished, 1, counts=(1, 1, 3))),
    ("extensions", "out of turn", say(events.Extended, counter=1)),
    ("extensions", "no time", say(events.Extended, delta=0)),
    ("extensions", "too much", say(events.Extended, delta=7_201)),
    ("results", "tally has no sums", say(events.TallyFrozen, totals=b"")),
    ("shares", "keys that are not there", leave_out_of_attempt(events.SlotDerived)),
    ("shares", "no known key", cut_images),
    ("shares", "no known key", cut_images_of_the_last),
    ("ballots", "2 to 16 keys", say(events.BoxOpened, election_keys=17 * GENERATOR)),
    ("attestations", "portal: is out of its time", attest(-1)),
    ("attestations", "portal: is out of its time", attest(901)),
    ("attestations", "sms: is of somebody else", attest_for_both),
    ("attestations", "is not signed by its lock", unlock_by_another_act),
    ("leaves", "is of another leaf", move(events.PaperMarked, 2)),
    ("leaves", "came in state 2", repeat(events.PaperMarked)),
    ("leaves", "is not on the voter list", break_path),
    ("leaves", "came before there was a list", mark_before_any_list),
    ("issuance", "is one of several", repeat(events.Issued)),
    ("issuance", "is infinity", say(events.Issued, blinded=bytes(128))),
    ("casting", "was cast twice", repeat(events.BallotCast)),
    ("openings", "the tally was none", leave_out(events.TallyFrozen, 1)),
    ("openings", "the tally was open", repeat(events.TallyFrozen, 1)),
    ("openings", "the tally was final", repeat(events.ResultPublished, 1)),
    ("results", "is withheld and has a result", count_withheld),
    ("counting", "voters", leave_out(events.Issued, 1)),
    ("counting", "of 1 voters", shorten_list),
    ("state", "not what the events", leave_out_of_attempt(events.CeremonyFinal)),
    ("state", "more were withdrawn", withdraw_often),
)


@pytest.mark.parametrize(("name", "fact", "tamper"), FACTS)
def test_fault_is_found_by_its_check_in_both(
    board: Board, builds: Mapping[str, Build], name: str, fact: str, tamper: Twin
) -> None:
    tampered = tamper(board)
    assert fact in find_faults(tampered, builds, name)
    assert not holds_in_the_first(tampered, name)


@pytest.mark.parametrize(
    ("name", "tamper"),
    [
        ("results", say(events.ResultPublished, 1, trustees=(1, 3))),
        ("results", say(events.ResultPublished, 1, trustees=(2, 3))),
        ("results", change_unused_share),
        ("openings", lambda board: drop(board, find(board, events.ShareRefused))),
    ],
)
def test_what_changes_nothing_holds_in_both(
    board: Board, builds: Mapping[str, Build], name: str, tamper: Twin
) -> None:
    tampered = tamper(board)
    assert tampered != board
    assert find_faults(tampered, builds, name) == ""
    assert holds_in_the_first(tampered, name)
