"""A pass verifies and answers what is new, from wherever the last one ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.client.deployment import Deployment
from election.crypto.transcript import ZERO_HASH, Hash
from scripts.members.answering import place_answers
from scripts.shared.acceptance import POLLS, accept_board
from scripts.shared.errors import InputError, UnverifiedError
from scripts.shared.files import past_file
from scripts.shared.files.answered_file import find_answer
from scripts.shared.files.key_file import open_key_file
from scripts.shared.files.past_file import PastFile
from scripts.shared.witnesses import require_witnesses
from services.issuer import record as issuer_record
from services.issuer.record import STEADY, Record
from services.issuer.service import SERVICE
from services.shell.checking import check_service
from services.shell.copying import back_up, restore
from services.shell.home import Home
from tests.client.stage import travel
from tests.services.issuer.conftest import Polls, put_key, write_home
from tests.services.running import PASSWORD


def open_record(polls: Polls, folder: Path) -> Record:
    """Open the record of the first issuer, whose key is there already or made."""
    path = folder / "issuer.key.json"
    if path.exists():
        key_file = open_key_file(path, password=PASSWORD)
    else:
        key_file = put_key(polls, folder)
    opened = polls.stage.opened
    named = (("Election", opened.address),)
    chain = polls.stage.connection.chain_id
    return Record(Deployment(chain, ZERO_HASH, 0, 0, named), [polls.url], key_file)


@pytest.fixture
def record(polls: Polls, tmp_path: Path) -> Iterator[Record]:
    made = open_record(polls, tmp_path)
    yield made
    made.close()


def answer_to(record: Record, polls: Polls, leaf: Hash, contest: int = 1) -> bytes:
    ctx = polls.stage.boxes[contest].box.ctx
    found = find_answer(place_answers(record.key_file.path), ctx, leaf)
    return b"" if found is None else found[1]


def test_each_pass_answers_what_is_new(record: Record, polls: Polls) -> None:
    leaf, _ = polls.ask(1, 0)
    assert record.advance().answered == 1
    later, _ = polls.ask(30, 1)
    assert answer_to(record, polls, later, 30) == b""
    assert record.advance().answered == 1
    assert answer_to(record, polls, leaf)
    assert answer_to(record, polls, later, 30)
    assert record.advance().answered == 0


def test_pass_in_which_only_voters_acted_repeats_no_other_check(
    record: Record, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def note(board: Any, checks: Any, past: Any) -> Any:
        seen.append(checks)
        return accept_board(board, checks, past)

    monkeypatch.setattr(issuer_record, "accept_board", note)
    record.advance()
    polls.ask(1, 0)
    record.advance()
    monkeypatch.setattr(issuer_record, "_OF_VOTERS", ())  # as for any other log
    polls.ask(1, 1)
    record.advance()
    assert seen == [POLLS, STEADY, POLLS]


def test_pass_looks_at_no_leaf_that_was_answered(
    record: Record, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither answers nor seals what was there: it would cost as many as have voted."""

    def refuse(*_: object) -> None:
        pytest.fail("all leaves were looked at")

    polls.ask(1, 0)
    record.advance()
    monkeypatch.setattr(PastFile, "requests", refuse)
    monkeypatch.setattr(past_file, "_seal", refuse)
    leaf, _ = polls.ask(1, 1)
    record.advance()
    assert answer_to(record, polls, leaf)


def test_what_was_not_sealed_is_verified_again(
    record: Record, polls: Polls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first pass is sealed, also on a machine that has just begun to count."""
    clock = SimpleNamespace(monotonic=lambda: 0.0)
    monkeypatch.setattr(issuer_record, "time", clock)
    first = record.advance().block
    polls.ask(1, 0)
    assert record.advance().block > first
    record.close()
    again = open_record(polls, tmp_path)
    again._begin()
    assert again.past.block == first
    assert again.advance().answered == 1  # looked up, and found
    again.close()


def test_what_is_new_is_sealed_from_time_to_time(
    record: Record, polls: Polls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.advance()
    polls.ask(1, 0)
    monkeypatch.setattr(issuer_record, "SEAL_EVERY", 0)
    later = record.advance().block
    record.close()
    again = open_record(polls, tmp_path)
    again._begin()
    assert again.past.block == later
    again.close()


def test_record_of_a_real_election_takes_nodes_of_two_organisations(
    record: Record, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_real(boards: Any, **_: Any) -> None:
        require_witnesses(boards, is_test=False)

    monkeypatch.setattr(issuer_record, "require_witnesses", as_real)
    leaf, _ = polls.ask(1, 0)
    with pytest.raises(InputError):
        record.advance()
    assert answer_to(record, polls, leaf) == b""


@pytest.mark.parametrize("step", ["keep_past", "answer_once", "open_own_share"])
def test_pass_that_ends_in_the_middle_is_made_up_for(
    record: Record, polls: Polls, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    record.advance()
    leaf, _ = polls.ask(1, 0)

    def fail(*_: object, **__: object) -> None:
        raise InputError("disk", "is full")

    with monkeypatch.context() as patch:
        patch.setattr(issuer_record, step, fail)
        with pytest.raises(InputError):
            record.advance()
    record.advance()
    assert answer_to(record, polls, leaf)


def test_second_request_of_a_leaf_is_never_answered(
    record: Record, polls: Polls
) -> None:
    """Another history, shown after the first was answered."""
    chain = polls.stage.connection
    snapshot = chain.request("evm_snapshot")
    leaf, _ = polls.ask(1, 0)
    record.advance()
    first = answer_to(record, polls, leaf)
    chain.request("evm_revert", snapshot)
    polls.ask(1, 0, secret=b"o" * 16)
    travel(chain, chain.read_clock() + 60)
    with pytest.raises(UnverifiedError):
        record.advance()
    assert answer_to(record, polls, leaf) == first


def test_home_without_its_record_of_answers_answers_nothing(
    record: Record, polls: Polls, tmp_path: Path
) -> None:
    polls.ask(1, 0)
    record.advance()
    record.close()
    place_answers(record.key_file.path).unlink()
    again = open_record(polls, tmp_path)
    with pytest.raises(InputError, match="is missing"):
        again.advance()
    again.close()


def test_home_made_of_a_copy_answers_nothing(polls: Polls, tmp_path: Path) -> None:
    """It may be of an earlier day, and would answer what was answered otherwise."""
    home = write_home(polls, tmp_path / "issuer")
    record = open_record(polls, home.folder)
    polls.ask(1, 0)
    record.advance()
    record.close()
    back_up(SERVICE, home, tmp_path / "copy")
    new = Home(tmp_path / "new", "issuer")
    restore(SERVICE, new, tmp_path / "copy")
    (told,) = asyncio.run(check_service(SERVICE, new, PASSWORD))
    assert ".answered: is missing" in told
    assert "the other issuers go on" in told
    again = open_record(polls, tmp_path / "new")
    with pytest.raises(InputError, match="is missing"):
        again.advance()
    again.close()
