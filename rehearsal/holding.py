"""An election with everybody in it, held stage by stage by one program.

from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.manifest import Contest
from rehearsal.chains import in_process
from rehearsal.holding import begin
from rehearsal.misdeeds import MISDEEDS
from rehearsal.people import make_people

treasurer = Contest(1, "Treasurer", ("Ada", "Grace", "Katherine"))
held = begin(in_process(), [treasurer], make_people({1: (1, 3, 3)})).hold(MISDEEDS)
assert held.counts == {1: (1, 0, 2)}
assert held.report.held
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from election.audit.audit import ALL, audit_board
from election.audit.report import Report
from election.client.board_reader import read_board
from election.client.casting import CastResult
from election.client.ceremony_member import Member
from election.client.open_election import OpenElection, read_box
from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.signature import SigningKey
from election.errors import ElectionError
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.manifest import Contest
from rehearsal import counting, preparation, voting
from rehearsal.chains import LEAD, Chain
from rehearsal.people import Person, casts, tally_choices
from rehearsal.preparation import KeyShares
from rehearsal.progress import Bar, no_bar
from rehearsal.refusing import read_refusal
from rehearsal.roles import Cast, Roles, draw_cast
from rehearsal.rules import draft_manifest, require_people
from rehearsal.voting import Register, Voter

_MEMBER_STEPS: Final = 5


class Stage(IntEnum):
    """What was done last, in the order of an election.

    DEPLOYED: the rules are on the chain. KEYED: the keys are made, and the boxes.
    LISTED: the lists stand, and registration is open. REGISTERED: everybody who does,
    did, and some withdrew. OPENED: the polls are open. CREDITED: voters have their
    credentials. CAST: the ballots are in the boxes, and the polls still open. CLOSED:
    the polls are closed. FROZEN: the sums are. SHARED: they are decrypted in parts.
    COUNTED: it is final.
    """

    DEPLOYED = 0
    KEYED = 1
    LISTED = 2
    REGISTERED = 3
    OPENED = 4
    CREDITED = 5
    CAST = 6
    CLOSED = 7
    FROZEN = 8
    SHARED = 9
    COUNTED = 10


@dataclass(frozen=True, slots=True)
class Misdeed:
    """What somebody tries who is not allowed to.

    attack: in words, one sentence. stage: after which it is tried. attempt: tries it on
    the chain; returns the reason of the refusal, and raises if it went through.
    """

    attack: str
    stage: Stage
    attempt: Callable[[Rehearsal], str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An attack in words, and the reason by which it was refused."""

    attack: str
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """What came of an election. choices and counts: by contest, in ballot order.

    choices: what the voters really chose, which nobody knows of an election.
    """

    choices: Mapping[int, tuple[int, ...]]
    counts: Mapping[int, tuple[int, ...]]
    refusals: tuple[Refusal, ...]
    report: Report

    @property
    def held(self) -> bool:
        """Tell whether the audit held and the counts are what was chosen."""
        return self.report.held and self.choices == self.counts


@dataclass(slots=True)
class Rehearsal:
    """One election, and everybody who acts in it.

    opened: the election on its chain. travel: comes back when the chain's clock has
    reached a second. stage: what was done last. shares, register, voters, ballots,
    counts: what it left, empty before.
    """

    opened: OpenElection
    people: Sequence[Person]
    cast: Cast
    roles: Roles = field(repr=False)
    travel: Callable[[int], None] = field(repr=False)
    bar: Bar = field(default=no_bar, repr=False)
    stage: Stage = Stage.DEPLOYED
    shares: KeyShares = field(default=KeyShares((), ()), repr=False)
    register: Register = field(default_factory=lambda: Register({}, {}), repr=False)
    voters: tuple[Voter, ...] = field(default=(), repr=False)
    ballots: tuple[CastResult, ...] = ()
    counts: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    # The whole

    def hold(self, misdeeds: Iterable[Misdeed] = ()) -> Held:
        """Do all that is left, try each misdeed after its stage, and audit.

        Raises ElectionError if a misdeed went through, or comes too late.
        """
        waiting = list(misdeeds)
        for misdeed in waiting:
            self._require(misdeed.stage, misdeed.attack, may_be_later=True)
        while True:
            for misdeed in waiting:
                if misdeed.stage is self.stage:
                    self.attempt(misdeed)
            if self.stage is Stage.COUNTED:
                break
            self.advance()
        return Held(self.choices, self.counts, tuple(self.refusals), self.audit())

    def advance_to(self, stage: Stage) -> None:
        """Do all up to a stage; nothing if it is there already."""
        while self.stage < stage:
            self.advance()

    def advance(self) -> None:
        """Do what comes next; raises ElectionError if the election is over."""
        if self.stage is Stage.COUNTED:
            raise ElectionError("rehearsal", "is over")
        _STEPS[self.stage](self)

    def attempt(self, misdeed: Misdeed) -> Refusal:
        """Try a misdeed now; raises ElectionError if it is not its time."""
        self._require(misdeed.stage, misdeed.attack)
        refusal = Refusal(misdeed.attack, misdeed.attempt(self))
        self.refusals.append(refusal)
        return refusal

    def refuse(self, act: Act, sender: SigningKey) -> str:
        """Send an act that has to be refused; returns the reason.

        Raises ElectionError if it went through.
        """
        return read_refusal(self.opened.connection, act, sender)

    @property
    def choices(self) -> dict[int, tuple[int, ...]]:
        """Count what the voters really chose, by contest, in ballot order."""
        contests = self.opened.contests.values()
        return tally_choices(
            self.people, {each.contest: len(each.candidates) for each in contests}
        )

    # Stage by stage

    def make_keys(self) -> None:
        """Have trustees and issuers make their keys, and make the boxes."""
        self._enter(Stage.DEPLOYED, 0)
        with self.bar("key ceremonies", self._count_messages()) as progress:
            self.shares = preparation.hold_ceremonies(
                self.opened, self.roles, progress=progress, liar=self.liar
            )
        preparation.create_boxes(self.opened, self.roles)
        self.stage = Stage.KEYED

    def publish_lists(self) -> None:
        """Publish the voter lists, and open registration."""
        self._enter(Stage.KEYED, 1)
        lists = preparation.publish_lists(self.opened, self.people, self.roles)
        boxes = {each: read_box(self.opened, each) for each in self.opened.contests}
        self.register = Register(boxes, lists)
        self._enter(Stage.KEYED, 2)
        self.stage = Stage.LISTED

    def register_voters(self) -> None:
        """Register whoever votes online, and let some withdraw again."""
        self._require(Stage.LISTED)
        registering = [each for each in self.people if each.conduct.registers]
        with self.bar("registration", len(registering)) as progress:
            voting.register_all(
                self.opened,
                registering,
                self.roles,
                register=self.register,
                progress=progress,
            )
        voting.withdraw_some(
            self.opened, self.people, self.roles, register=self.register
        )
        self.stage = Stage.REGISTERED

    def open_polls(self) -> None:
        """Wait for the polls to open."""
        self._enter(Stage.REGISTERED, 4)
        self.stage = Stage.OPENED

    def give_credentials(self) -> None:
        """Mark who votes on paper, and have credentials issued to whoever asks."""
        self._require(Stage.OPENED)
        voting.mark_paper(self.opened, self.people, self.roles, register=self.register)
        asking = [each for each in self.people if each.conduct.asks]
        with self.bar("requests for a credential", len(asking)) as progress:
            devices = voting.announce_all(
                self.opened,
                asking,
                self.roles,
                register=self.register,
                progress=progress,
            )
        threshold = self.opened.deployed.issuers.threshold
        with self.bar("blind signatures", len(asking)) as progress:
            self.voters = voting.credit_all(
                self.opened,
                devices,
                self.shares.issuers[-threshold:],
                register=self.register,
                progress=progress,
            )
        self.stage = Stage.CREDITED

    def cast_ballots(self) -> None:
        """Have everybody who casts do so."""
        self._require(Stage.CREDITED)
        casting = [each for each in self.voters if casts(each.person)]
        with self.bar("ballots", len(casting)) as progress:
            self.ballots = voting.cast_all(
                casting, self.roles, register=self.register, progress=progress
            )
        self.stage = Stage.CAST

    def end_polls(self) -> None:
        """Wait for the polls to end."""
        self._enter(Stage.CAST, 6)
        self.stage = Stage.CLOSED

    def freeze_sums(self) -> None:
        """Close the sums of all contests."""
        self._require(Stage.CLOSED)
        counting.freeze_all(self.opened, self.roles)
        self.stage = Stage.FROZEN

    def share_sums(self) -> None:
        """Have every trustee who came decrypt the sums in part."""
        self._require(Stage.FROZEN)
        present = self.present
        total = len(present) * len(self.register.boxes)
        with self.bar("decryption shares", total) as progress:
            counting.share_all(
                self.opened,
                self.register.boxes,
                self.roles,
                trustees=present,
                progress=progress,
            )
        self.stage = Stage.SHARED

    def publish_results(self) -> None:
        """Find the counts, and have the contract verify and publish them."""
        self._require(Stage.SHARED)
        boxes = self.register.boxes
        with self.bar("counts", len(boxes)) as progress:
            results = counting.publish_all(
                self.opened, boxes, self.roles, progress=progress
            )
        self.counts = {contest: each.counts for contest, each in results.items()}
        self.stage = Stage.COUNTED

    def audit(self, node: Connection | None = None) -> Report:
        """Repeat everything from the public record, at any stage.

        node: who shows it; the election's own unless told.
        """
        with self.bar("audit", len(ALL)) as progress:
            board = read_board(node or self.opened.connection, self.opened.address)
            return audit_board(board, progress=lambda _number, _check: progress(1))

    # Who

    @property
    def liar(self) -> Member | None:
        """Give the trustee who deals garbage, if one does."""
        seat = self.cast.liar
        return None if seat is None else self.roles.trustees[seat - 1]

    @property
    def present(self) -> tuple[KeyShare, ...]:
        """Give the trustees who come to the count, by what they hold."""
        absent = self.cast.absent
        return tuple(each for each in self.shares.trustees if each.member != absent)

    def _count_messages(self) -> int:
        """Count what members say in both ceremonies; a liar has one begin anew."""
        attempt = _MEMBER_STEPS * self.cast.trustees
        wasted = attempt - 2 if self.liar is not None else 0
        return wasted + attempt + _MEMBER_STEPS * self.cast.issuers

    def _enter(self, stage: Stage, at: int) -> None:
        """Be at the start of a phase after SETUP, from 0."""
        self._require(stage)
        self.travel(self.opened.rules.times[at])

    def _require(
        self, stage: Stage, what: str = "rehearsal", *, may_be_later: bool = False
    ) -> None:
        is_due = self.stage <= stage if may_be_later else self.stage is stage
        if not is_due:
            fact = f"is done after {stage.name}, and the rehearsal is {self.stage.name}"
            raise ElectionError(what, fact)


_STEPS: Final[Mapping[Stage, Callable[[Rehearsal], None]]] = {
    Stage.DEPLOYED: Rehearsal.make_keys,
    Stage.KEYED: Rehearsal.publish_lists,
    Stage.LISTED: Rehearsal.register_voters,
    Stage.REGISTERED: Rehearsal.open_polls,
    Stage.OPENED: Rehearsal.give_credentials,
    Stage.CREDITED: Rehearsal.cast_ballots,
    Stage.CAST: Rehearsal.end_polls,
    Stage.CLOSED: Rehearsal.freeze_sums,
    Stage.FROZEN: Rehearsal.share_sums,
    Stage.SHARED: Rehearsal.publish_results,
}


@dataclass(frozen=True, slots=True)
class Setup:
    """What an election is begun with; minimum_cast: as `begin` has it."""

    contests: tuple[Contest, ...]
    people: tuple[Person, ...]
    cast: Cast = field(default_factory=Cast)
    minimum_cast: int = 2

    def begin(self, chain: Chain) -> Rehearsal:
        """Put the election on a chain; raises what `begin` does."""
        return begin(
            chain,
            self.contests,
            self.people,
            cast=self.cast,
            minimum_cast=self.minimum_cast,
        )


def begin(
    chain: Chain,
    contests: Sequence[Contest],
    people: Sequence[Person],
    *,
    cast: Cast | None = None,
    minimum_cast: int = 2,
    bar: Bar = no_bar,
) -> Rehearsal:
    """Put a TEST election of these contests on a chain, with fresh keys for everybody.

    minimum_cast: ballots below which a contest is not opened. Raises ManifestError,
    and ElectionError for people who do not fit the contests.
    """
    require_people(people, contests, minimum_cast=minimum_cast)
    cast = cast or Cast()
    roles = draw_cast(cast)
    manifest = draft_manifest(contests, roles, cast, minimum_cast=minimum_cast)
    shift = chain.lead(LEAD) - manifest.times.keys
    opened = preparation.deploy(chain.connection, manifest, roles, shift=shift)
    return Rehearsal(opened, people, cast, roles, chain.travel, bar)
