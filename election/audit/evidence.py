"""What the record publishes, found and decoded once for all checks.

Nothing here is verified: a check that uses a published value relies on the check whose
claim it is. Whatever should be there and is not raises MissingError.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import chain, islice
from typing import TypeVar

from election.audit.casts import Casts, accept_casts
from election.audit.errors import MissingError
from election.audit.past import NOTHING, Past
from election.audit.spread import Spread
from election.crypto.group import G1_BYTES, G1Point, decode_g1
from election.crypto.transcript import Address, Hash
from election.protocol.board import Board, Log
from election.protocol.context import Box, decode_box
from election.protocol.encoding import decode_totals
from election.protocol.events import (
    AttemptStarted,
    BallotCast,
    BoxOpened,
    CeremonyFailed,
    CeremonyFinal,
    ContestListed,
    ElectionDeployed,
    Issued,
    SlotDerived,
    TallyFrozen,
)
from election.protocol.manifest import Times
from election.protocol.record_hash import (
    derive_record_hash,
    run_hashes,
    run_hashes_until,
)
from election.protocol.replay import Entries, Entry, Part, Replay, replay_board
from election.protocol.tally import EncryptedTally

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class CeremonyResult:
    """What a final ceremony published: keys and V_1..V_n by slot, as bytes."""

    members: tuple[Address, ...]
    keys: Mapping[int, bytes]
    verification_keys: Mapping[int, bytes]


@dataclass(frozen=True, eq=False)
class Evidence:
    """A board with its events by kind and contest.

    past: what was verified of its record before. The board has its logs first, and
    after them all that came since: of what there is for each voter, only the new.
    spread: what runs a function over parts of the ballots, as map does.
    """

    board: Board
    past: Past = NOTHING
    spread: Spread = map

    @cached_property
    def replay(self) -> Replay:
        """Decode all logs."""
        return replay_board(self.board)

    @cached_property
    def running_hashes(self) -> Mapping[Address, Hash]:
        """Compute the running hash of every contract's logs."""
        return run_hashes(self.new_logs, start=self.past.running)

    @property
    def new_logs(self) -> Iterable[Log]:
        """List the logs that were not verified before."""
        return islice(self.board.logs, len(self.past.logs), None)

    @property
    def record_hash(self) -> Hash:
        """Derive the hash of the whole record."""
        return self._derive_record_hash(self.running_hashes)

    def record_hashes(self, blocks: Collection[int]) -> Mapping[int, Hash]:
        """Derive the hash of the record as it was after each of these blocks."""
        before = {each for each in blocks if each <= self.past.block}
        found = {each: self.past.running_at(each) for each in before}
        since, start = set(blocks) - before, self.past.running
        later = run_hashes_until(self.new_logs, since, start=start)
        return {
            block: self._derive_record_hash(running)
            for block, running in {**found, **later}.items()
        }

    def _derive_record_hash(self, running: Mapping[Address, Hash]) -> Hash:
        sealed = self.deployed.contests if self.every(ElectionDeployed) else ()
        return derive_record_hash(
            self.replay.contracts.values(),
            running,
            [contest.id for contest in sealed],
            chain_id=self.board.chain_id,
        )

    @cached_property
    def _index(self) -> Mapping[object, Sequence[int]]:
        """Find the places of logs by kind, and by kind with contest or part."""
        index: defaultdict[object, array[int]] = defaultdict(lambda: array("Q"))
        entries = self.replay.entries
        for place, entry in zip(entries.places, entries, strict=True):
            index[entry.kind].append(place)
            index[entry.kind, entry.contest].append(place)
            index[entry.kind, entry.contract.part].append(place)
        return dict(index)

    def every(
        self, kind: type[Kind], of: int | Part | None = None
    ) -> Sequence[Entry[Kind]]:
        """List the events of a kind, of all, of one contest or of one part."""
        return Entries(self.replay, self._find(kind, of))

    def of_kinds(
        self, *kinds: type[Kind], of: int | Part | None = None
    ) -> Sequence[Entry[Kind]]:
        """List the events of several kinds, in the order of the chain."""
        places = merge(*(self._find(kind, of) for kind in kinds))
        return Entries(self.replay, array("Q", places))

    def _find(self, kind: type[object], of: int | Part | None) -> Sequence[int]:
        return self._index.get(kind if of is None else (kind, of), ())

    def count(self, kind: type[object], contest: int) -> int:
        """Count the events of a kind in a contest, those verified before, too."""
        return self.past.count(kind, contest) + len(self._find(kind, contest))

    def requests(self, contest: int) -> Iterable[tuple[Hash, bytes]]:
        """Give leaf and M' of every issuance of a contest, those before, too."""
        issued = (entry.event for entry in self.every(Issued, contest))
        new = ((event.leaf, event.blinded) for event in issued)
        return chain(self.past.requests(contest), new)

    def last(self, kind: type[Kind], of: int | Part | None = None) -> Entry[Kind]:
        """Give the last event of a kind; raises MissingError."""
        entries = self.every(kind, of)
        if not entries:
            where = f"contest {of}" if isinstance(of, int) else "election"
            where = of.title if isinstance(of, Part) else where
            raise MissingError(where, f"no {kind.__name__} on the record")
        return entries[-1]

    @cached_property
    def deployed(self) -> ElectionDeployed:
        """Give the rules of the election."""
        return self.last(ElectionDeployed).event

    def require_election(self) -> None:
        """Raise MissingError unless an election is on the record."""
        self.last(ElectionDeployed)

    @property
    def times(self) -> Times:
        """Give the seven times of the deployment."""
        times = self.deployed.rules.times
        return Times(*times)

    @cached_property
    def contests(self) -> tuple[ContestListed, ...]:
        """List the contests whose texts are there, in the manifest's order."""
        listed = (entry.event for entry in self.every(ContestListed))
        return tuple(sorted(listed, key=lambda event: event.position))

    @property
    def now(self) -> int:
        """Give the time of the board's head, Unix seconds."""
        return self.board.head.timestamp

    def is_over(self, part: Part) -> bool:
        """Tell whether a ceremony takes no more messages: it ended, or KEYS did."""
        ends = self.every(CeremonyFinal, part), self.every(CeremonyFailed, part)
        return any(ends) or self.now >= self.times.voter_list

    def ceremony(self, part: Part) -> CeremonyResult:
        """Give what the last final attempt of a ceremony published."""
        attempt = self.last(CeremonyFinal, part).event.attempt
        started = (entry.event for entry in self.every(AttemptStarted, part))
        members = next((e.members for e in started if e.attempt == attempt), ())
        slots = [entry.event for entry in self.every(SlotDerived, part)]
        slots = [event for event in slots if event.attempt == attempt]
        return CeremonyResult(
            members,
            {event.slot: event.key for event in slots},
            {event.slot: event.verification_keys for event in slots},
        )

    @cached_property
    def _casts(self) -> dict[int, Casts]:
        return {}

    def casts(self, contest: int) -> Casts:
        """Accept or refuse the new ballots of a contest, once for all checks.

        The sum is of all.
        """
        if contest not in self._casts:
            entries, box = self.every(BallotCast, contest), self.box(contest)
            before = self.past.totals(contest)
            self._casts[contest] = accept_casts(
                entries, box, before=before, spread=self.spread
            )
        return self._casts[contest]

    def box(self, contest: int) -> Box:
        """Decode what a contest's box says that it checks ballots against."""
        event = self.last(BoxOpened, contest).event
        return decode_box(
            contest,
            event.ctx,
            election_keys=event.election_keys,
            credential_key=event.credential_key,
        )

    def tally(self, contest: int) -> EncryptedTally:
        """Decode the frozen sum of a contest."""
        event = self.last(TallyFrozen, contest).event
        box = self.box(contest)
        totals = decode_totals(event.totals, slots=len(box.election_keys))
        return EncryptedTally(box.ctx, event.cast_count, totals)

    def verification_keys(self, trustee: int, *, slots: int) -> tuple[G1Point, ...]:
        """Decode V_{m,1}..V_{m,L} of a trustee; raises MissingError."""
        result = self.ceremony(Part.TRUSTEES)
        if not 1 <= trustee <= len(result.members):
            raise MissingError(f"trustee {trustee}", "no such trustee on the record")
        size = G1_BYTES
        start = (trustee - 1) * size
        raws = (result.verification_keys.get(slot, b"") for slot in range(1, slots + 1))
        return tuple(decode_g1(raw[start : start + size]) for raw in raws)
