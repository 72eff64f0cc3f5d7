from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from election.crypto.signature import derive_address
from scripts.errors import InputError, PasswordError
from scripts.files.key_file import (
    KeyFile,
    Role,
    StoredShare,
    create_key_file,
    open_key_file,
    store_secrets,
)
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
    store_secrets(made, made.secrets)
    assert made.path.stat().st_mode & 0o777 == 0o600


def test_no_secret_stands_in_the_file_or_is_shown(made: KeyFile) -> None:
    text = made.path.read_text().lower()
    shown = repr(made)
    for secret in (made.secrets.random.hex(), f"{made.secrets.account:x}"):
        assert secret not in text
        assert secret not in shown
    assert str(made.secrets.account) not in text + shown


@pytest.mark.parametrize(
    ("role", "size"), [(Role.ISSUER, 64), (Role.VOTER, 16), (Role.RELAY, 0)]
)
def test_role_gets_the_randomness_that_it_needs(
    role: Role, size: int, tmp_path: Path
) -> None:
    made = create_key_file(tmp_path / "key.json", role, password=PASSWORD)
    assert len(made.secrets.random) == size


def test_two_key_files_have_nothing_in_common(tmp_path: Path, made: KeyFile) -> None:
    other = create_key_file(tmp_path / "b.json", Role.TRUSTEE, password=PASSWORD)
    assert made.secrets.account != other.secrets.account
    assert made.secrets.random != other.secrets.random
    assert made.sealed.salt != other.sealed.salt
    assert made.cipher_key != other.cipher_key


def test_changed_secrets_replace_the_old_ones(made: KeyFile) -> None:
    share = StoredShare(2, (5, 7))
    changed = replace(made.secrets, random=b"", share=share, decrypted={"a": "b"})
    stored = store_secrets(made, changed)
    opened = open_key_file(made.path, password=PASSWORD)
    assert opened.secrets == changed
    assert opened.secrets.key_share is not None
    assert opened.secrets.key_share.secrets == (5, 7)
    assert stored.sealed.nonce != made.sealed.nonce
    assert list(made.path.parent.iterdir()) == [made.path]


def test_other_password_opens_nothing(made: KeyFile) -> None:
    with pytest.raises(PasswordError) as caught:
        open_key_file(made.path, password=PASSWORD + " ")
    assert PASSWORD not in str(caught.value)


def test_file_that_is_there_is_not_overwritten(made: KeyFile) -> None:
    before = made.path.read_bytes()
    with pytest.raises(InputError, match="file exists"):
        create_key_file(made.path, Role.RELAY, password=PASSWORD)
    assert made.path.read_bytes() == before
