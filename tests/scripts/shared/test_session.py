"""A password is the first line of its file, or asked for on a terminal."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from scripts.shared.errors import InputError
from scripts.shared.files.deployment_file import read_deployment
from scripts.shared.files.key_file import create_key_file
from scripts.shared.roles import Role
from scripts.shared.session import read_password, unlock
from scripts.shared.terminal import hint_for
from tests.scripts.conftest import PASSWORD

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nsecond line\n"])
@pytest.mark.parametrize("password", ["correct horse", " spaces stay ", "пароль"])
def test_password_is_the_first_line(
    password: str, mark: str, end: str, tmp_path: Path
) -> None:
    path = tmp_path / "password"
    path.write_bytes(f"{mark}{password}{end}".encode())
    assert read_password(path) == password


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_password_in_utf_16_is_refused(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes("correct horse\n".encode(encoding))
    with pytest.raises(InputError, match="is text in utf-16: save it as utf-8"):
        read_password(path)


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "\ufeff\r\n", "\nsecond line"])
def test_empty_password_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(text.encode())
    with pytest.raises(InputError, match="has no password in its first line"):
        read_password(path)


def test_password_is_not_asked_for_without_a_terminal(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, "-m", "scripts", "keygen", "relay", "--out", tmp_path / "k"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "password: cannot be asked for without a terminal" in said
    assert "--password-file" in said
    assert "Warning" not in said
    assert not done.stdout  # which is for the result


def test_password_that_is_typed_otherwise_the_second_time_is_asked_for_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["correct", "korrekt", "correct", "correct"])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(typed))
    assert read_password(None, twice=True) == "correct"
    assert capsys.readouterr().err == "the two are not the same: type it anew\n"


def test_password_is_not_asked_for_where_it_would_be_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a terminal, `getpass` warns and then reads in the open."""

    def fail(*_: object) -> int:
        raise OSError

    monkeypatch.setattr("os.open", fail)
    monkeypatch.setattr("sys.stdin", StringIO("typed in the open\n"))
    with pytest.raises(InputError, match="cannot be asked for without a terminal"):
        read_password(None)


def test_key_file_of_another_role_is_told_all_that_would_do(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    key = tmp_path / "key.json"
    create_key_file(key, Role.VOTER, password=PASSWORD)
    roles = {Role.COMMISSION, Role.PORTAL, Role.SMS_GATEWAY}
    fact = "is of a voter, not of a commission, portal or sms-gateway"
    with pytest.raises(InputError, match=fact):
        unlock(key, tmp_path / "password", roles=roles)
    with pytest.raises(InputError, match=r"is of a voter, not of an sms-gateway$"):
        unlock(key, tmp_path / "password", roles={Role.SMS_GATEWAY})


def test_record_that_is_not_here_yet_accuses_nobody(tmp_path: Path) -> None:
    with pytest.raises(InputError) as early:
        read_deployment(tmp_path / "election.json")
    hint = hint_for(early.value)
    assert hint is not None
    assert "the commission gives this file to everybody after `veche deploy`" in hint
