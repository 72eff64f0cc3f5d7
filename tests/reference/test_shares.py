"""A wrong share with the best proof of it is found, in either of its two equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from election.audit.evidence import Evidence
from election.crypto.group import G1_INFINITY, G, G1Point, encode_g1
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import (
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
)
from election.protocol import decryption
from election.protocol.board import Board
from election.protocol.decryption import DecryptionShare
from election.protocol.encoding import encode_points
from election.protocol.events import ShareAccepted
from reference.build import Build
from tests.audit.story import Told
from tests.audit.tampering import change, find
from tests.reference.both import find_faults, holds_in_the_first

W: Final = Scalar(0x5EED)
O = G1_INFINITY  # noqa: E741  infinity


def forge(
    told: Told, errors: Sequence[G1Point], commitments: Sequence[G1Point]
) -> Board:
    """Prove as well as trustee 1 can, with errors in D_1 to D_3, and in T1 and T2."""
    tally, secrets = Evidence(told.board).tally(1), told.shares["trustee 1"].secrets[:3]
    base = tally.totals.ephemeral
    pairs = zip(secrets, errors, strict=True)
    points = tuple(base * secret + error for secret, error in pairs)
    share, keys = DecryptionShare(1, points), [G * secret for secret in secrets]
    statement = decryption._state(tally, share, keys)
    t1, t2 = G * W + commitments[0], base * W + commitments[1]
    fields = hash_word(statement.digest), point_words(t1, t2)
    e = challenge(hash_fields(Tag.DECRYPTION_CHALLENGE, *fields))
    total = sum(a * x for a, x in zip(statement.weights, secrets, strict=True))
    return change(
        told.board,
        find(told.board, ShareAccepted),
        decryption=encode_points(points),
        t1=encode_g1(t1),
        t2=encode_g1(t2),
        s=reduce_scalar(W + e * total),
    )


def test_own_forgery_tool_makes_good_shares(
    told: Told, builds: Mapping[str, Build]
) -> None:
    board = forge(told, (O, O, O), (O, O))
    assert board != told.board
    assert find_faults(board, builds, "shares") == ""
    assert holds_in_the_first(board, "shares")


@pytest.mark.parametrize(
    ("errors", "commitments"),
    [
        ((G, O, O), (O, O)),
        ((O, G, O), (O, O)),
        ((O, O, G), (O, O)),
        ((G, -G, O), (O, O)),
        ((O, O, O), (G, O)),
        ((O, O, O), (O, G)),
    ],
)
def test_wrong_share_is_found_with_the_best_proof_of_it(
    told: Told,
    builds: Mapping[str, Build],
    errors: Sequence[G1Point],
    commitments: Sequence[G1Point],
) -> None:
    board = forge(told, errors, commitments)
    assert "is not of the trustee's key" in find_faults(board, builds, "shares")
    assert not holds_in_the_first(board, "shares")
