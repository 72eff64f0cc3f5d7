"""What a proof is asked of and given for is looked at before a file is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from election.client.errors import ClientError
from election.client.rpc import Connection
from election.crypto.transcript import Address
from election.protocol.board import Board, Head
from election.protocol.finality_proof import FinalityProof
from finality.proof_file import decode_proof
from finality.verify import verify_proof
from scripts.__main__ import run
from scripts.anybody.proof import prove_transaction
from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from tests.audit.signing import prove, receipt_of
from tests.scripts.pasting import require_pastes

ELECTION = Address(b"\7" * 20)
BOARD = Board(1, ELECTION, (), {ELECTION: b"\xfe"}, {}, Head(8, 9))
BLOCK = prove(BOARD)
PROOF = prove(BOARD, receipt=receipt_of([]))
SENT = {"blockNumber": "0x8", "transactionIndex": "0x0"}


def _digest() -> str:
    transaction = verify_proof(decode_proof(PROOF.text)).transaction
    assert transaction is not None
    return f"0x{transaction[0].hex()}"


DIGEST = _digest()
GENESIS = verify_proof(decode_proof(PROOF.text)).genesis.digest.hex()


def node_that_gives(proof: FinalityProof, receipt: object = SENT) -> Connection:
    """Reach a node that has one answer for each question."""
    answers = {
        "veche_finalityProof": msgspec.to_builtins(decode_proof(proof.text)),
        "eth_getTransactionReceipt": receipt,
    }

    def post(body: bytes) -> bytes:
        asked = json.loads(body)
        told = {"jsonrpc": "2.0", "id": asked["id"], "result": answers[asked["method"]]}
        return json.dumps(told).encode()

    return Connection(post, url="http://node", chain_id=1)


def test_transaction_is_proven_by_what_the_node_gives() -> None:
    found = prove_transaction(node_that_gives(PROOF), DIGEST)
    assert found == decode_proof(PROOF.text)


@pytest.mark.parametrize("proof", [PROOF, BLOCK], ids=["another", "none"])
def test_proof_of_another_transaction_or_of_none_is_refused(
    proof: FinalityProof,
) -> None:
    digest = DIGEST if proof is BLOCK else f"0x{'77' * 32}"
    with pytest.raises(ClientError, match="a proof of something else"):
        prove_transaction(node_that_gives(proof), digest)


def test_transaction_that_no_block_holds_has_no_proof() -> None:
    with pytest.raises(InputError, match="in no block"):
        prove_transaction(node_that_gives(PROOF, receipt=None), DIGEST)


Refuse = Callable[..., str]


@pytest.fixture
def refuse(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Refuse:
    """Ask for a proof that is refused; give what is said of it."""
    node = node_that_gives(PROOF)
    monkeypatch.setattr("scripts.shared.session.connect_any", lambda _: node)

    def act(*options: str) -> str:
        out = tmp_path / "out.json"
        assert run(["proof", f"--out={out}", "--rpc-url=http://node", *options]) in (
            ExitCode.USAGE,
            ExitCode.INPUT,
        )
        assert not out.exists()
        return " ".join(capsys.readouterr().err.split())

    return act


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ((), "--transaction: give it, or"),
        (("--transaction=0x00", "--ballot=x"), "--transaction: give it, or"),
        ((f"--contract=0x{'07' * 20}",), "--transaction: give it, or"),
        (("--transaction=0x00", "--slot=1"), "--transaction: give it, or"),
        (("--ballot=x",), "--terms: is missing"),
        (("--ballot=x", "--terms=x"), "--terms: goes with --terms-hash"),
        (("--ballot=x", f"--terms-hash={'0' * 64}"), "--terms: goes with --terms-hash"),
        (("--transaction=0x00",), "--transaction: is not 0x and 64 digits in hex"),
        (("--contract=0x00", "--slot=1"), "--contract: is not 0x and 40 digits in hex"),
    ],
)
def test_proof_of_nothing_that_there_could_be_is_not_asked_for(
    refuse: Refuse, options: tuple[str, ...], fact: str
) -> None:
    assert fact in refuse(*options)


def test_ballot_is_looked_for_by_the_terms(
    refuse: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(*_: Any) -> str:
        raise InputError("ballot", "is looked for")

    monkeypatch.setattr(
        "scripts.anybody.proven_ballots.known_terms", lambda *_: "terms"
    )
    monkeypatch.setattr("scripts.anybody.proof.find_cast", find)
    assert "ballot: is looked for" in refuse("--ballot=x")


def test_proof_of_a_transaction_needs_no_terms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    node = node_that_gives(PROOF)
    monkeypatch.setattr("scripts.shared.session.connect_any", lambda _: node)
    out = tmp_path / "proof.json"
    given = [f"--transaction={DIGEST}", f"--out={out}", "--rpc-url=http://node"]
    assert run(["proof", *given]) == 0
    assert out.read_bytes() == PROOF.text
    require_pastes(capsys.readouterr().err)
    forged = msgspec.json.decode(PROOF.text)
    forged["signed"]["votes"][0]["signature"] = f"0x{'00' * 64}"
    out.with_name("forged").write_text(json.dumps(forged))
    assert run(["verify-proof", f"--proof={out.with_name('forged')}"]) == 3
    assert run(["verify-proof", f"--proof={out}", f"--genesis-hash={'0' * 64}"]) == 3
    assert ": hint: " not in capsys.readouterr().err
    for more, is_compared in ([], False), ([f"--genesis-hash={GENESIS}"], True):
        assert run(["verify-proof", f"--proof={out}", "--json", *more]) == 0
        said = capsys.readouterr()
        told = json.loads(said.out)
        assert (told["chain_id"], told["genesis_compared"]) == (1, is_compared)
        assert ("own word" in said.err) is not is_compared


def test_tracking_code_is_looked_for_by_the_terms(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["verify-proof", "--proof=none", f"--tracking-code={DIGEST}"]) == 2
    assert "--terms: is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "fact"),
    [(None, "there is no such file"), (PROOF.text[:-9], "what it should be")],
)
def test_file_that_proves_nothing_is_refused(
    text: bytes | None, fact: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "proof.json"
    if text is not None:
        path.write_bytes(text)
    assert run(["verify-proof", f"--proof={path}"]) == ExitCode.INPUT
    assert fact in " ".join(capsys.readouterr().err.split())
