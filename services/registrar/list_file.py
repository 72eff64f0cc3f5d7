"""A contest's published list on the disk, as its tree: proofs without reading it whole.

All levels of the Merkle tree after the voters' hashes, 32 bytes each. What is read from
it is believed only if it leads to the root that was published.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from election.crypto.merkle import EMPTY, verify_path
from election.crypto.transcript import Hash, Tag, hash_fields, hash_word
from election.protocol.voter_list import LeafClaim, VoterList
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unreadable
from scripts.shared.files.json_file import replace_lines

_SIZE: Final = 32


@dataclass(frozen=True)
class ListFile:
    """An open list; size: number of leaves."""

    contest: int
    size: int
    root: Hash
    data: mmap.mmap
    starts: tuple[int, ...]  # of each level, in nodes; the voters are the first

    def find(self, voter: Hash) -> int | None:
        """Find a voter's place; None if not on the list. Voters are sorted."""
        low, high = 0, self.size
        while low < high:
            middle = (low + high) // 2
            if self._node(0, middle) < voter:
                low = middle + 1
            else:
                high = middle
        return low if low < self.size and self._node(0, low) == voter else None

    def leaf(self, index: int) -> Hash:
        """Give the leaf at a place below the size."""
        return self._node(1, index)

    def voter(self, index: int) -> Hash:
        """Give the voter's hash at a place below the size."""
        return self._node(0, index)

    def claim(self, index: int) -> LeafClaim:
        """Give what the contract is shown; raises InputError for a broken file."""
        path, at, missing = [], index, EMPTY
        for level in range(1, len(self.starts) - 2):
            count = self.starts[level + 1] - self.starts[level]
            sibling = at ^ 1
            path.append(self._node(level, sibling) if sibling < count else missing)
            at >>= 1
            missing = hash_fields(Tag.NODE, hash_word(missing), hash_word(missing))
        claim = LeafClaim(self.contest, index, self.voter(index), tuple(path))
        stands = verify_path(
            self.root, self.leaf(index), index=index, size=self.size, path=claim.path
        )
        if not stands:
            raise InputError(
                f"list of contest {self.contest}", "is damaged on the disk"
            )
        return claim

    def close(self) -> None:
        """Let go of the file."""
        self.data.close()

    def _node(self, level: int, index: int) -> Hash:
        start = (self.starts[level] + index) * _SIZE
        return Hash(self.data[start : start + _SIZE])


def list_path(home: Path, election: str, contest: int) -> Path:
    """Name the file of a list."""
    return home / "lists" / election / f"tree-{contest}.bin"


def write_list(path: Path, made: VoterList) -> None:
    """Write a list whole."""

    def parts() -> Iterator[bytes]:
        for level in (made.voters, *made.tree.levels):
            yield b"".join(level)

    replace_lines(path, parts(), mode=0o600)


def open_list(path: Path, contest: int, *, size: int, root: Hash) -> ListFile:
    """Open a list that was published with this size and root; raises InputError."""
    counts = [size, size]
    while counts[-1] > 1:
        counts.append((counts[-1] + 1) // 2)
    starts = [0]
    for count in counts:
        starts.append(starts[-1] + count)
    with name_unreadable(path), path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if len(data) != starts[-1] * _SIZE or data[-_SIZE:] != root:
        data.close()
        hint = "write it anew: `veche registrar publish` with the same register"
        raise InputError(str(path), "is not the list that was published", hint=hint)
    return ListFile(contest, size, root, data, tuple(starts))
