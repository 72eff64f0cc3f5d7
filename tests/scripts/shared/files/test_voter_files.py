from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from election.crypto.merkle import verify_path
from election.crypto.transcript import hash_bytes
from election.protocol.context import derive_election_id
from election.protocol.voter_list import claim_leaf, derive_leaf, hash_voter
from scripts.shared.errors import InputError
from scripts.shared.files.register_file import read_register
from scripts.shared.files.voter_files import build_lists, find_index, read_list

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


def test_places_do_not_follow_the_register(tmp_path: Path) -> None:
    """Whoever holds the register without salts would read who moved, and when."""
    path = tmp_path / "voters.csv"
    salts = [hash_bytes(bytes([number])) for number in range(8)]
    rows = [f"1,voter {at},{salt.hex()}" for at, salt in enumerate(salts)]
    made = []
    for order in (rows, rows[::-1]):
        path.write_text("\n".join(["contest,voter_id,salt", *order]))
        voters = read_register(path).voters
        made.append(build_lists(voters, election_id=ELECTION_ID)[1])
    in_order = [hash_voter(f"voter {at}", salt) for at, salt in enumerate(salts)]
    assert made[0] == made[1]
    assert set(made[0].voters) == set(in_order)
    assert list(made[0].voters) not in (in_order, in_order[::-1])


SALT: Final = hash_bytes(b"salt").hex()
VOTERS: Final = (
    hash_voter("another", hash_bytes(b"")),
    hash_voter("a", hash_bytes(b"salt")),
)


@pytest.mark.parametrize(
    ("index", "voter_id", "salt"),
    [(1, None, None), (None, "a", SALT), (None, "a", "0x" + SALT)],
)
def test_place_is_given_or_found(
    index: int | None, voter_id: str | None, salt: str | None
) -> None:
    assert find_index(VOTERS, index=index, voter_id=voter_id, salt=salt) == 1


@pytest.mark.parametrize(
    ("index", "voter_id", "salt"),
    [
        (None, None, None),
        (None, "a", None),
        (None, None, SALT),
        (1, "a", None),
        (1, None, SALT),
        (1, "a", SALT),
    ],
)
def test_place_is_asked_for_in_one_way(
    index: int | None, voter_id: str | None, salt: str | None
) -> None:
    with pytest.raises(InputError, match="or --index alone"):
        find_index(VOTERS, index=index, voter_id=voter_id, salt=salt)
