from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.merkle import verify_path
from election.crypto.transcript import Hash
from election.protocol.context import derive_election_id
from election.protocol.voter_list import claim_leaf, derive_leaf, normalize_voter_id
from scripts.errors import InputError
from scripts.files.voter_files import (
    RegisteredVoter,
    build_lists,
    read_list,
    read_register,
    render_salts,
)

ELECTION_ID = derive_election_id("files")

identifiers = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1
).filter(normalize_voter_id)
registers = st.lists(
    st.builds(
        RegisteredVoter,
        st.integers(0, 2**200),
        identifiers,
        st.binary(min_size=32, max_size=32).map(Hash),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda voter: normalize_voter_id(voter.voter_id),
).map(tuple)


@given(registers)
def test_salts_file_is_the_same_register(
    tmp_path_factory: pytest.TempPathFactory, voters: tuple[RegisteredVoter, ...]
) -> None:
    path = tmp_path_factory.mktemp("register") / "salts.csv"
    path.write_text(render_salts(voters), encoding="utf-8", newline="")
    assert read_register(path) == voters


def test_salts_are_drawn_anew_where_there_are_none(tmp_path: Path) -> None:
    path = tmp_path / "voters.csv"
    path.write_text("contest,voter_id\n1,a\n1,b\n")
    drawn = {voter.salt for _ in range(2) for voter in read_register(path)}
    assert len(drawn) == 4


def test_same_person_in_two_contests_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voters.csv"
    path.write_text("contest,voter_id\n1,Anna\n30,anna \n")
    with pytest.raises(InputError, match="line 3: a voter stands there twice"):
        read_register(path)


@pytest.mark.parametrize(
    "contest", ["x", "", "-1", "1.5", "\N{ARABIC-INDIC DIGIT ONE}", "\u00b2", "1" * 78]
)
def test_contest_that_is_no_number_is_refused(tmp_path: Path, contest: str) -> None:
    path = tmp_path / "voters.csv"
    path.write_text(f"contest,voter_id\n{contest},a\n")
    with pytest.raises(InputError, match="line 2: the contest is not a number"):
        read_register(path)


def test_list_of_nobody_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text('{"format": "veche-list/1", "contest": 1, "voters": []}')
    with pytest.raises(InputError, match=r"list\.json: has no voters"):
        read_list(path, election_id=ELECTION_ID)


def test_every_voter_stands_on_the_list_of_the_contest(tmp_path: Path) -> None:
    path = tmp_path / "voters.csv"
    path.write_text("contest,voter_id\n1,a\n30,b\n1,c\n")
    lists = build_lists(read_register(path), election_id=ELECTION_ID)
    assert {contest: made.tree.size for contest, made in lists.items()} == {1: 2, 30: 1}
    for contest, made in lists.items():
        for index, voter in enumerate(made.voters):
            claim = claim_leaf(made, index)
            leaf = derive_leaf(ELECTION_ID, contest, index=index, voter=voter)
            size, path_ = made.tree.size, claim.path
            assert verify_path(made.tree.root, leaf, index=index, size=size, path=path_)
