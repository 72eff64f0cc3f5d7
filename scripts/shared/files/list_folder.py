"""The folder of published lists: what lies there under its name is on the chain.

Salts are given out to people, so they are on the disk before a list is published, under
another name until it is, and none is ever replaced.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from election.protocol.voter_list import VoterList
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import (
    read_text,
    render_json,
    replace_file,
    write_same,
)
from scripts.shared.files.register_file import (
    RegisteredVoter,
    read_register,
    render_salts,
)
from scripts.shared.files.voter_files import ListFile

_PRIVATE: Final = 0o600

Voters = tuple[RegisteredVoter, ...]


@dataclass(frozen=True, slots=True)
class ListFolder:
    """salts.csv, which is secret, and list-CONTEST.json, which are public."""

    path: Path

    @property
    def salts(self) -> Path:
        """Give the file of the salts of lists that are on the chain."""
        return self.path / "salts.csv"

    @property
    def draft(self) -> Path:
        """Give the file of salts that may not be on the chain yet."""
        return self.path / "unpublished-salts.csv"

    def find_salts(self, voters: Voters) -> Voters | None:
        """Find voters who stand here with salts that were drawn before, all or none."""
        for path in (self.draft, self.salts):
            drawn = {(kept.contest, kept.voter_id): kept for kept in _read(path)}
            found = [drawn.get((each.contest, each.voter_id)) for each in voters]
            if found and None not in found:
                pairs = zip(voters, filter(None, found), strict=True)
                return tuple(replace(each, salt=kept.salt) for each, kept in pairs)
        return None

    def require_room(self, voters: Voters, lists: Mapping[int, VoterList]) -> None:
        """Raise InputError if what lies here does not go with these lists."""
        given = {voter.voter_id: voter for voter in voters}
        for path in (self.salts, self.draft):
            for kept in _read(path):
                _require_same(path, kept, given, is_listed=kept.contest in lists)
        for made in lists.values():
            path = self._list(made)
            if path.exists() and read_text(path) != _render(made):
                raise InputError(str(path), "is another list: give another --out")

    def keep_draft(self, voters: Voters) -> None:
        """Write salts before their lists are published."""
        replace_file(self.draft, _join(self.draft, voters), mode=_PRIVATE)

    def keep(
        self, voters: Voters, lists: Mapping[int, VoterList], seen: Collection[int]
    ) -> None:
        """Write what was seen on the chain, and drop the draft once that is all."""
        published = tuple(voter for voter in voters if voter.contest in seen)
        if not {*published} <= {*_read(self.salts)}:
            replace_file(self.salts, _join(self.salts, published), mode=_PRIVATE)
        for contest in seen:
            write_same(self._list(lists[contest]), _render(lists[contest]))
        if self.draft.exists() and {*_read(self.draft)} <= {*_read(self.salts)}:
            self.draft.unlink()

    def _list(self, made: VoterList) -> Path:
        return self.path / f"list-{made.contest}.json"


def _read(path: Path) -> Voters:
    return read_register(path).voters if path.exists() else ()


def _join(path: Path, voters: Voters) -> str:
    """Add voters to those that a file has of other contests."""
    contests = {voter.contest for voter in voters}
    others = (voter for voter in _read(path) if voter.contest not in contests)
    return render_salts((*others, *voters))


def _require_same(
    path: Path,
    kept: RegisteredVoter,
    given: Mapping[str, RegisteredVoter],
    *,
    is_listed: bool,
) -> None:
    """Raise InputError for a voter who stands elsewhere, or whose salt would be lost.

    is_listed: whether the list of the kept voter's contest is made anew.
    """
    other = given.get(kept.voter_id)
    if other is not None and other.contest != kept.contest:
        fact = f"has the voter of line {other.line} of the register in another contest"
        raise InputError(f"{path} line {kept.line}", fact)
    if is_listed and other != kept:
        fact = "has other salts: give it as the register to keep them"
        raise InputError(str(path), f"{fact}, or give another --out")


def _render(made: VoterList) -> str:
    return render_json(ListFile("veche-list/1", made.contest, made.voters))
