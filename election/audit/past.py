"""What an audit goes on from: the beginning of a record that it verified before.

What there is of each voter is kept as the checks remember it. All other logs are kept
whole, and looked at anew: they are few. docs/protocol.md §5, ADR 26.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from election.crypto.transcript import Address, Hash
from election.protocol.attestation import NO_LOCK
from election.protocol.board import Log
from election.protocol.voter_list import LeafState


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a leaf stands; nonce: of its next act. lock: NO_LOCK if it has none."""

    state: LeafState = LeafState.NONE
    nonce: int = 0
    lock: Address = NO_LOCK


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a bundle that tell of a beginning's logs, all of them.

    chain: SHA-256 of the chain so far and a line, from 32 zero bytes on.
    """

    count: int = 0
    chain: bytes = bytes(32)


class Past(Protocol):
    """A beginning of a record, of which every check held."""

    @property
    def block(self) -> int:
        """Number the last block that it covers; -1 if it covers none."""

    @property
    def latest(self) -> int:
        """Give the latest time of its logs, Unix seconds."""

    @property
    def logs(self) -> Sequence[Log]:
        """List its logs, without those of which there are as many as voters."""

    @property
    def running(self) -> Mapping[Address, Hash]:
        """Give the running hash of each contract that logged anything, at its end."""

    @property
    def lines(self) -> Lines:
        """Give what a bundle has to begin with that tells the same; none if unknown."""

    def running_at(self, block: int) -> Mapping[Address, Hash]:
        """Give the running hashes after a block in which a sum was frozen."""

    def count(self, kind: type[object], contest: int) -> int:
        """Count the events of a kind of which there are as many as voters."""

    def leaf(self, leaf: Hash) -> Leaf:
        """Tell where a leaf stands at its end."""

    def has_cast(self, contest: int, credential: Address) -> bool:
        """Tell whether a credential has a ballot in a contest's box."""

    def totals(self, contest: int) -> bytes | None:
        """Give the sum of a contest's ballots, if there are any and it was verified."""

    def requests(self, contest: int) -> Iterable[tuple[Hash, bytes]]:
        """Give leaf and M' of every issuance of a contest."""


class _Nothing:
    """Nothing was verified before: the audit begins at the first log."""

    block: Final = -1
    latest: Final = 0
    logs: Final = ()
    running: Final[Mapping[Address, Hash]] = {}
    lines: Final = Lines()

    def running_at(self, _block: int) -> Mapping[Address, Hash]:
        return {}

    def count(self, _kind: type[object], _contest: int) -> int:
        return 0

    def leaf(self, _leaf: Hash) -> Leaf:
        return Leaf()

    def has_cast(self, _contest: int, _credential: Address) -> bool:
        return False

    def totals(self, _contest: int) -> bytes | None:
        return None

    def requests(self, _contest: int) -> Iterable[tuple[Hash, bytes]]:
        return ()


NOTHING: Final[Past] = _Nothing()
