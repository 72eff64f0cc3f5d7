from __future__ import annotations

from pathlib import Path

import pytest

from election.crypto.group import encode_g1
from election.crypto.transcript import Hash
from scripts.ballot import open_credential
from scripts.errors import InputError
from scripts.files.ballot_files import (
    AnswersFile,
    CredentialFile,
    read_answers,
)
from scripts.files.json_file import render_json
from scripts.files.key_file import Role, create_key_file
from tests import honest
from tests.scripts.conftest import PASSWORD

LEAF = Hash(b"\1" * 32)
POINT = bytes(128)


def write_answers(folder: Path, issuer: int, *, contest: int = 1) -> Path:
    answers = {f"0x{LEAF.hex()}": POINT}
    path = folder / f"{issuer}.json"
    file = AnswersFile("veche-answers/1", contest, issuer, answers)
    path.write_text(render_json(file))
    return path


def test_answers_are_found_by_issuer(tmp_path: Path) -> None:
    paths = [write_answers(tmp_path, issuer) for issuer in (3, 1)]
    assert read_answers(paths, 1, leaf=LEAF) == {3: POINT, 1: POINT}


def test_answers_without_this_leaf_or_contest_are_named(tmp_path: Path) -> None:
    path = write_answers(tmp_path, 1)
    with pytest.raises(InputError, match=r"1\.json: has no answer for this request"):
        read_answers([path], 2, leaf=LEAF)
    with pytest.raises(InputError, match=r"1\.json: has no answer for this request"):
        read_answers([path], 1, leaf=Hash(b"\2" * 32))


def test_credential_of_another_voter_is_refused(tmp_path: Path) -> None:
    stranger = create_key_file(tmp_path / "key.json", Role.VOTER, password=PASSWORD)
    credential = honest.issue(1, ctx_box=honest.box())
    file = CredentialFile(
        "veche-credential/1", 1, LEAF, credential.address, encode_g1(credential.sigma)
    )
    with pytest.raises(InputError, match="is not the key file of this credential"):
        open_credential(file, stranger, ctx=honest.box().ctx)
