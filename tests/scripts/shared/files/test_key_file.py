from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from Crypto.Protocol.KDF import scrypt

from election.crypto.signature import derive_address
from scripts.shared.errors import InputError, PasswordError
from scripts.shared.files import key_file
from scripts.shared.files.json_file import render_json
from scripts.shared.files.key_file import (
    Instance,
    KeyFile,
    Secrets,
    StoredPart,
    StoredShare,
    change_secrets,
    create_key_file,
    open_key_file,
)
from scripts.shared.roles import Role
from tests.scripts.conftest import PASSWORD


@pytest.fixture
def made(tmp_path: Path) -> KeyFile:
    return create_key_file(tmp_path / "key.json", Role.TRUSTEE, password=PASSWORD)


def test_key_file_opens_to_what_was_made(made: KeyFile) -> None:
    opened = open_key_file(made.path, password=PASSWORD)
    assert opened.secrets == made.secrets
    assert opened.sealed.address == derive_address(opened.key)


def test_key_file_is_for_its_owner_only(made: KeyFile) -> None:
    assert made.path.stat().st_mode & 0o777 == 0o600
    change_secrets(made, lambda kept: replace(kept, decrypted={"a": "b"}))
    assert made.path.stat().st_mode & 0o777 == 0o600


def test_change_of_nothing_writes_nothing(made: KeyFile) -> None:
    """Whoever waits looks once a second."""
    before = made.path.read_bytes()
    change_secrets(made, lambda kept: replace(kept, decrypted={}))
    assert made.path.read_bytes() == before


def test_no_secret_stands_in_the_file_or_is_shown(made: KeyFile) -> None:
    part = StoredPart(b"of one election", StoredShare(1, (2**200 + 7,)))
    made = change_secrets(made, lambda kept: kept.put_part(Instance("here"), part))
    text = made.path.read_text().lower()
    shown = repr(made)
    numbers = f"{2**200 + 7}", f"{2**200 + 7:x}", f"{made.secrets.account:x}"
    for secret in (part.random.hex(), repr(part.random), *numbers):
        assert secret not in text
        assert secret not in shown
    assert str(made.secrets.account) not in text + shown


@pytest.mark.parametrize(
    ("role", "size"), [(Role.ISSUER, 0), (Role.VOTER, 16), (Role.RELAY, 0)]
)
def test_role_gets_the_randomness_that_it_needs(
    role: Role, size: int, tmp_path: Path
) -> None:
    made = create_key_file(tmp_path / "key.json", role, password=PASSWORD)
    assert len(made.secrets.random) == size


def test_two_key_files_have_nothing_in_common(tmp_path: Path, made: KeyFile) -> None:
    other = create_key_file(tmp_path / "b.json", Role.TRUSTEE, password=PASSWORD)
    assert made.secrets.account != other.secrets.account
    assert made.sealed.salt != other.sealed.salt
    assert made.cipher_key != other.cipher_key


def test_changed_secrets_replace_the_old_ones(made: KeyFile) -> None:
    share, here = StoredShare(2, (5, 7)), Instance("1:0x00:7")
    changed = replace(made.secrets, decrypted={"a": "b"}).put_part(
        here, StoredPart(b"secret", share)
    )
    stored = change_secrets(made, lambda _: changed)
    opened = open_key_file(made.path, password=PASSWORD)
    assert opened.secrets == changed
    assert share.key_share.secrets == (5, 7)
    assert stored.sealed.nonce != made.sealed.nonce
    beside = made.path.with_name(".key.json.lock")
    assert set(made.path.parent.iterdir()) == {made.path, beside}


def test_change_that_raises_leaves_the_file_as_it_was(made: KeyFile) -> None:
    before = made.path.read_bytes()

    def refuse(_: Secrets) -> Secrets:
        raise InputError("change", "is refused")

    with pytest.raises(InputError, match="is refused"):
        change_secrets(made, refuse)
    assert made.path.read_bytes() == before
    change_secrets(made, lambda kept: kept)


def test_programs_that_change_a_file_at_once_forget_nothing(made: KeyFile) -> None:
    """Each opened it before any of them changed it, and takes its time to change it."""

    def note(number: int) -> None:
        def change(kept: Secrets) -> Secrets:
            sleep(0.02)
            return replace(kept, decrypted=kept.decrypted | {f"{number}": "sum"})

        change_secrets(made, change)

    threads = [Thread(target=note, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = open_key_file(made.path, password=PASSWORD).secrets
    assert set(kept.decrypted) == {f"{number}" for number in range(6)}


def test_file_that_was_replaced_by_another_key_is_not_changed(
    made: KeyFile, tmp_path: Path
) -> None:
    other = create_key_file(tmp_path / "b.json", Role.TRUSTEE, password=PASSWORD)
    other.path.replace(made.path)
    before = made.path.read_bytes()
    with pytest.raises(PasswordError):
        change_secrets(made, lambda kept: kept)
    assert made.path.read_bytes() == before


def test_change_goes_through_a_link_to_the_one_file(
    made: KeyFile, tmp_path: Path
) -> None:
    """Else the link would become a second file, with a record of its own."""
    link = tmp_path / "link.json"
    link.symlink_to(made.path)
    linked = open_key_file(link, password=PASSWORD)
    change_secrets(linked, lambda kept: replace(kept, decrypted={"a": "b"}))
    kept = open_key_file(made.path, password=PASSWORD).secrets
    assert kept.decrypted == {"a": "b"}
    assert link.is_symlink()


@pytest.mark.parametrize(
    "password", ["мой пароль", "ascii only…", "日本国憲法前文です"]
)
def test_password_in_any_script_opens_the_file(password: str, tmp_path: Path) -> None:
    made = create_key_file(tmp_path / "k.json", Role.RELAY, password=password)
    assert open_key_file(made.path, password=password).secrets == made.secrets
    with pytest.raises(PasswordError):
        open_key_file(made.path, password=password[:-1])


def test_password_is_the_same_however_its_letters_are_composed(tmp_path: Path) -> None:
    made = create_key_file(tmp_path / "k.json", Role.RELAY, password="новая ёлка")  # noqa: S106
    decomposed = "новая е\u0308лка"
    assert open_key_file(made.path, password=decomposed).secrets == made.secrets


def test_file_that_an_older_program_sealed_with_a_mark_opens(tmp_path: Path) -> None:
    """It took the byte order mark of a password's file for a part of the password."""
    path = tmp_path / "k.json"
    made = create_key_file(path, Role.RELAY, password=f"\ufeff{PASSWORD}")
    opened = open_key_file(path, password=PASSWORD)
    assert opened.secrets == made.secrets
    changed = change_secrets(opened, lambda kept: replace(kept, decrypted={"a": "b"}))
    assert open_key_file(path, password=PASSWORD).secrets == changed.secrets


def test_password_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="password: is not text in utf-8"):
        create_key_file(tmp_path / "k.json", Role.RELAY, password="\udc80")  # noqa: S106


def test_ascii_password_is_stretched_as_it_was_before(made: KeyFile) -> None:
    """scrypt takes its bytes, so that files that are there still open."""
    salt = made.sealed.salt
    key = scrypt(PASSWORD, salt, 32, key_file._COST, 8, 1)  # type: ignore[arg-type]
    assert made.cipher_key == key


def test_other_password_opens_nothing(made: KeyFile) -> None:
    with pytest.raises(PasswordError) as caught:
        open_key_file(made.path, password=PASSWORD + " ")
    assert PASSWORD not in str(caught.value)


def test_key_of_another_account_than_the_file_says_is_refused(made: KeyFile) -> None:
    """Whoever knows the password can write such a file, by mistake or not."""
    other = replace(made.sealed, address=bytes(20))
    sealed = key_file._seal(other, made.secrets, made.cipher_key)
    made.path.write_text(render_json(sealed))
    with pytest.raises(InputError, match="holds the key of another account"):
        open_key_file(made.path, password=PASSWORD)


def test_file_that_is_there_is_not_overwritten(made: KeyFile) -> None:
    before = made.path.read_bytes()
    with pytest.raises(InputError, match="file exists"):
        create_key_file(made.path, Role.RELAY, password=PASSWORD)
    assert made.path.read_bytes() == before
