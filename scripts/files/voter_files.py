"""The register of voters with the salts that go to them, and the public lists."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from pydantic import with_config

from election.crypto.transcript import Hash, decode_hash
from election.errors import EncodingError
from election.protocol.voter_list import (
    VoterList,
    build_voter_list,
    hash_voter,
    normalize_voter_id,
)
from scripts.errors import InputError
from scripts.files.json_file import CLOSED, Hex32, Word, read_json, read_text

_COLUMNS: Final = ("contest", "voter_id", "salt")
_SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class RegisteredVoter:
    """One line of the register: a person, a contest, and the salt of the leaf."""

    contest: int
    voter_id: str
    salt: Hash = field(repr=False)


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class ListFile:
    """A contest's list as it is public: the voters' hashes, in order."""

    format: Literal["veche-list/1"]
    contest: Word
    voters: tuple[Hex32, ...]


def read_register(path: Path) -> tuple[RegisteredVoter, ...]:
    """Read CSV with the columns contest, voter_id and, if already drawn, salt.

    Where there is no salt, it is drawn. Raises InputError for a line that is no voter
    and for a person who stands there twice.
    """
    rows = csv.reader(io.StringIO(read_text(path)), strict=True)
    seen: set[str] = set()
    voters = []
    for line, voter in _read_rows(path, rows):
        person = normalize_voter_id(voter.voter_id)
        if person in seen:
            raise InputError(f"{path} line {line}", "a voter stands there twice")
        seen.add(person)
        voters.append(voter)
    if not voters:
        raise InputError(str(path), "has no voters")
    return tuple(voters)


def _read_rows(
    path: Path, rows: Iterator[list[str]]
) -> Iterator[tuple[int, RegisteredVoter]]:
    try:
        header = tuple(next(rows, ()))
        if header not in (_COLUMNS, _COLUMNS[:2]):
            raise InputError(str(path), f"does not begin with {','.join(_COLUMNS)}")
        for line, row in enumerate(rows, 2):
            if row:
                yield line, _read_row(f"{path} line {line}", row, len(header))
    except csv.Error as error:
        raise InputError(str(path), "is not csv") from error


def _read_row(subject: str, row: list[str], columns: int) -> RegisteredVoter:
    if len(row) != columns:
        raise InputError(subject, f"{len(row)} columns instead of {columns}")
    contest, voter_id, *salts = row
    if not (contest.isascii() and contest.isdigit() and len(contest) < 78):
        raise InputError(subject, "the contest is not a number")
    if not normalize_voter_id(voter_id):
        raise InputError(subject, "the voter has no identifier")
    try:
        salt = decode_hash(
            bytes.fromhex(salts[0]) if salts else secrets.token_bytes(_SALT_BYTES)
        )
    except (ValueError, EncodingError):
        raise InputError(subject, "the salt is not 32 bytes in hex") from None
    return RegisteredVoter(int(contest), voter_id, salt)


def render_salts(voters: tuple[RegisteredVoter, ...]) -> str:
    """Write a register with its salts, as `read_register` reads it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((v.contest, v.voter_id, v.salt.hex()) for v in voters)
    return out.getvalue()


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
