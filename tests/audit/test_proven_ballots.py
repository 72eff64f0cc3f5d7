"""A voter's ballot is proven by one file, to whoever has no node."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from election.audit.evidence import Evidence
from election.audit.terms import derive_terms
from election.client.contract import Contract
from election.client.errors import NodeRefusedError
from election.crypto.transcript import Address
from election.protocol.abi import ContractName, decode_event
from election.protocol.ballot import accept_ballot
from election.protocol.board import Board, Log
from election.protocol.events import BallotCast
from election.protocol.terms import ElectionTerms
from finality.proof_file import decode_proof
from scripts.__main__ import run
from scripts.anybody import proof as proof_act
from scripts.anybody import receipt
from scripts.anybody.proof import find_cast
from scripts.shared import session
from scripts.shared.errors import NotYetError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.ballot_files import BallotFile
from scripts.shared.files.json_file import render_json
from scripts.shared.files.terms_file import digest_terms, render_terms
from tests.audit.signing import prove, receipt_of
from tests.audit.story import Told


@pytest.fixture(scope="module")
def terms(board: Board) -> ElectionTerms:
    return derive_terms(Evidence(board))


@pytest.fixture(scope="module")
def cast(board: Board, terms: ElectionTerms) -> tuple[Log, BallotCast, int]:
    """Give a ballot that the honest election stored, and its contest."""
    boxes = {each.terms.box: number for number, each in terms.contests.items()}
    for log in board.logs:
        if log.address in boxes:
            event = decode_event(log, ContractName.BALLOT_BOX)
            if isinstance(event, BallotCast):
                return log, event, boxes[log.address]
    raise AssertionError


def _write_ballot(path: Path, contest: int, record: bytes) -> Path:
    path.write_text(render_json(BallotFile("veche-ballot/1", contest, record)))
    return path


def test_the_transaction_of_a_ballot_is_found(
    told: Told,
    terms: ElectionTerms,
    cast: tuple[Log, BallotCast, int],
    tmp_path: Path,
) -> None:
    log, event, contest = cast
    path = _write_ballot(tmp_path / "ballot.json", contest, event.ballot)
    found = find_cast(told.connection, path, terms)
    assert (found.log.transaction, found.contest) == (log.transaction, contest)


def test_a_ballot_that_a_node_does_not_show_has_no_proof(
    told: Told,
    terms: ElectionTerms,
    cast: tuple[Log, BallotCast, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, event, contest = cast
    path = _write_ballot(tmp_path / "ballot.json", contest, event.ballot)
    monkeypatch.setattr(Contract, "read_entries", lambda *_: ())
    with pytest.raises(NotYetError, match="not in its box"):
        find_cast(told.connection, path, terms)


def _verify(
    board: Board, terms: ElectionTerms, log: Log, folder: Path, *more: str
) -> int:
    """Check a proof of a transaction that wrote a log, by the terms."""
    proof = prove(board, receipt=receipt_of([log]))
    (folder / "proof.json").write_bytes(proof.text)
    text = render_terms(terms)
    (folder / "terms.json").write_text(text)
    pinned = f"--terms-hash={digest_terms(text.encode())}"
    files = [f"--proof={folder}/proof.json", f"--terms={folder}/terms.json", pinned]
    return run(["verify-proof", *files, "--json", *more])


def test_a_proof_names_the_ballots_tracking_code(
    board: Board,
    terms: ElectionTerms,
    cast: tuple[Log, BallotCast, int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log, event, contest = cast
    own = accept_ballot(event.ballot, terms.contests[contest].box)
    code = f"0x{own.tracking_code.hex()}"
    assert _verify(board, terms, log, tmp_path, f"--tracking-code={code}") == 0
    assert json.loads(capsys.readouterr().out)["ballots"] == [
        {
            "contest": contest,
            "tracking_code": code,
            "box": f"0x{log.address.hex()}",
            "ballot_hash": f"0x{event.ballot_hash.hex()}",
        }
    ]
    assert _verify(board, terms, log, tmp_path, f"--tracking-code=0x{'0' * 64}") == 3


def test_a_contract_that_only_says_that_it_is_a_box_proves_no_ballot(
    board: Board,
    terms: ElectionTerms,
    cast: tuple[Log, BallotCast, int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log, _, _ = cast
    foreign = replace(log, address=Address(b"\7" * 20))
    assert _verify(board, terms, foreign, tmp_path) == 0
    assert json.loads(capsys.readouterr().out)["ballots"] == []


def test_a_tracking_code_is_of_a_box_that_is_known(tmp_path: Path) -> None:
    wanted = [f"--proof={tmp_path}/proof.json", f"--tracking-code=0x{'0' * 64}"]
    assert run(["verify-proof", *wanted]) == 2


WORD = "абзац якорь"


@dataclass(frozen=True)
class Keeping:
    """A voter who writes a receipt, and what a node shows of the ballot."""

    board: Board
    terms: ElectionTerms
    log: Log
    folder: Path
    contest: int

    def write(self, *more: str) -> int:
        """Run the act."""
        out = self.folder / "receipt.json"
        out.unlink(missing_ok=True)
        files = [f"--ballot={self.folder}/ballot.json", f"--out={out}"]
        return run(["receipt", *files, *self.pinned(), "--rpc-url=http://node", *more])

    def pinned(self) -> list[str]:
        """Write the terms, and name them."""
        text = render_terms(self.terms)
        (self.folder / "terms.json").write_text(text)
        pinned = digest_terms(text.encode())
        return [f"--terms={self.folder}/terms.json", f"--terms-hash={pinned}"]

    def verify(self) -> int:
        """Check what was written, as anybody."""
        return run(
            ["verify-proof", f"--proof={self.folder}/receipt.json", *self.pinned()]
        )


@pytest.fixture
def keeping(
    told: Told,
    board: Board,
    terms: ElectionTerms,
    cast: tuple[Log, BallotCast, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Keeping:
    """A network's node shows a ballot in the block that is signed."""
    log, event, contest = cast
    path = _write_ballot(tmp_path / "ballot.json", contest, event.ballot)
    found = find_cast(told.connection, path, terms)
    signed = replace(found.log, block_number=board.head.number)
    monkeypatch.setattr(session, "connect_any", lambda *_, **__: told.connection)
    monkeypatch.setattr(receipt, "is_network", lambda _: True)
    monkeypatch.setattr(proof_act, "find_cast", lambda *_: replace(found, log=signed))
    proof = decode_proof(prove(board, receipt=receipt_of([log])).text)
    monkeypatch.setattr(receipt, "prove_transaction", lambda *_: proof)
    return Keeping(board, terms, log, tmp_path, contest)


def test_a_receipt_has_the_proof_that_anybody_checks(keeping: Keeping) -> None:
    assert keeping.write() == 0
    assert keeping.verify() == 0
    kept = json.loads((keeping.folder / "receipt.json").read_text())
    assert (kept["contest"], kept["nodes"]) == (keeping.contest, [])


def test_a_receipt_is_not_written_by_the_proof_of_another_ballot(
    keeping: Keeping,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    foreign = replace(keeping.log, address=Address(b"\7" * 20))
    other = prove(keeping.board, receipt=receipt_of([foreign]))
    proof = decode_proof(other.text)
    monkeypatch.setattr(receipt, "prove_transaction", lambda *_: proof)
    assert keeping.write() != 0
    assert "gave a proof of something else" in capsys.readouterr().err
    assert not (keeping.folder / "receipt.json").exists()


@pytest.mark.parametrize(
    ("more", "said", "code"),
    [
        (f"--genesis-hash={'07' * 32}", "of another network", ExitCode.INPUT),
        (f"--control-word={WORD}", "--control-word: does not belong", ExitCode.USAGE),
    ],
)
def test_a_receipt_of_what_is_not_meant_is_not_written(
    keeping: Keeping,
    more: str,
    said: str,
    code: ExitCode,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert keeping.write(more) == code
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (keeping.folder / "receipt.json").exists()


def test_a_ballot_whose_block_is_not_signed_yet_has_its_receipt_later(
    keeping: Keeping,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object) -> None:
        raise NodeRefusedError("veche_finalityProof", "not yet")

    monkeypatch.setattr(receipt, "prove_transaction", refuse)
    assert keeping.write() != 0
    assert "has not signed yet" in capsys.readouterr().err


def test_a_chain_of_one_node_gives_a_receipt_without_a_proof(
    keeping: Keeping,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(receipt, "is_network", lambda _: False)
    assert keeping.write() == 0
    kept = json.loads((keeping.folder / "receipt.json").read_text())
    assert kept["proof"] is None
    assert "the receipt has no proof" in capsys.readouterr().err
    assert keeping.write(f"--genesis-hash={'07' * 32}") == 2
