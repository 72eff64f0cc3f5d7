"""A voter finds the own line of the published list."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from election.crypto.transcript import Hash
from election.protocol.voter_list import build_voter_list, derive_leaf, hash_voter
from scripts.__main__ import run
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.json_file import render_json
from scripts.shared.files.terms_file import digest_terms, render_terms
from scripts.shared.files.voter_files import ListFile
from tests import honest
from tests.scripts.conftest import VOTER, make_terms

SALT: Final = Hash(b"\x22" * 32)
OWN: Final = hash_voter("AB-1", SALT)
VOTERS: Final = (VOTER, OWN)


def find(folder: Path, *who: str, voters: tuple[Hash, ...] = VOTERS) -> int:
    base = make_terms(portal=honest.account(7))
    root = build_voter_list(honest.ELECTION_ID, 1, voters=list(VOTERS)).tree.root
    contest = replace(base.contests[1], root=root, size=len(VOTERS))
    text = render_terms(replace(base, contests={1: contest}))
    (folder / "terms.json").write_text(text)
    (folder / "list.json").write_text(render_json(ListFile("veche-list/1", 1, voters)))
    pinned = digest_terms(text.encode())
    terms = [f"--terms={folder}/terms.json", f"--terms-hash={pinned}"]
    return run(["place", *terms, f"--list={folder}/list.json", "--json", *who])


def test_own_line_is_found_by_voter_id_and_salt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert find(tmp_path, "--voter-id=AB-1", f"--salt={SALT.hex()}") == 0
    leaf = derive_leaf(honest.ELECTION_ID, 1, index=1, voter=OWN)
    told = json.loads(capsys.readouterr().out)
    assert told == {"contest": 1, "index": 1, "leaf": f"0x{leaf.hex()}"}


def test_another_salt_is_on_no_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert find(tmp_path, "--voter-id=AB-1", f"--salt={'33' * 32}") == ExitCode.INPUT
    assert "is not on this list" in capsys.readouterr().err


def test_list_that_is_not_the_terms_is_refused(tmp_path: Path) -> None:
    other = (OWN, VOTER)
    who = ("--voter-id=AB-1", f"--salt={SALT.hex()}")
    assert find(tmp_path, *who, voters=other) == ExitCode.INPUT
