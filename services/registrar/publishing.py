"""Make the lists of an election from the register, and keep them for proofs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from election.crypto.transcript import Hash
from election.protocol.voter_list import PublishedList, VoterList, hash_voter
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import render_json, replace_file
from scripts.shared.files.register_file import RegisteredVoter
from scripts.shared.files.voter_files import ListFile as PublicList
from services.registrar.list_file import (
    ListFile,
    list_path,
    open_list,
    write_list,
)
from services.registrar.salts import Salts
from services.registrar.tables import people, publications

_MANY: Final = 20_000


def read_voters(
    connection: Connection, salts: Salts, election_id: Hash
) -> tuple[RegisteredVoter, ...]:
    """Read who is on the register, with the salts of an election."""
    query = select(people.c.contest, people.c.voter_id).where(~people.c.gone)
    found = connection.execution_options(yield_per=_MANY).execute(query)
    return tuple(
        RegisteredVoter(contest, voter_id, salts.of(election_id, voter_id))
        for contest, voter_id in found
    )


def keep_lists(folder: Path, election: str, lists: Mapping[int, VoterList]) -> None:
    """Write the lists: list-CONTEST.json is public, tree-CONTEST.bin is for proofs."""
    for contest, made in lists.items():
        path = list_path(folder, election, contest)
        write_list(path, made)
        public = PublicList("veche-list/1", contest, made.voters)
        replace_file(path.with_name(f"list-{contest}.json"), render_json(public))


def note_publication(
    connection: Connection,
    election: str,
    published: Mapping[int, PublishedList],
    *,
    election_id: Hash,
    at: int,
) -> None:
    """Note what is on the chain; at: Unix seconds."""
    for contest, found in published.items():
        connection.execute(
            delete(publications).where(
                publications.c.election == election, publications.c.contest == contest
            )
        )
        connection.execute(
            insert(publications).values(
                election=election,
                election_id=election_id,
                contest=contest,
                root=found.root,
                size=found.size,
                at=at,
            )
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a voter stands on an election's lists."""

    contest: int
    index: int
    leaf: Hash
    salt: Hash


@dataclass(frozen=True)
class Lists:
    """The lists of one election, open; contests where nobody votes are left out.

    salts: None while there are no lists.
    """

    election_id: Hash
    salts: Salts | None
    files: Mapping[int, ListFile]

    def find(self, voter_id: str) -> Place | None:
        """Find a voter; the list says in which contest, whatever the register says."""
        if self.salts is None:
            return None
        salt = self.salts.of(self.election_id, voter_id)
        voter = hash_voter(voter_id, salt)
        for contest, file in self.files.items():
            index = file.find(voter)
            if index is not None:
                return Place(contest, index, file.leaf(index), salt)
        return None

    def holds(self, contest: int, index: int, leaf: Hash) -> bool:
        """Say whether this leaf stands at this place of a contest's list."""
        file = self.files.get(contest)
        return file is not None and index < file.size and file.leaf(index) == leaf


def open_lists(
    folder: Path,
    election: str,
    published: Mapping[int, PublishedList],
    *,
    election_id: Hash,
    salts: Salts | None,
) -> Lists:
    """Open the lists that were published; raises InputError."""
    files = {
        contest: open_list(
            list_path(folder, election, contest),
            contest,
            size=each.size,
            root=each.root,
        )
        for contest, each in published.items()
        if each.voters
    }
    return Lists(election_id, salts, files)


def read_publications(
    connection: Connection, election: str
) -> dict[int, PublishedList]:
    """Read what was published of an election, by contest."""
    found = connection.execute(
        select(publications.c.contest, publications.c.root, publications.c.size)
        .where(publications.c.election == election)
        .order_by(publications.c.contest)
    )
    return {contest: PublishedList(Hash(root), size) for contest, root, size in found}


def read_election_id(connection: Connection, election: str) -> Hash:
    """Read the id that leaves of a published election hold; raises InputError."""
    query = select(publications.c.election_id).where(
        publications.c.election == election
    )
    found = connection.scalar(query.limit(1))
    if found is None:
        raise InputError("--election", "has no lists here")
    return Hash(found)


def require_contests_known(
    voters: Sequence[RegisteredVoter], known: Sequence[int]
) -> None:
    """Raise InputError for voters of a contest that the election has not."""
    strange = sorted({voter.contest for voter in voters} - {*known})
    if strange:
        fact = f"has voters of contest {strange[0]}, which the election has not"
        raise InputError("register", fact)
