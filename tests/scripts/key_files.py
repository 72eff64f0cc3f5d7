"""Key files of roles whose keys are known to the tests."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from election.crypto.signature import SigningKey
from election.protocol.ceremony.confirmation import KeyShare
from scripts.shared.files.key_file import (
    Instance,
    KeyFile,
    StoredPart,
    StoredShare,
    change_secrets,
    create_key_file,
)
from scripts.shared.roles import Role
from tests.scripts.conftest import PASSWORD


def make_key_file(path: Path, role: Role, key: SigningKey) -> KeyFile:
    """Make the file of an account that is not drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "randbelow", lambda _: key.secret - 1)
        return create_key_file(path, role, password=PASSWORD)


def put_share(file: KeyFile, share: KeyShare, instance: Instance) -> KeyFile:
    """Keep a share of an election whose ceremony is over."""
    stored = StoredShare(share.member, tuple(share.secrets))
    part = StoredPart(b"", stored)
    return change_secrets(file, lambda kept: kept.put_part(instance, part))


def put_older(file: KeyFile, random: bytes, share: KeyShare | None) -> KeyFile:
    """Keep random and share as files did that knew of one election only."""
    stored = None
    if share is not None:
        stored = StoredShare(share.member, tuple(share.secrets))
    return change_secrets(file, lambda kept: replace(kept, random=random, share=stored))
