"""After the polls: what trustees verify, what is withheld, what is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.client.board_reader import read_board
from election.client.casting import cast_ballots
from election.client.contracts.tally import Tally
from election.client.errors import UnexpectedAnswerError
from election.client.rpc import Connection
from election.crypto.scalar import Scalar
from election.crypto.signature import SigningKey, sign_hash
from election.crypto.transcript import Address
from election.errors import ElectionError
from election.protocol.abi import ContractName, decode_event
from election.protocol.board import Board, Log
from election.protocol.events import TallyFrozen
from election.protocol.tally import TallyState
from scripts.anybody.freeze import freeze
from scripts.anybody.publish_result import publish_results
from scripts.commission.authorizations import AuthorizationFile, propose_override
from scripts.commission.override import override
from scripts.members.caution import accept_hash, require_agreed
from scripts.members.share import compare, share
from scripts.shared import acceptance
from scripts.shared.acceptance import COUNT, AuditedElection, accept_board, read_record
from scripts.shared.contests import Fates
from scripts.shared.errors import InputError, UnverifiedError
from scripts.shared.files.json_file import render_json
from scripts.shared.files.key_file import KeyFile
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from tests.audit.tampering import answer_for, change, find
from tests.client.stage import (
    COMMISSION,
    OBSERVERS,
    RELAY,
    TRUSTEES,
    Stage,
    deploy,
    travel,
)
from tests.in_process import connect_in_process
from tests.scripts.key_files import make_key_file, put_share


@pytest.fixture(scope="module")
def polls_closed() -> Stage:
    """Three ballots in contest 1, one in contest 30, which is too few."""
    stage = deploy(connect_in_process())
    stage.make_keys()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    cast_ballots(stage.boxes[1], stage.ballots(1, [1, 2, 2]), key=RELAY)
    cast_ballots(stage.boxes[30], stage.ballots(30, [3]), key=RELAY)
    travel(stage.connection, stage.manifest.times.cast_closing)
    freeze(stage.opened, [1, 30], key=RELAY)
    return stage


@pytest.fixture
def stage(polls_closed: Stage) -> Iterator[Stage]:
    snapshot = polls_closed.connection.request("evm_snapshot")
    yield polls_closed
    polls_closed.connection.request("evm_revert", snapshot)


def key_file_of(stage: Stage, key: SigningKey, folder: Path) -> KeyFile:
    made = make_key_file(folder / f"{key.secret}.json", Role.TRUSTEE, key)
    return put_share(made, stage.shares[key], instance_of(stage.opened))


def audit(stage: Stage) -> AuditedElection:
    return accept_board(read_record(stage.opened), COUNT)


def give_share(
    stage: Stage,
    contests: list[int],
    folder: Path,
    key: SigningKey = TRUSTEES[0],
    *,
    shown: AuditedElection | None = None,
) -> Fates[str]:
    """Compare, agree to what was shown, and give what was agreed to."""
    audited = audit(stage)
    return share(
        stage.opened,
        shown or audited,
        contests,
        agreed=set(compare(audited, contests).values()),
        key_file=key_file_of(stage, key, folder),
    )


def give_shares(stage: Stage, contests: list[int], folder: Path) -> None:
    for key in TRUSTEES[:2]:
        give_share(stage, contests, folder, key)


def sign_override(stage: Stage, folder: Path) -> list[Path]:
    digest = propose_override(audit(stage), 30).digest
    paths = []
    for key in (COMMISSION, *OBSERVERS[:2]):
        signed = sign_hash(digest, key)
        fields = digest, signed.v, signed.r, signed.s
        paths.append(folder / f"signed-{key.secret}.json")
        file = AuthorizationFile("veche-authorization/1", *fields)
        paths[-1].write_text(render_json(file))
    return paths


def test_sum_of_too_few_is_withheld_and_no_share_is_given(
    stage: Stage, tmp_path: Path
) -> None:
    done = give_share(stage, [1, 30], tmp_path)
    assert done == Fates({1: "given"}, {30: "withheld"}, {})
    give_shares(stage, [1], tmp_path / "others")
    counts = publish_results(stage.opened, [1, 30], key=RELAY)
    assert counts == Fates({1: (1, 2)}, {30: "withheld"}, {})


def test_trustee_believes_no_node_about_what_is_open(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a node could have the sum of one ballot opened."""
    monkeypatch.setattr(Tally, "state", lambda *_: TallyState.OPEN)
    assert give_share(stage, [30], tmp_path) == Fates({}, {30: "withheld"}, {})


def test_trustee_gives_nothing_for_a_contest_that_is_not_listed(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tally, "state", lambda *_: TallyState.OPEN)
    given = give_share(stage, [999, 1], tmp_path)
    assert given == Fates({1: "given"}, {}, {999: "is not in the election"})


def test_trustee_refuses_a_record_with_the_sum_of_a_contest_that_is_not_listed(
    stage: Stage,
) -> None:
    board = read_board(stage.connection, stage.opened.address)
    entry = find(board, TallyFrozen)
    board = change(board, entry, contest=999)
    with pytest.raises(UnverifiedError, match=r"check 1 \(record\)"):
        accept_board(board, COUNT)


def test_override_says_of_how_few_ballots_a_sum_is_opened(stage: Stage) -> None:
    proposal = propose_override(audit(stage), 30)
    assert proposal.meaning == (
        "contest 30, Second: opens the sum of 1 ballot, where 2 is the minimum"
    )


def test_withheld_contest_is_opened_by_signatures(stage: Stage, tmp_path: Path) -> None:
    paths = sign_override(stage, tmp_path)
    override(stage.opened, 30, paths=paths, key=RELAY)
    assert stage.opened.tally.state(30) is TallyState.OPEN
    give_shares(stage, [1, 30], tmp_path)
    counts = publish_results(stage.opened, [1, 30], key=RELAY)
    assert counts == Fates({1: (1, 2), 30: (0, 0, 1)}, {}, {})


def test_result_waits_for_enough_shares(stage: Stage, tmp_path: Path) -> None:
    give_share(stage, [1], tmp_path)
    counts = publish_results(stage.opened, [1], key=RELAY)
    assert counts == Fates({}, {1: "1 share of trustees yet, 2 needed"}, {})


def test_honest_election_passes_the_trustees_audit(
    stage: Stage, tmp_path: Path
) -> None:
    audit(stage)
    give_shares(stage, [1], tmp_path)
    audit(stage)


def test_sum_that_was_not_agreed_on_is_not_decrypted(
    stage: Stage, tmp_path: Path
) -> None:
    audited = audit(stage)
    key_file = key_file_of(stage, TRUSTEES[0], tmp_path)
    done = share(stage.opened, audited, [1], agreed=set(), key_file=key_file)
    assert done == Fates({}, {1: "not agreed on"}, {})
    assert stage.opened.tally.shares(1, trustees=3) == [b""] * 3


def test_trustee_who_is_shown_another_history_than_the_others_gives_nothing(
    stage: Stage, tmp_path: Path
) -> None:
    """In the other history the same sum was frozen in another block."""
    board = read_board(stage.connection, stage.opened.address)
    at = next(i for i, log in enumerate(board.logs) if is_freeze(stage, log))
    moved = replace(board.logs[at], block_number=board.logs[at].block_number + 1)
    moved_on = tuple(
        replace(log, block_number=log.block_number + 1) for log in board.logs[at + 1 :]
    )
    head = replace(board.head, number=board.head.number + 1)
    told = replace(board, logs=(*board.logs[:at], moved, *moved_on), head=head)
    other = accept_board(answer_for(told), COUNT)
    with pytest.raises(UnverifiedError, match="shown another history"):
        give_share(stage, [1], tmp_path, shown=other)


def is_freeze(stage: Stage, log: Log) -> bool:
    event = decode_event(log, ContractName.TALLY) if is_of_tally(stage, log) else None
    return isinstance(event, TallyFrozen)


def is_of_tally(stage: Stage, log: Log) -> bool:
    return log.address == stage.opened.tally.contract.address


def test_trustee_reads_the_record_once(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that shows the others' history first cannot show another one later."""
    audited = audit(stage)
    agreed = set(compare(audited, [1]).values())
    calls: list[str] = []
    ask = Connection.read_logs

    def read_logs(*arguments: Any, **named: Any) -> Any:
        calls.append("logs")
        return ask(*arguments, **named)

    monkeypatch.setattr(Connection, "read_logs", read_logs)
    key_file = key_file_of(stage, TRUSTEES[0], tmp_path)
    done = share(stage.opened, audited, [1], agreed=agreed, key_file=key_file)
    assert (done, calls) == (Fates({1: "given"}, {}, {}), [])


def test_trustee_of_another_election_gives_nothing(
    stage: Stage, tmp_path: Path
) -> None:
    audited = audit(stage)
    agreed = set(compare(audited, [1]).values())
    own = stage.shares[TRUSTEES[0]]
    foreign = replace(own, secrets=tuple(Scalar(x + 1) for x in own.secrets))
    key_file = put_share(
        key_file_of(stage, TRUSTEES[0], tmp_path), foreign, instance_of(stage.opened)
    )
    with pytest.raises(UnverifiedError, match="trustee 1: has other keys here"):
        share(stage.opened, audited, [1], agreed=agreed, key_file=key_file)


@pytest.mark.parametrize("places", [[0], [63], [5, 6], [1, 2, 3, 4, 5, 6, 7, 8]])
def test_mistyped_hash_is_no_other_history(stage: Stage, places: list[int]) -> None:
    audited = audit(stage)
    digits = list(compare(audited, [1])[1])
    for place in places:
        digits[place] = "0" if digits[place] != "0" else "1"
    named = ", ".join(str(place + 1) for place in places)
    with pytest.raises(InputError, match=f"contest 1 but for digit {named}: mistyped"):
        require_agreed(audited, ["".join(digits)])


def test_hash_of_no_sum_is_told_with_those_of_all_sums(stage: Stage) -> None:
    audited = audit(stage)
    known = compare(audited, [1])[1]
    with pytest.raises(UnverifiedError, match=f"which has {known} of contest 1"):
        require_agreed(audited, [known[::-1]])


@pytest.mark.parametrize("text", ["", "ab", "g" * 64, "0" * 63, "0" * 65, "0x" * 32])
def test_text_that_is_no_hash_is_refused_before_anything_is_asked(text: str) -> None:
    with pytest.raises(InputError, match="is no hash: it takes 64 digits"):
        accept_hash(text)


def test_hash_is_read_as_people_write_it() -> None:
    assert accept_hash(f" 0x{'AB' * 32}\n") == "ab" * 32


@pytest.mark.parametrize("part", ["voter_list", "tally", "trustees"])
def test_trustee_refuses_a_record_with_a_log_left_out(
    stage: Stage, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = getattr(stage.opened, part).contract.address

    def read_less(connection: Connection, election: Address, **named: Any) -> Board:
        board = read_board(connection, election, **named)
        at = next(i for i, log in enumerate(board.logs) if log.address == address)
        return replace(board, logs=(*board.logs[:at], *board.logs[at + 1 :]))

    monkeypatch.setattr(acceptance, "read_board", read_less)
    with pytest.raises(UnverifiedError):
        audit(stage)


def test_trustee_refuses_contracts_of_other_code(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = stage.opened.tally.contract.address

    def read_other(connection: Connection, election: Address, **named: Any) -> Board:
        board = read_board(connection, election, **named)
        code = dict(board.code)
        code[address] = code[address][:-1] + b"\0"
        return replace(board, code=code)

    monkeypatch.setattr(acceptance, "read_board", read_other)
    with pytest.raises(UnverifiedError, match="code"):
        audit(stage)


def test_override_that_a_node_made_up_is_seen(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = sign_override(stage, tmp_path)
    monkeypatch.setattr(Tally, "state", lambda *_: TallyState.WITHHELD)
    with pytest.raises(UnexpectedAnswerError, match="ask another node"):
        override(stage.opened, 30, paths=paths, key=RELAY)


@pytest.mark.parametrize(
    ("contest", "fact"), [(999, "is not in the election"), (1, "is not frozen yet")]
)
def test_override_is_signed_for_a_sum_that_there_is(
    stage: Stage, contest: int, fact: str
) -> None:
    audited: Any = SimpleNamespace(
        evidence=audit(stage).evidence, frozen={}, state=lambda _: TallyState.NONE
    )
    with pytest.raises(ElectionError, match=fact):
        propose_override(audited, contest)
