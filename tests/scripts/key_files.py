"""Key files of roles whose keys are known to the tests."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from election.crypto.signature import SigningKey
from election.protocol.ceremony.confirmation import KeyShare
from scripts.files.key_file import (
    KeyFile,
    Role,
    Secrets,
    StoredShare,
    change_secrets,
    create_key_file,
)
from tests.scripts.conftest import PASSWORD


def make_key_file(path: Path, role: Role, key: SigningKey) -> KeyFile:
    """Make the file of an account that is not drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "randbelow", lambda _: key.secret - 1)
        return create_key_file(path, role, password=PASSWORD)


def put_share(file: KeyFile, share: KeyShare) -> KeyFile:
    """Keep a share of a ceremony that is over."""
    stored = StoredShare(share.member, tuple(share.secrets))

    def keep(kept: Secrets) -> Secrets:
        return replace(kept, random=b"", share=stored)

    return change_secrets(file, keep)
