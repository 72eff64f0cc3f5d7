"""Decryption shares: each is of its trustee's key, for this sum, or is not stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import pytest

from election.crypto.group import G1_INFINITY, G, G1Point, decode_g1, encode_g1
from election.crypto.scalar import ORDER, Scalar, reduce_scalar
from election.crypto.transcript import (
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
)
from election.protocol import decryption
from election.protocol.decryption import DecryptionShare, ShareMessage, make_share
from election.protocol.encoding import encode_points
from rehearsal.roles import draw_source
from tests.contracts.bad_points import BAD_G1, flip
from tests.contracts.rehearsal import EMPTY, LONELY, SMALL, TRUSTEES, polls_opened
from tests.contracts.sums import Sums, open_sums
from tests.reference import curve
from tests.reference.low_order import low_order_point

POINTS: Final = ("D_1", "D_2", "D_3", "T1", "T2")
W: Final = Scalar(0x5EED)


@pytest.fixture
def sums() -> Iterator[Sums]:
    with open_sums() as opened:
        yield opened


def get(message: ShareMessage, name: str) -> bytes:
    if name.startswith("D"):
        at = 128 * (int(name[-1]) - 1)
        return message.decryption[at : at + 128]
    return message.t1 if name == "T1" else message.t2


def put(message: ShareMessage, name: str, point: bytes) -> ShareMessage:
    if name == "T1":
        return replace(message, t1=point)
    if name == "T2":
        return replace(message, t2=point)
    at = 128 * (int(name[-1]) - 1)
    points = message.decryption[:at] + point + message.decryption[at + 128 :]
    return replace(message, decryption=points)


def assert_refused(sums: Sums, message: ShareMessage) -> None:
    """Nothing is stored, and the good share is taken afterwards."""
    assert not sums.accepts(message)
    assert sums.stored() == b""
    honest = sums.share()
    assert sums.accepts(honest)
    assert sums.stored() == honest.decryption


# Fields


@pytest.mark.parametrize("name", POINTS)
def test_share_is_refused_when_a_point_is_flipped(sums: Sums, name: str) -> None:
    share = sums.share()
    assert_refused(sums, put(share, name, flip(get(share, name))))


@pytest.mark.parametrize("kind", [*BAD_G1, "infinity"])
@pytest.mark.parametrize("name", POINTS)
def test_share_is_refused_with_a_bad_point(sums: Sums, name: str, kind: str) -> None:
    point = {**BAD_G1, "infinity": bytes(128)}[kind]
    assert_refused(sums, put(sums.share(), name, point))


@pytest.mark.parametrize("order", [3, 11, 10177])
@pytest.mark.parametrize("name", POINTS)
def test_share_is_refused_with_a_point_of_low_order_added(
    sums: Sums, name: str, order: int
) -> None:
    share = sums.share()
    honest = curve.decode_g1(get(share, name))
    shifted = curve.add(honest, low_order_point(order))
    assert_refused(sums, put(share, name, curve.encode_g1(shifted)))


@pytest.mark.parametrize("name", POINTS)
def test_share_is_refused_when_a_point_is_another(sums: Sums, name: str) -> None:
    share = sums.share()
    other = decode_g1(get(share, name)) + G
    assert_refused(sums, put(share, name, encode_g1(other)))


@pytest.mark.parametrize("change", [1, ORDER, -1])
def test_share_is_refused_when_its_response_is_another(sums: Sums, change: int) -> None:
    """The response plus q is the same modulo q, but not below it."""
    share = sums.share()
    assert_refused(sums, replace(share, s=share.s + change))


def test_share_is_refused_when_two_slots_are_exchanged(sums: Sums) -> None:
    share = sums.share()
    first, second = get(share, "D_1"), get(share, "D_2")
    assert_refused(sums, put(put(share, "D_1", second), "D_2", first))


# Forged


NOTHING: Final = (G1_INFINITY,) * 3


def forge_share(
    sums: Sums,
    errors: Sequence[G1Point] = NOTHING,
    *,
    commitments: tuple[G1Point, G1Point] = NOTHING[:2],
    surplus: int = 0,
) -> ShareMessage:
    """Prove as well as trustee 1 can, with errors in D, in T1 and T2, and in x_1."""
    tally, secrets = sums.tally, sums.rehearsal.shares.trustees[0].secrets[:3]
    pairs = zip(secrets, errors, strict=True)
    points = tuple(tally.totals.ephemeral * secret + error for secret, error in pairs)
    statement = decryption._state(
        tally, DecryptionShare(1, points), [G * secret for secret in secrets]
    )
    t1, t2 = G * W + commitments[0], tally.totals.ephemeral * W + commitments[1]
    fields = hash_word(statement.digest), point_words(t1, t2)
    e = challenge(hash_fields(Tag.DECRYPTION_CHALLENGE, *fields))
    total = sum(a * x for a, x in zip(statement.weights, secrets, strict=True))
    s = reduce_scalar(W + e * (total + surplus))
    return ShareMessage(encode_points(points), encode_g1(t1), encode_g1(t2), s)


def test_own_forgery_tool_makes_good_shares(sums: Sums) -> None:
    assert sums.accepts(forge_share(sums))


@pytest.mark.parametrize("slot", range(3))
def test_wrong_share_is_refused_with_the_best_proof_of_it(
    sums: Sums, slot: int
) -> None:
    errors = [*NOTHING]
    errors[slot] = G
    assert_refused(sums, forge_share(sums, errors))


def test_wrong_share_is_refused_when_the_errors_of_slots_cancel(sums: Sums) -> None:
    assert_refused(sums, forge_share(sums, (G, -G, G1_INFINITY)))


def test_wrong_share_is_refused_when_its_two_equations_cancel(sums: Sums) -> None:
    """D_1 + u(G + A) and s + eu: with weight 1 the errors of E1 and E2 add up to O."""
    error = (G + sums.tally.totals.ephemeral) * Scalar(7)
    forged = forge_share(sums, (error, *NOTHING[1:]), surplus=7)
    assert_refused(sums, forged)


@pytest.mark.parametrize(
    "errors", [(G, G1_INFINITY), (G1_INFINITY, G), (G, -G)], ids=["E1", "E2", "both"]
)
def test_both_equations_of_a_share_are_checked(
    sums: Sums, errors: tuple[G1Point, G1Point]
) -> None:
    """A commitment was wrong before the challenge."""
    assert_refused(sums, forge_share(sums, commitments=errors))


# Whose, and of what


def test_share_is_stored_and_announced(sums: Sums) -> None:
    for trustee in (3, 1, 5):
        share = sums.share(trustee)
        assert sums.accepts(share, trustee)
        assert sums.stored(trustee) == share.decryption


def test_share_of_another_trustee_is_refused(sums: Sums) -> None:
    assert_refused(sums, sums.share(2))


def test_share_from_another_account_is_refused(sums: Sums) -> None:
    act = sums.submit(sums.share(1))
    reason = "tally: not the trustee's account"
    for sender in (sums.account(2), sums.rehearsal.roles.commission):
        assert sums.refusal(act, sender) == reason


@pytest.mark.parametrize("trustee", [0, TRUSTEES + 1, 2**256 - 1])
def test_share_without_a_seat_is_refused(sums: Sums, trustee: int) -> None:
    act = sums.submit(sums.share(1), trustee)
    assert sums.refusal(act, sums.account(1)) == "tally: no such trustee"


def test_share_is_given_once(sums: Sums) -> None:
    sums.give_shares((1,))
    act = sums.submit(sums.share())
    assert sums.refusal(act, sums.account(1)) == "tally: share is here already"


@pytest.mark.parametrize("slots", [0, 2, 4])
def test_share_of_another_length_is_refused(sums: Sums, slots: int) -> None:
    share = sums.share()
    points = (share.decryption * 2)[: 128 * slots]
    act = sums.submit(replace(share, decryption=points))
    assert sums.refusal(act, sums.account(1)) == "tally: share has a wrong length"


def test_share_of_another_sum_is_refused(sums: Sums) -> None:
    """Of the same contest, and with a good proof: it would shift every count."""
    totals = sums.tally.totals
    other = replace(totals, ephemeral=totals.ephemeral + G)
    key_share = sums.rehearsal.shares.trustees[0]
    tally = replace(sums.tally, totals=other)
    assert_refused(sums, make_share(tally, key_share, source=draw_source()))


def test_share_of_another_contest_is_refused(sums: Sums) -> None:
    """Both have two candidates, and the same two keys."""
    lonely = sums.of(LONELY)
    lonely.send(lonely.override())
    assert_refused(lonely, sums.of(SMALL).share())


@pytest.mark.parametrize("contest", [EMPTY, 999])
def test_share_of_a_contest_that_is_not_open_is_refused(
    sums: Sums, contest: int
) -> None:
    act = sums.of(contest).submit(sums.share())
    assert sums.refusal(act, sums.account(1)) == "tally: contest takes no shares"


def test_share_is_refused_before_the_sum_is_frozen() -> None:
    """While ballots still come in, two shares would show what lies between them."""
    with polls_opened().unwound() as polls:
        early = Sums(polls, SMALL)
        share = ShareMessage(bytes(2 * 128), bytes(128), bytes(128), 0)
        for boundary in (5, 6):
            polls.travel(polls.opened.rules.times[boundary])
            reason = "tally: contest takes no shares"
            assert early.refusal(early.submit(share), early.account(1)) == reason


def test_bad_share_costs_no_more_than_a_good_one(sums: Sums) -> None:
    def gas_of(message: ShareMessage) -> int:
        with sums.rehearsal.unwound():
            return sums.send(sums.submit(message), sums.account(1)).gas_used

    share = sums.share()
    good = gas_of(share)
    for name in POINTS:
        assert gas_of(put(share, name, BAD_G1["off the curve"])) <= good
