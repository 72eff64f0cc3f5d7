from __future__ import annotations

from pathlib import Path

import pytest

from election.client.leaf_requests import Place, ask_for_credential
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import encode_g1
from election.crypto.transcript import Hash
from election.protocol.issuance import prepare_request
from election.protocol.voter_list import LeafClaim
from scripts.shared.errors import InputError
from scripts.shared.files.ballot_files import CredentialFile
from scripts.shared.files.key_file import create_key_file
from scripts.shared.roles import Role
from scripts.voters.ballot import open_credential
from scripts.voters.credential import repeat_request
from tests import honest
from tests.scripts.conftest import PASSWORD

LEAF = Hash(b"\1" * 32)
CLAIM = LeafClaim(1, 0, LEAF, ())


def test_request_of_another_voter_is_refused(tmp_path: Path) -> None:
    """Else every issuer's answer would look wrong."""
    owner, stranger = (
        create_key_file(tmp_path / f"{name}.json", Role.VOTER, password=PASSWORD)
        for name in ("owner", "stranger")
    )
    place = Place(honest.ELECTION_ID, honest.box().ctx, CLAIM, 1)
    secret = RecoverySecret(owner.secrets.random)
    request = prepare_request(secret, ctx=place.ctx, leaf=place.leaf)
    asked = ask_for_credential(place, request.blinded)
    assert repeat_request(asked, owner) == request
    with pytest.raises(
        InputError, match=r"stranger\.json: is not the key file of this"
    ):
        repeat_request(asked, stranger)


def test_credential_of_another_voter_is_refused(tmp_path: Path) -> None:
    stranger = create_key_file(tmp_path / "key.json", Role.VOTER, password=PASSWORD)
    credential = honest.issue(1, ctx_box=honest.box())
    file = CredentialFile(
        "veche-credential/1", 1, LEAF, credential.address, encode_g1(credential.sigma)
    )
    with pytest.raises(InputError, match="is not the key file of this credential"):
        open_credential(file, stranger, ctx=honest.box().ctx)
