from __future__ import annotations

from pathlib import Path

import pytest

from election.crypto.merkle import verify_path
from election.protocol.context import derive_election_id
from election.protocol.voter_list import claim_leaf, derive_leaf
from scripts.errors import InputError
from scripts.files.register_file import read_register
from scripts.files.voter_files import build_lists, read_list

ELECTION_ID = derive_election_id("files")


def test_list_of_nobody_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text('{"format": "veche-list/1", "contest": 1, "voters": []}')
    with pytest.raises(InputError, match=r"list\.json: has no voters"):
        read_list(path, election_id=ELECTION_ID)


def test_every_voter_stands_on_the_list_of_the_contest(tmp_path: Path) -> None:
    path = tmp_path / "voters.csv"
    path.write_text("contest,voter_id\n1,a\n30,b\n1,c\n")
    lists = build_lists(read_register(path).voters, election_id=ELECTION_ID)
    assert {contest: made.tree.size for contest, made in lists.items()} == {1: 2, 30: 1}
    for contest, made in lists.items():
        for index, voter in enumerate(made.voters):
            claim = claim_leaf(made, index)
            leaf = derive_leaf(ELECTION_ID, contest, index=index, voter=voter)
            size, path_ = made.tree.size, claim.path
            assert verify_path(made.tree.root, leaf, index=index, size=size, path=path_)
