from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from election.client.contracts.election import Election
from election.client.contracts.tally import Tally
from election.client.errors import UnexpectedAnswerError
from election.crypto.signature import SigningKey, derive_address, sign_hash
from election.crypto.transcript import Hash
from election.protocol.phases import derive_extension_hash
from election.protocol.tally import TallyState
from election.protocol.text import spell_time
from scripts.commission.authorizations import (
    AuthorizationFile,
    collect,
    propose_extension,
    require_in_time,
)
from scripts.commission.extend import extend
from scripts.commission.override import override
from scripts.shared.acceptance import (
    EXTENSIONS,
    AuditedElection,
    accept_board,
    read_record,
)
from scripts.shared.errors import InputError, NotYetError, RuledOutError
from scripts.shared.files.json_file import render_json
from tests.client.stage import (
    COMMISSION,
    OBSERVERS,
    PORTAL,
    RELAY,
    Stage,
    deploy,
)
from tests.in_process import connect_in_process


@pytest.fixture(scope="module")
def stage() -> Stage:
    return deploy(connect_in_process())


def audit(stage: Stage) -> AuditedElection:
    return accept_board(read_record(stage.opened), EXTENSIONS)


def sign(folder: Path, key: SigningKey, digest: Hash) -> Path:
    signed = sign_hash(digest, key)
    file = AuthorizationFile(
        "veche-authorization/1", digest, signed.v, signed.r, signed.s
    )
    path = folder / f"{derive_address(key).hex()}.json"
    path.write_text(render_json(file))
    return path


def test_polls_are_extended_by_commission_and_observers(
    stage: Stage, tmp_path: Path
) -> None:
    before = after = stage.opened.election.closings()
    for _ in range(2):
        digest = propose_extension(audit(stage), 60).digest
        keys = (OBSERVERS[2], COMMISSION, OBSERVERS[0])
        paths = [sign(tmp_path, key, digest) for key in keys]
        after = extend(stage.opened, 60, paths=paths, key=RELAY)
    assert after == (before[0] + 120, before[1] + 120)


def test_extension_that_the_closings_do_not_show_is_not_called_done(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = propose_extension(audit(stage), 60).digest
    paths = [sign(tmp_path, key, digest) for key in (COMMISSION, *OBSERVERS)]
    before = stage.opened.election.closings()
    monkeypatch.setattr(Election, "closings", lambda _: before)
    with pytest.raises(UnexpectedAnswerError, match="ask another node"):
        extend(stage.opened, 60, paths=paths, key=RELAY)


def test_observers_are_ordered_and_counted_once(stage: Stage, tmp_path: Path) -> None:
    digest = propose_extension(audit(stage), 60).digest
    paths = [sign(tmp_path, key, digest) for key in (COMMISSION, *OBSERVERS)]
    collected = collect(stage.opened, digest, paths=[*paths, *reversed(paths)])
    addresses = sorted(derive_address(key) for key in OBSERVERS)
    by_address = {derive_address(key): sign_hash(digest, key) for key in OBSERVERS}
    assert collected.observers == tuple(by_address[each] for each in addresses)


def test_extension_is_signed_while_it_can_be_carried_out(stage: Stage) -> None:
    rules = stage.opened.rules
    end = rules.times[5] + 60
    require_in_time(rules, 60, 7_140, now=end - 1)
    with pytest.raises(RuledOutError, match="could be extended before"):
        require_in_time(rules, 60, 1, now=end)
    with pytest.raises(RuledOutError, match="7140 seconds more, not by 7141"):
        require_in_time(rules, 60, 7_141, now=end - 1)


def test_neither_signing_nor_extending_is_offered_too_late(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = propose_extension(audit(stage), 60).digest
    paths = [sign(tmp_path, key, digest) for key in (COMMISSION, *OBSERVERS)]
    late = stage.opened.election.closings()[0]
    monkeypatch.setattr(type(stage.connection), "read_clock", lambda _: late)

    def ask(*_: str) -> None:
        pytest.fail("asks whether to do what cannot be done")

    with pytest.raises(RuledOutError, match="could be extended before"):
        extend(stage.opened, 60, paths=paths, key=RELAY, ask=ask)
    audited = audit(stage)
    head = replace(audited.evidence.board.head, timestamp=late)
    board = replace(audited.evidence.board, head=head)
    evidence = replace(audited.evidence, board=board)
    with pytest.raises(RuledOutError, match="could be extended before"):
        propose_extension(replace(audited, evidence=evidence), 60)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (TallyState.NONE, NotYetError),
        (TallyState.OPEN, RuledOutError),
        (TallyState.FINAL, RuledOutError),
    ],
)
def test_sum_that_is_not_withheld_is_not_opened_and_accuses_no_node(
    stage: Stage,
    state: TallyState,
    error: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Tally, "state", lambda *_: state)
    monkeypatch.setattr("scripts.commission.override.read_box", lambda *_: None)
    with pytest.raises(error):
        override(stage.opened, 1, paths=[], key=RELAY)


def test_commission_must_have_signed(stage: Stage, tmp_path: Path) -> None:
    digest = propose_extension(audit(stage), 60).digest
    paths = [sign(tmp_path, key, digest) for key in OBSERVERS]
    with pytest.raises(InputError, match="the commission has not signed"):
        collect(stage.opened, digest, paths=paths)


def test_stranger_is_named(stage: Stage, tmp_path: Path) -> None:
    digest = propose_extension(audit(stage), 60).digest
    paths = [sign(tmp_path, key, digest) for key in (COMMISSION, PORTAL)]
    with pytest.raises(InputError, match=f"{derive_address(PORTAL).hex()}: is no obs"):
        collect(stage.opened, digest, paths=paths)


def test_signature_for_another_extension_is_refused(
    stage: Stage, tmp_path: Path
) -> None:
    path = sign(tmp_path, COMMISSION, propose_extension(audit(stage), 61).digest)
    with pytest.raises(InputError, match="authorizes something else"):
        collect(stage.opened, propose_extension(audit(stage), 60).digest, paths=[path])


def test_extension_says_what_it_does_to_the_closings(stage: Stage) -> None:
    proposal = propose_extension(audit(stage), 90)
    counter = stage.opened.election.extension_counter()
    issue, cast = stage.opened.election.closings()
    assert f"extension {counter}, by 90 seconds" in proposal.meaning
    assert f"credentials until {spell_time(issue + 90)}" in proposal.meaning
    assert f"ballots until {spell_time(cast + 90)}" in proposal.meaning


def test_number_of_an_extension_is_the_records_whatever_a_node_counts(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else signatures for one extension after another could be collected."""
    counted = stage.opened.election.extension_counter()
    monkeypatch.setattr(Election, "extension_counter", lambda _: counted + 1)
    proposal = propose_extension(audit(stage), 90)
    assert proposal.digest == derive_extension_hash(
        stage.election_id,
        chain_id=stage.connection.chain_id,
        election=stage.opened.address,
        counter=counted,
        delta=90,
    )
    assert f"extension {counted}" in proposal.meaning
