"""A key file is looked into, and its password changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from election.crypto.transcript import Address
from scripts.shared.errors import PasswordError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.key_file import (
    StoredPart,
    StoredShare,
    change_secrets,
    create_key_file,
    name_instance,
    open_key_file,
)
from scripts.shared.roles import Role
from tests.scripts.conftest import PASSWORD, Arguments, Cli, make_cli

ELECTION = name_instance(5, Address(b"\x22" * 20), deployed_at=0)
NEW = "battery staple"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    (tmp_path / "new").write_text(NEW)
    return make_cli(tmp_path, "http://nowhere")


def make(cli: Cli, role: Role) -> Path:
    create_key_file(cli.key("own"), role, password=PASSWORD)
    return cli.key("own")


def show(cli: Cli, *arguments: str) -> dict[str, object]:
    unlock = cli.unlock("own") if arguments else ["--key", cli.key("own")]
    shown: dict[str, object] = cli("key", "show", *unlock, *arguments, "--json").result
    return shown


def change(cli: Cli, new: Path) -> Arguments:
    unlock = cli.unlock("own")
    return ["key", "password", *unlock, "--new-password-file", new]


def test_public_part_takes_no_password(cli: Cli) -> None:
    make(cli, Role.TRUSTEE)
    shown = show(cli)
    assert (shown["role"], set(shown)) == ("trustee", {"file", "role", "address"})


def test_opened_key_of_a_trustee_tells_elections_and_what_is_spent(cli: Cli) -> None:
    path = make(cli, Role.TRUSTEE)
    assert show(cli, "--open")["spent"] == "nothing: no share of a sum left"
    part = StoredPart(b"", StoredShare(1, (987654321,)))
    change_secrets(
        open_key_file(path, password=PASSWORD),
        lambda kept: replace(kept.put_part(ELECTION, part), decrypted={"ab": "cd"}),
    )
    shown = show(cli, "--open")
    assert shown["elections"] == [
        {
            "election": f"0x{'22' * 20}",
            "chain": "5",
            "deployed": "1970-01-01T00:00:00Z",
            "part": "share kept",
        }
    ]
    assert str(shown["spent"]).startswith("shares of 1 sum may have left")
    assert "987654321" not in str(shown)


def test_opened_key_of_an_issuer_tells_that_it_answered(cli: Cli) -> None:
    path = make(cli, Role.ISSUER)
    assert show(cli, "--open")["spent"] == "nothing: it answered no request"
    change_secrets(
        open_key_file(path, password=PASSWORD),
        lambda kept: replace(kept, record=b"\x01" * 16),
    )
    assert "answered before" in str(show(cli, "--open")["spent"])


def test_opened_key_of_a_voter_shows_no_word_of_it(cli: Cli) -> None:
    opened = open_key_file(make(cli, Role.VOTER), password=PASSWORD)
    shown = str(show(cli, "--open"))
    assert opened.secrets.random.hex() not in shown
    assert "veche words" in shown


def test_changed_password_opens_the_key_and_the_old_one_does_not(cli: Cli) -> None:
    path = make(cli, Role.TRUSTEE)
    before = open_key_file(path, password=PASSWORD).secrets
    done = cli(*change(cli, cli.folder / "new"))
    assert done.code == 0, done.err
    assert open_key_file(path, password=NEW).secrets == before
    with pytest.raises(PasswordError):
        open_key_file(path, password=PASSWORD)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "fact"), [("x", "shorter than 8"), ("", "no password in its first line")]
)
def test_password_that_is_none_changes_nothing(cli: Cli, text: str, fact: str) -> None:
    path = make(cli, Role.TRUSTEE)
    raw = path.read_bytes()
    (cli.folder / "bad").write_text(text)
    tried = cli(*change(cli, cli.folder / "bad"))
    assert (tried.code, path.read_bytes()) == (ExitCode.INPUT, raw)
    assert fact in tried.err


def test_wrong_password_changes_nothing(cli: Cli) -> None:
    path = make(cli, Role.TRUSTEE)
    raw = path.read_bytes()
    (cli.folder / "password").write_text("another one")
    tried = cli(*change(cli, cli.folder / "new"))
    assert (tried.code, path.read_bytes()) == (ExitCode.INPUT, raw)
    assert "does not open with this password" in tried.err


def test_old_password_is_not_taken_for_the_new_one(cli: Cli) -> None:
    make(cli, Role.TRUSTEE)
    tried = cli(*change(cli, cli.folder / "password"))
    assert "is the file of the old password, too" in tried.err


def test_card_is_written_once(cli: Cli) -> None:
    key: Arguments = ["--key", make(cli, Role.TRUSTEE)]
    card: Arguments = ["key", "card", *key, "--out", cli.folder / "card"]
    assert (cli(*card).code, cli(*card).code) == (0, 0)
    (cli.folder / "card").write_text("mine")
    tried = cli(*card)
    assert (tried.code, (cli.folder / "card").read_text()) == (ExitCode.INPUT, "mine")
