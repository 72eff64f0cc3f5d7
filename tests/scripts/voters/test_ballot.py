"""What a voter's command leaves behind: a ballot, and nothing that opens it."""

from __future__ import annotations

import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import G1Point, encode_g1
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar
from election.crypto.transcript import Hash
from election.errors import ChoiceError
from election.protocol.ballot import accept_ballot, verify_audit
from election.protocol.encoding import decode_record
from election.protocol.issuance import (
    accept_credential,
    accept_share,
    prepare_request,
    serve_share,
)
from scripts.shared import session
from scripts.shared.errors import InputError
from scripts.shared.files.ballot_files import BallotFile, CredentialFile
from scripts.shared.files.json_file import read_json, render_json
from scripts.shared.files.key_file import create_key_file
from scripts.shared.roles import Role
from scripts.voters import ballot
from scripts.voters.acts import ballot as ballot_act
from tests import honest
from tests.scripts.conftest import PASSWORD


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A voter's folder; the election of `honest` stands in for one on a chain."""
    (tmp_path / "password").write_text(PASSWORD)
    contest = SimpleNamespace(box=honest.box())
    terms = SimpleNamespace(contest=lambda _: contest, test=True)
    monkeypatch.setattr(session, "go_by", lambda *_: terms)
    monkeypatch.setattr(ballot, "ask_choice", lambda *_: 2)
    return tmp_path


def get_credential(folder: Path, voter: int) -> None:
    """Give a voter a key file and a credential."""
    key_file = create_key_file(
        folder / f"key-{voter}.json", Role.VOTER, password=PASSWORD
    )
    box, leaf = honest.box(), Hash(bytes([voter]) * 32)
    secret = RecoverySecret(key_file.secrets.random)
    request = prepare_request(secret, ctx=box.ctx, leaf=leaf)
    shares: dict[int, G1Point] = {}
    for issuer in (1, 2):
        key = honest.keys().credential.verification_keys[issuer - 1][0]
        key_share = honest.keys().issuers[issuer - 1].secrets[0]
        raw = serve_share(encode_g1(request.blinded), key_share)
        shares[issuer] = accept_share(
            raw, issuer=issuer, blinded=request.blinded, key=key
        )
    credential = accept_credential(shares, request, box)
    file = CredentialFile(
        "veche-credential/1", 1, leaf, credential.address, encode_g1(credential.sigma)
    )
    (folder / f"credential-{voter}.json").write_text(render_json(file))


def make_ballot(folder: Path, voter: int) -> BallotFile:
    """Run the command as a voter."""
    out = folder / f"ballot-{voter}.json"
    ballot_act.command(
        credential=folder / f"credential-{voter}.json",
        terms=folder / "terms.json",
        terms_hash="",
        key=folder / f"key-{voter}.json",
        out=out,
        password_file=folder / "password",
        as_json=True,
    )
    assert out.stat().st_mode & 0o777 == 0o600
    return read_json(out, BallotFile)


@pytest.mark.parametrize("answer", ["", "x", "-1", "1.5", "1 2"])
def test_choice_that_is_no_number_is_refused(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = SimpleNamespace(
        candidates=honest.CANDIDATES, particulars=honest.PARTICULARS
    )
    contest: Any = SimpleNamespace(title="Only", terms=terms)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: answer)
    with pytest.raises(ChoiceError, match="choice: is not a number"):
        ballot.ask_choice(contest)


def test_randomness_of_a_ballot_is_kept_nowhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever finds r, or s, can learn and prove how the voter voted.

    The masks a_j may be seen: of the other candidates, they are the responses.
    """
    drawn: list[Scalar] = []
    derive = SecretSource.derive_scalar

    def spy(source: SecretSource, context: Hash, counter: int) -> Scalar:
        drawn.append(derive(source, context, counter))
        return drawn[-1]

    get_credential(folder, 1)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(SecretSource, "derive_scalar", spy)
    make_ballot(folder, 1)
    after = {path: path.read_bytes() for path in folder.iterdir()}
    assert after.items() - before.items() == {
        (folder / "ballot-1.json", after[folder / "ballot-1.json"])
    }
    left = "".join(capfd.readouterr()) + after[folder / "ballot-1.json"].decode()
    assert len(drawn) == 1 + len(honest.CANDIDATES)
    for secret in drawn[:2]:
        assert str(int(secret)) not in left
        assert f"{secret:064x}" not in left.lower()


def test_ballots_have_different_nonces_when_all_devices_draw_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal A would show whether two voters chose alike."""
    for voter in (1, 2):
        get_credential(folder, voter)
    monkeypatch.setattr("secrets.token_bytes", bytes)
    files = [make_ballot(folder, voter) for voter in (1, 2)]
    first, second = (
        decode_record(file.record, slots=len(honest.CANDIDATES)) for file in files
    )
    assert first.ciphertext.ephemeral != second.ciphertext.ephemeral


def test_input_that_ends_gives_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = SimpleNamespace(
        candidates=honest.CANDIDATES, particulars=honest.PARTICULARS
    )
    contest: Any = SimpleNamespace(title="Only", terms=terms)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(InputError, match="was not given: the input ended"):
        ballot.ask_choice(contest)


def test_person_at_a_terminal_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = SimpleNamespace(
        candidates=honest.CANDIDATES, particulars=honest.PARTICULARS
    )
    contest: Any = SimpleNamespace(title="Only", terms=terms)
    answers = iter(["x", "0", "2", "x", "99", "y"])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    assert ballot.ask_choice(contest) == 2
    with pytest.raises(ChoiceError, match="choice: is not a number"):
        ballot.ask_choice(contest)
    assert not list(answers)


@pytest.mark.parametrize("is_sure", [False, True])
def test_choice_is_repeated_by_its_name_and_asked_about(
    is_sure: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = SimpleNamespace(
        candidates=honest.CANDIDATES, particulars=honest.PARTICULARS
    )
    contest: Any = SimpleNamespace(title="Only", terms=terms)
    answers, sure = iter(["1", "2"]), iter([False, True])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    monkeypatch.setattr("typer.confirm", lambda *_, **__: next(sure))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    assert ballot.settle_choice(contest, is_sure=is_sure) == (1 if is_sure else 2)
    told = capsys.readouterr()
    assert not told.out
    assert (f"you chose 2  {honest.CANDIDATES[1]}" in told.err) != is_sure
    assert ("you chose" in told.err) != is_sure


def test_answer_from_a_pipe_ends_its_line_and_leaves_the_result_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = SimpleNamespace(
        candidates=honest.CANDIDATES, particulars=honest.PARTICULARS
    )
    contest: Any = SimpleNamespace(title="Only", terms=terms)
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n"))
    assert ballot.settle_choice(contest, is_sure=False) == 2
    told = capsys.readouterr()
    assert not told.out
    assert "Choice: \nyou chose 2  " in told.err


def test_what_is_checked_is_opened_and_never_becomes_the_ballot(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The code is shown before the question, and a check leads to another one."""
    get_credential(folder, 1)
    terms = honest.contest_terms()
    contest = SimpleNamespace(box=honest.box(), terms=terms, title=terms.title)
    known = SimpleNamespace(contest=lambda _: contest, test=True)
    monkeypatch.setattr(session, "go_by", lambda *_: known)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(ballot, "_confirm", lambda: True)
    answers = iter(["maybe", "check", "Cast"])
    shown: list[str] = []

    def answer(*_: Any, **__: Any) -> str:
        shown.append(capfd.readouterr().err)
        return next(answers)

    monkeypatch.setattr("typer.prompt", answer)
    out = folder / "ballot.json"
    ballot_act.command(
        credential=folder / "credential-1.json",
        terms=folder / "terms.json",
        terms_hash="",
        key=folder / "key-1.json",
        out=out,
        password_file=folder / "password",
    )
    box, record = honest.box(), read_json(out, BallotFile).record
    cast = accept_ballot(record, box).tracking_code.hex()
    codes = [re.findall("tracking code 0x([0-9a-f]{64})", each) for each in shown]
    (opened,), again, (last,) = codes
    assert (again, last) == ([], cast)
    link = re.search(
        r"check\.html#contest=1&code=0x(\w{64})&choice=2&nonce=0x(\w{64})$",
        shown[2],
        re.MULTILINE,
    )
    assert link is not None
    assert link[1] == opened != cast
    nonce = Scalar(int(link[2], 16))
    assert verify_audit(Hash(bytes.fromhex(opened)), 2, nonce=nonce, box=box)
    assert not verify_audit(Hash(bytes.fromhex(cast)), 2, nonce=nonce, box=box)
    left = capfd.readouterr()
    assert "nonce" not in left.out + left.err
