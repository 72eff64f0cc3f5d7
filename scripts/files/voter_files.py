"""The public lists of voters, made from the register."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import with_config

from election.crypto.transcript import Hash
from election.protocol.voter_list import (
    VoterList,
    build_voter_list,
    hash_voter,
)
from scripts.errors import InputError
from scripts.files.json_file import CLOSED, Hex32, Word, read_json
from scripts.files.register_file import RegisteredVoter


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class ListFile:
    """A contest's list as it is public: the voters' hashes, in order."""

    format: Literal["veche-list/1"]
    contest: Word
    voters: tuple[Hex32, ...]


def build_lists(
    voters: tuple[RegisteredVoter, ...], *, election_id: Hash
) -> dict[int, VoterList]:
    """Build the list of every contest, voters in the register's order."""
    hashes: dict[int, list[Hash]] = {}
    for voter in voters:
        hashed = hash_voter(voter.voter_id, voter.salt)
        hashes.setdefault(voter.contest, []).append(hashed)
    return {
        contest: build_voter_list(election_id, contest, voters=column)
        for contest, column in hashes.items()
    }


def read_list(path: Path, *, election_id: Hash) -> VoterList:
    """Read a public list; raises InputError."""
    file = read_json(path, ListFile)
    if not file.voters:
        raise InputError(str(path), "has no voters")
    voters = [Hash(voter) for voter in file.voters]
    return build_voter_list(election_id, file.contest, voters=voters)
