from __future__ import annotations

from pathlib import Path

import pytest

from election.protocol.ballot import accept_batch
from election.protocol.decryption import ShareMessage, accept_decryption_share
from election.protocol.tally import EncryptedTally, aggregate_ballots
from scripts.caution import sign_once
from scripts.errors import UnverifiedError
from scripts.files.key_file import (
    KeyFile,
    Role,
    create_key_file,
    open_key_file,
)
from tests import honest
from tests.scripts.conftest import PASSWORD


def tally_of(*choices: int, contest: int = 1) -> EncryptedTally:
    raws = [
        honest.ballot(choice, number, contest)
        for number, choice in enumerate(choices, 1)
    ]
    box = honest.box(contest)
    return aggregate_ballots(accept_batch(raws, box), box)


@pytest.fixture
def trustee(tmp_path: Path) -> KeyFile:
    return create_key_file(tmp_path / "key.json", Role.TRUSTEE, password=PASSWORD)


def sign(key_file: KeyFile, tally: EncryptedTally) -> ShareMessage:
    return sign_once(key_file, tally, key_share=honest.keys().trustees[0])


def test_share_is_of_the_trustees_key(trustee: KeyFile) -> None:
    tally = tally_of(1, 2)
    message = sign(trustee, tally)
    keys = honest.keys().election.verification_keys[0]
    share = accept_decryption_share(message, tally, trustee=1, verification_keys=keys)
    assert share.trustee == 1


def test_sum_is_noted_on_disk_before_its_share_is_given(trustee: KeyFile) -> None:
    tally = tally_of(1, 2)
    sign(trustee, tally)
    kept = open_key_file(trustee.path, password=PASSWORD).secrets
    assert list(kept.decrypted) == [tally.ctx.hex()]


def test_second_sum_of_a_contest_is_never_decrypted(trustee: KeyFile) -> None:
    """The difference of two sums is one voter's ballot."""
    sign(trustee, tally_of(1, 2))
    reopened = open_key_file(trustee.path, password=PASSWORD)
    with pytest.raises(UnverifiedError, match="another sum was decrypted for it"):
        sign(reopened, tally_of(1, 2, 3))


def test_second_sum_is_refused_by_a_program_that_began_before_the_first(
    trustee: KeyFile,
) -> None:
    """An audit takes minutes; meanwhile the file is another."""
    began = open_key_file(trustee.path, password=PASSWORD)
    sign(trustee, tally_of(1, 2))
    with pytest.raises(UnverifiedError, match="another sum was decrypted for it"):
        sign(began, tally_of(1, 2, 3))


def test_program_that_began_before_forgets_no_sum(trustee: KeyFile) -> None:
    began = open_key_file(trustee.path, password=PASSWORD)
    sign(trustee, tally_of(1, 2))
    sign(began, tally_of(1, 2, contest=2))
    reopened = open_key_file(trustee.path, password=PASSWORD)
    with pytest.raises(UnverifiedError, match="another sum was decrypted for it"):
        sign(reopened, tally_of(1, 2, 3))


def test_same_sum_may_be_decrypted_again(trustee: KeyFile) -> None:
    tally = tally_of(1, 2)
    first = sign(trustee, tally)
    second = sign(trustee, tally)
    assert first.decryption == second.decryption


def test_sums_of_two_contests_are_both_decrypted(trustee: KeyFile) -> None:
    sign(trustee, tally_of(1, 2))
    sign(trustee, tally_of(1, 2, contest=2))
    kept = open_key_file(trustee.path, password=PASSWORD).secrets
    assert len(kept.decrypted) == 2
