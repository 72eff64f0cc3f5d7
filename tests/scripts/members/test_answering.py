"""What an issuer answers: what an audited record asks, and each leaf once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from election.audit.audit import ALL
from election.client.deployment import Deployment
from election.client.leaf_requests import ask_for_credential
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import G, encode_g1
from election.crypto.scalar import Scalar
from election.crypto.transcript import ZERO_HASH, Hash
from election.protocol.board import Board
from election.protocol.events import Issued
from election.protocol.issuance import prepare_request, serve_share
from scripts.members import answering, going_on, issue
from scripts.members.acts import issue as issue_act
from scripts.members.answering import answer_once
from scripts.shared import witnesses
from scripts.shared.acceptance import POLLS, AuditedElection, accept_board, read_record
from scripts.shared.errors import InputError, NotYetError, UnverifiedError
from scripts.shared.files.answered_file import note_answers
from scripts.shared.files.answers_file import write_answers
from scripts.shared.files.key_file import (
    Instance,
    KeyFile,
    change_secrets,
    open_key_file,
)
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from tests.audit.tampering import encode_event, find, put
from tests.client.stage import ISSUERS, RELAY, Stage, deploy, travel
from tests.in_process import connect_in_process
from tests.scripts.conftest import PASSWORD
from tests.scripts.key_files import make_key_file, put_older, put_share

CTX, LEAF = Hash(b"\1" * 32), Hash(b"\2" * 32)


@pytest.fixture(scope="module")
def registered() -> Stage:
    """Polls are open and nobody was issued anything."""
    stage = deploy(connect_in_process())
    stage.make_keys()
    stage.publish_lists(2)
    stage.register_all()
    travel(stage.connection, stage.manifest.times.opening)
    return stage


@pytest.fixture(scope="module")
def board(registered: Stage) -> Board:
    """The record of a history in which everybody asked."""
    return tell(registered, b"asked" * 3 + b".")


@pytest.fixture(scope="module")
def audited(board: Board) -> AuditedElection:
    return accept_board(board, POLLS)


@pytest.fixture
def issuer(registered: Stage, tmp_path: Path) -> KeyFile:
    made = make_key_file(tmp_path / "issuer.json", Role.ISSUER, ISSUERS[0])
    share = registered.shares[ISSUERS[0]]
    return put_share(made, share, instance_of(registered.opened))


def tell(stage: Stage, secret: bytes) -> Board:
    """Tell a history in which the first voter of contest 1 asks with this secret."""
    snapshot = stage.connection.request("evm_snapshot")
    place = stage.place(1, 0, nonce=1)
    request = prepare_request(RecoverySecret(secret), ctx=place.ctx, leaf=place.leaf)
    asked = ask_for_credential(place, request.blinded)
    stage.connection.send(stage.prepare(asked), key=RELAY)
    board = read_record(stage.opened)
    stage.connection.request("evm_revert", snapshot)
    return board


def forge(board: Board, **fields: Any) -> Board:
    """Add a request that differs from a real one."""
    entry = find(board, Issued)
    event = replace(entry.event, **fields)
    topics, words = encode_event(event, entry.contract.part.contract_name)
    forged = replace(entry.log, topics=topics, data=words, index=entry.log.index + 1)
    return put(board, entry.log, entry.log, forged)


def issued_in(board: Board) -> Issued:
    return find(board, Issued).event


def answers(
    audited: AuditedElection, contest: int, issuer: KeyFile
) -> tuple[int, dict[Hash, bytes]]:
    """Answer all that is asked in a contest."""
    member, answered = answer_once(audited, contest, key_file=issuer)
    return member, dict(answered)


def record_of(issuer: KeyFile) -> Path:
    return issuer.path.with_name("issuer.json.answered")


def test_issuer_answers_what_was_issued(
    audited: AuditedElection, board: Board, issuer: KeyFile, registered: Stage
) -> None:
    event = issued_in(board)
    secret = registered.shares[ISSUERS[0]].secrets[0]
    answer = serve_share(event.blinded, secret)
    assert answers(audited, 1, issuer) == (1, {event.leaf: answer})
    assert answers(audited, 30, issuer) == (1, {})


def test_checks_of_an_issuer_leave_out_what_comes_later_and_the_ballots() -> None:
    later = {"sums", "openings", "shares", "results"}
    assert set(POLLS) == set(ALL) - later - {"ballots"}


def run_issue(
    issuer: KeyFile, stage: Stage, shown: Board, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Run the act against a node that shows this record; return what it writes."""
    out = issuer.path.with_name("answers.json")
    deployed = Deployment(
        shown.chain_id, ZERO_HASH, 0, 0, (("Election", shown.election),)
    )
    monkeypatch.setattr(going_on, "read_deployment", lambda *_: deployed)
    monkeypatch.setattr(issue, "enter", lambda *_: stage.opened)
    monkeypatch.setattr(issue, "unlock", lambda *_, **__: issuer)
    monkeypatch.setattr(witnesses, "read_boards", lambda *_: {"node": shown})
    with suppress(UnverifiedError):
        issue_act.command(
            election=out, key=issuer.path, out=out, contest=1, as_json=True
        )
    return out


def test_act_writes_the_answers_to_an_audited_record(
    board: Board, issuer: KeyFile, registered: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = run_issue(issuer, registered, board, monkeypatch)
    leaf = issued_in(board).leaf
    _, *lines = map(json.loads, out.read_text().splitlines())
    assert [each["leaf"] for each in lines] == [f"0x{leaf.hex()}"]


def test_contest_that_is_not_there_is_refused_before_anything_is_read(
    issuer: KeyFile, registered: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        pytest.fail("the record was read")

    monkeypatch.setattr(issue, "enter", lambda *_: registered.opened)
    monkeypatch.setattr(issue, "accepting", read)
    out = issuer.path.with_name("answers.json")
    with pytest.raises(InputError, match=r"contest 9: .* which has 1, 30"):
        issue_act.command(election=out, key=issuer.path, out=out, contest=9)


def test_act_writes_nothing_when_a_node_shows_a_forged_request(
    board: Board, issuer: KeyFile, registered: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = forge(board, leaf=LEAF)
    assert not run_issue(issuer, registered, forged, monkeypatch).exists()
    assert not record_of(issuer).exists()


@pytest.mark.parametrize(
    "fields",
    [{"leaf": LEAF}, {"blinded": encode_g1(G)}, {"nonce": 2}],
    ids=["leaf", "blinded", "nonce"],
)
def test_record_with_a_request_that_nobody_attested_is_refused(
    board: Board, fields: dict[str, Any]
) -> None:
    """A node that shows forged requests would be given credentials for nobody."""
    with pytest.raises(UnverifiedError):
        accept_board(forge(board, **fields), POLLS)


def test_request_is_refused_when_another_of_its_leaf_was_answered(
    audited: AuditedElection, registered: Stage, issuer: KeyFile
) -> None:
    """Every check holds of both histories: portal and SMS gateway attested both."""
    other = accept_board(tell(registered, b"another history."), POLLS)
    answer_once(audited, 1, key_file=issuer)
    with pytest.raises(UnverifiedError, match="there is a second history"):
        answer_once(other, 1, key_file=issuer)


def test_same_request_is_answered_again(
    audited: AuditedElection, issuer: KeyFile
) -> None:
    first = answers(audited, 1, issuer)
    assert answers(audited, 1, issuer) == first


def test_answer_is_made_once(
    audited: AuditedElection, issuer: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answers(audited, 1, issuer)
    monkeypatch.setattr(answering, "serve_share", lambda *_: bytes(128))
    assert answers(audited, 1, issuer) == first


def test_request_is_noted_before_it_is_answered(
    audited: AuditedElection, issuer: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(answering, "serve_share", stop)
    with pytest.raises(KeyboardInterrupt):
        answers(audited, 1, issuer)
    ctx = audited.evidence.box(1).ctx
    leaf = issued_in(audited.evidence.board).leaf
    with pytest.raises(UnverifiedError):
        note_answers(record_of(issuer), ctx, {leaf: b"another"}.items())


def test_issuer_of_another_election_answers_nothing(
    audited: AuditedElection, registered: Stage, issuer: KeyFile
) -> None:
    """Else an election that others made up would do, every check of which holds."""
    own = registered.shares[ISSUERS[0]]
    foreign = replace(own, secrets=tuple(Scalar(x + 1) for x in own.secrets))
    with pytest.raises(UnverifiedError, match="issuer 1: has other keys here"):
        answer_once(
            audited,
            1,
            key_file=put_share(issuer, foreign, instance_of(registered.opened)),
        )
    assert not record_of(issuer).exists()


def test_share_of_another_election_is_called_so(
    audited: AuditedElection, registered: Stage, tmp_path: Path
) -> None:
    """Nobody is accused because somebody took part in two elections."""
    made = make_key_file(tmp_path / "issuer.json", Role.ISSUER, ISSUERS[0])
    own = registered.shares[ISSUERS[0]]
    foreign = replace(own, secrets=tuple(Scalar(x + 1) for x in own.secrets))
    elsewhere = put_share(made, own, Instance("1:0x00:7"))
    with pytest.raises(NotYetError, match="has no key share of this election yet"):
        answer_once(audited, 1, key_file=elsewhere)
    older = put_older(made, b"", foreign)
    with pytest.raises(InputError, match="has a key share of another election"):
        answer_once(audited, 1, key_file=older)
    own_older = put_older(made, b"", own)
    assert answer_once(audited, 1, key_file=own_older)[0] == 1


def test_contest_that_is_not_in_the_election_is_refused(
    audited: AuditedElection, issuer: KeyFile
) -> None:
    with pytest.raises(InputError, match="contest 2: is not in the election"):
        answer_once(audited, 2, key_file=issuer)


def test_record_of_answers_is_for_its_owner_only(
    audited: AuditedElection, issuer: KeyFile
) -> None:
    answer_once(audited, 1, key_file=issuer)
    assert record_of(issuer).stat().st_mode & 0o777 == 0o600


def test_nothing_is_noted_of_requests_one_of_which_is_refused(tmp_path: Path) -> None:
    record, other = tmp_path / "answered", Hash(b"\3" * 32)
    note_answers(record, CTX, {LEAF: b"first"}.items())
    with pytest.raises(UnverifiedError, match=LEAF.hex()):
        note_answers(record, CTX, {other: b"new", LEAF: b"second"}.items())
    note_answers(record, CTX, {other: b"another", LEAF: b"first"}.items())


def test_same_leaf_in_another_context_is_another(tmp_path: Path) -> None:
    record = tmp_path / "answered"
    note_answers(record, CTX, {LEAF: b"first"}.items())
    note_answers(record, Hash(b"\3" * 32), {LEAF: b"second"}.items())


def test_of_programs_that_answer_at_once_one_request_of_a_leaf_is_noted(
    tmp_path: Path,
) -> None:
    noted: list[int] = []

    def note(number: int) -> None:
        with suppress(UnverifiedError):
            note_answers(tmp_path / "answered", CTX, {LEAF: bytes([number])}.items())
            noted.append(number)

    threads = [Thread(target=note, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(noted) == 1


def test_record_of_answers_that_is_something_else_is_refused(tmp_path: Path) -> None:
    record = tmp_path / "answered"
    record.write_text("something else " * 100)
    with pytest.raises(InputError, match="answered: file is not a database"):
        note_answers(record, CTX, {LEAF: b"first"}.items())
    with pytest.raises(InputError, match="is a directory"):
        note_answers(tmp_path, CTX, {LEAF: b"first"}.items())


def forget(issuer: KeyFile) -> None:
    record_of(issuer).unlink()


def replace_by_another(issuer: KeyFile) -> None:
    record_of(issuer).unlink()
    note_answers(record_of(issuer), CTX, {LEAF: b"first"}.items())


def empty(issuer: KeyFile) -> None:
    record_of(issuer).write_bytes(b"")


@pytest.mark.parametrize(
    ("lose", "fact"),
    [
        (forget, "is missing, and this key has answered before"),
        (replace_by_another, "is the record of another key file"),
        (empty, "is the record of another key file"),
    ],
)
def test_record_that_was_lost_is_no_new_start(
    audited: AuditedElection,
    issuer: KeyFile,
    lose: Callable[[KeyFile], None],
    fact: str,
) -> None:
    """Else another request of each leaf would be answered."""
    answer_once(audited, 1, key_file=issuer)
    kept = record_of(issuer).read_bytes()
    reopened = open_key_file(issuer.path, password=PASSWORD)
    lose(issuer)
    with pytest.raises(InputError, match=fact):
        answer_once(audited, 1, key_file=reopened)
    record_of(issuer).write_bytes(kept)
    assert answers(audited, 1, reopened)[1]


def test_record_of_an_older_program_goes_on(
    audited: AuditedElection, registered: Stage, issuer: KeyFile
) -> None:
    answer_once(audited, 1, key_file=issuer)
    record = sqlite3.connect(record_of(issuer))
    record.execute("DROP TABLE identity")
    record.close()
    older = change_secrets(issuer, lambda kept: replace(kept, record=b""))
    answer_once(audited, 1, key_file=older)
    other = accept_board(tell(registered, b"another history."), POLLS)
    with pytest.raises(UnverifiedError, match="there is a second history"):
        answer_once(other, 1, key_file=open_key_file(issuer.path, password=PASSWORD))


@pytest.mark.parametrize("text", ["", "{}", "something else", '{"format": "x"}\n'])
def test_answers_are_written_over_nothing_but_answers(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(InputError, match="it is not overwritten"):
        write_answers(path, 1, 1, {LEAF: encode_g1(G)}.items())
    assert path.read_text() == text
    path.unlink()
    for _ in range(2):
        write_answers(path, 1, 1, {LEAF: encode_g1(G)}.items())


def test_key_file_is_not_written_over_by_answers(
    issuer: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = issuer.path.read_bytes()
    monkeypatch.setattr(issue, "unlock", lambda *_, **__: issuer)
    key = issuer.path
    with pytest.raises(InputError, match="it is not overwritten"):
        issue_act.command(election=key, key=key, out=key, contest=1, as_json=True)
    assert issuer.path.read_bytes() == before
    assert not record_of(issuer).exists()


@pytest.mark.parametrize("spoilt", [encode_g1(G), encode_g1(G) + bytes(32), b"short"])
def test_answer_that_was_changed_on_the_disk_is_made_anew(
    audited: AuditedElection, issuer: KeyFile, spoilt: bytes
) -> None:
    good = answers(audited, 1, issuer)
    record = sqlite3.connect(record_of(issuer))
    with record:
        record.execute("UPDATE answers SET answer = ?", (spoilt,))
    record.close()
    assert answers(audited, 1, issuer) == good


@pytest.mark.parametrize("spoilt", [None, 1_000, "text"])
def test_answer_that_is_no_bytes_is_made_anew(
    audited: AuditedElection, issuer: KeyFile, spoilt: object
) -> None:
    good = answers(audited, 1, issuer)
    record = sqlite3.connect(record_of(issuer))
    with record:
        record.execute("DROP TABLE answers")
        record.execute("CREATE TABLE answers (ctx, leaf, answer)")
        row = "INSERT INTO answers SELECT ctx, leaf, ? FROM answered"
        record.execute(row, (spoilt,))
    record.close()
    assert answers(audited, 1, issuer) == good


def test_program_that_began_before_the_first_answer_knows_the_record_too(
    audited: AuditedElection, issuer: KeyFile
) -> None:
    answers(audited, 1, open_key_file(issuer.path, password=PASSWORD))
    record_of(issuer).unlink()
    with pytest.raises(InputError, match="is missing, and this key has answered"):
        answers(audited, 1, issuer)
