from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from election.client.errors import (
    ConnectionFailedError,
    ContractRefusedError,
    NodeRefusedError,
    Trouble,
    UnexpectedAnswerError,
)
from election.protocol.ballot import accept_batch
from election.protocol.decryption import ShareMessage, accept_decryption_share
from election.protocol.tally import EncryptedTally, aggregate_ballots
from scripts.members import caution
from scripts.members.caution import leaving
from scripts.shared.errors import UnverifiedError
from scripts.shared.files.key_file import (
    KeyFile,
    change_secrets,
    create_key_file,
    open_key_file,
)
from scripts.shared.roles import Role
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
    """Let a share leave, as far as this machine knows."""
    with leaving(key_file, tally):
        share = honest.keys().trustees[0]
        return caution.sign(tally, key_share=share, key_file=key_file)


def test_share_is_of_the_trustees_key(trustee: KeyFile) -> None:
    tally = tally_of(1, 2)
    message = sign(trustee, tally)
    keys = honest.keys().election.verification_keys[0]
    share = accept_decryption_share(message, tally, trustee=1, verification_keys=keys)
    assert share.trustee == 1


def test_sum_is_noted_on_disk_before_its_share_is_given(trustee: KeyFile) -> None:
    tally = tally_of(1, 2)
    with leaving(trustee, tally):
        kept = open_key_file(trustee.path, password=PASSWORD).secrets
        assert list(kept.decrypted) == [tally.ctx.hex()]


def fail(key_file: KeyFile, tally: EncryptedTally, error: BaseException) -> None:
    """Let the request that a share leaves in end with an error."""
    with pytest.raises(type(error)), leaving(key_file, tally):
        raise error


def test_sum_of_which_no_share_left_is_given_up(trustee: KeyFile) -> None:
    """Nobody listened, so nobody has a share that another sum could be set against."""
    fail(trustee, tally_of(1, 2), ConnectionFailedError("node", "away", Trouble.AWAY))
    assert not open_key_file(trustee.path, password=PASSWORD).secrets.decrypted
    sign(trustee, tally_of(1, 2, 3))


@pytest.mark.parametrize(
    "error",
    [
        *(ConnectionFailedError("node", "x", t) for t in Trouble if t != Trouble.AWAY),
        ContractRefusedError("tally", "share is refused"),
        NodeRefusedError("eth_call", "no"),
        UnexpectedAnswerError("share", "was refused"),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_sum_of_which_a_share_may_have_left_is_never_given_up(
    trustee: KeyFile, error: BaseException
) -> None:
    """Whoever answered, with whatever, may have read the share."""
    fail(trustee, tally_of(1, 2), error)
    with pytest.raises(UnverifiedError, match="another sum was decrypted for it"):
        sign(trustee, tally_of(1, 2, 3))


def test_sum_is_not_given_up_when_a_share_left_before_or_by_another_program(
    trustee: KeyFile,
) -> None:
    tally, away = tally_of(1, 2), ConnectionFailedError("node", "away", Trouble.AWAY)
    sign(trustee, tally)
    fail(trustee, tally, away)
    with pytest.raises(UnverifiedError):
        sign(trustee, tally_of(1, 2, 3))
    other = tally_of(1, 2, contest=2)
    with suppress(ConnectionFailedError), leaving(trustee, other):
        sign(open_key_file(trustee.path, password=PASSWORD), other)
        raise away
    with pytest.raises(UnverifiedError):
        sign(trustee, tally_of(1, contest=2))


def test_note_of_an_older_program_is_never_given_up(trustee: KeyFile) -> None:
    tally = tally_of(1, 2)
    sign(trustee, tally)
    change_secrets(trustee, lambda kept: replace(kept, given={}))
    fail(trustee, tally, ConnectionFailedError("node", "away", Trouble.AWAY))
    with pytest.raises(UnverifiedError):
        sign(trustee, tally_of(1, 2, 3))


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
