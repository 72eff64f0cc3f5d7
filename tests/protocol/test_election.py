"""A whole election in values: ceremonies, issuance, casting, tally, decryption."""

from __future__ import annotations

from itertools import combinations

import pytest

from election.crypto.discrete_log import build_table
from election.errors import CountError
from election.protocol.ballot import accept_batch
from election.protocol.decryption import (
    DecryptionShare,
    accept_decryption_share,
    find_result,
    make_share,
)
from election.protocol.tally import EncryptedTally, aggregate_ballots
from tests import honest

CHOICES = (1, 3, 3, 2, 3, 1, 3)
TABLE = build_table()


def cast_all() -> EncryptedTally:
    raws = [honest.ballot(choice, number) for number, choice in enumerate(CHOICES, 1)]
    return aggregate_ballots(accept_batch(raws, honest.box()), honest.box())


def share_of(trustee: int, tally: EncryptedTally) -> DecryptionShare:
    keys = honest.keys()
    key_share = keys.trustees[trustee - 1]
    message = make_share(tally, key_share, source=honest.source(trustee))
    return accept_decryption_share(
        message,
        tally,
        trustee=trustee,
        verification_keys=keys.election.verification_keys[trustee - 1],
    )


def test_every_threshold_of_trustees_finds_the_same_counts() -> None:
    tally = cast_all()
    shares = {trustee: share_of(trustee, tally) for trustee in range(1, 6)}
    for subset in combinations(shares, honest.THRESHOLD):
        chosen = [shares[trustee] for trustee in subset]
        result = find_result(chosen, tally, table=TABLE)
        assert result.counts == (2, 1, 4)
        assert result.trustees == subset


def test_fewer_trustees_than_the_threshold_find_nothing() -> None:
    tally = cast_all()
    for subset in combinations(range(1, 6), honest.THRESHOLD - 1):
        shares = [share_of(trustee, tally) for trustee in subset]
        with pytest.raises(CountError):
            find_result(shares, tally, table=TABLE)
