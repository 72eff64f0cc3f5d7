"""The public lists of voters, made from the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import with_config

from election.crypto.transcript import Hash, decode_hash
from election.errors import EncodingError
from election.protocol.voter_list import (
    VoterList,
    build_voter_list,
    hash_voter,
)
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import (
    CLOSED,
    Hex32,
    Word,
    naming_kind,
    read_json,
)
from scripts.shared.files.register_file import RegisteredVoter


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
    """Build the list of every contest, voters in the order of their hashes.

    That is random, by the salts: a place says nothing of the line in the register.
    """
    hashes: dict[int, list[Hash]] = {}
    for voter in voters:
        hashed = hash_voter(voter.voter_id, voter.salt)
        hashes.setdefault(voter.contest, []).append(hashed)
    return {
        contest: build_voter_list(election_id, contest, voters=sorted(column))
        for contest, column in hashes.items()
    }


def read_list(path: Path, *, election_id: Hash) -> VoterList:
    """Read a public list; raises InputError."""
    with naming_kind("list of voters", made_by="veche publish-list"):
        file = read_json(path, ListFile)
    if not file.voters:
        raise InputError(str(path), "has no voters")
    voters = [Hash(voter) for voter in file.voters]
    return build_voter_list(election_id, file.contest, voters=voters)


def find_index(
    voters: Sequence[Hash], *, index: int | None, voter_id: str | None, salt: str | None
) -> int:
    """Find a voter's place on a list, or take the one given; raises InputError."""
    if index is not None and voter_id is None and salt is None:
        if index >= len(voters):
            raise InputError(f"index {index}", f"is not below {len(voters)}")
        return index
    if index is not None or voter_id is None or salt is None:
        raise InputError("voter", "give --voter-id with --salt, or --index alone")
    try:
        raw = decode_hash(bytes.fromhex(salt.removeprefix("0x")))
    except (ValueError, EncodingError):
        raise InputError("--salt", "is not 32 bytes in hex") from None
    own = hash_voter(voter_id, raw)
    try:
        return voters.index(own)
    except ValueError:
        fact = "is not on this list with this id and salt"
        raise InputError("voter", fact) from None
