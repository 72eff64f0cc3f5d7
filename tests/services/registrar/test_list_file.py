"""What is read of a list on the disk leads to the published root, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from election.crypto.transcript import Hash
from election.protocol.voter_list import build_voter_list
from scripts.shared.errors import InputError
from services.registrar.list_file import ListFile, open_list, write_list
from services.registrar.publishing import Lists
from tests.services.registrar.small import ELECTION_ID

MADE = build_voter_list(
    ELECTION_ID, 1, voters=[Hash(bytes([n]) * 32) for n in (1, 2, 3)]
)
ROOT = MADE.tree.root


def open_made(path: Path, size: int = 3, root: Hash = ROOT) -> ListFile:
    return open_list(path, 1, size=size, root=root)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "tree-1.bin"
    write_list(made, MADE)
    return made


def test_place_on_the_list_has_its_proof(path: Path) -> None:
    opened = open_made(path)
    assert opened.claim(2).voter == MADE.voters[2]


def test_list_of_another_publication_is_not_opened(path: Path) -> None:
    for size, root in ((3, Hash(bytes(32))), (4, ROOT), (2, ROOT)):
        with pytest.raises(InputError, match="is not the list that was published"):
            open_made(path, size, root)


def test_list_that_was_spoilt_proves_nothing(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[3 * 32] ^= 1  # the first leaf, after the voters
    path.write_bytes(whole)
    opened = open_made(path)
    for index in (0, 1):  # it, and whose proof goes by it
        with pytest.raises(InputError, match="list of contest 1: is damaged"):
            opened.claim(index)
    assert opened.claim(2).voter == MADE.voters[2]


def test_leaf_is_held_at_its_own_place_of_its_own_list_alone(path: Path) -> None:
    lists = Lists(ELECTION_ID, None, {1: open_made(path)})
    leaf = MADE.tree.levels[0][2]
    held = [lists.holds(*at, leaf) for at in ((1, 2), (1, 1), (1, 3), (2, 2))]
    assert held == [True, False, False, False]
