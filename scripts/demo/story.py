"""The story of the demo: one election from its keys to its audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from election.audit.audit import audit_board
from election.audit.report import Report
from election.client.board_reader import read_board
from election.client.ceremony_member import Member
from election.client.open_election import OpenElection, read_box
from election.crypto.signature import derive_address
from election.crypto.transcript import Hash
from election.errors import ElectionError
from election.protocol.events import AttemptAborted, BallotCast
from election.protocol.manifest import Manifest
from election.protocol.text import spell_lines
from scripts.demo import attacks, counting, preparation, voting
from scripts.demo.electorate import Person
from scripts.demo.ground import Ground, Moment, fit
from scripts.demo.preparation import KeyShares
from scripts.demo.roles import Roles, draw_roles, seat_roles
from scripts.demo.telling import Teller
from scripts.demo.voting import Register, Voter

_MEMBER_STEPS: Final = 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """An attack in words, and the contract's reason to refuse it."""

    attack: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tale:
    """What came of the demo. choices and counts: by contest, in ballot order."""

    manifest: Manifest
    choices: Mapping[int, tuple[int, ...]]
    counts: Mapping[int, tuple[int, ...]]
    refusals: tuple[Refusal, ...]
    report: Report
    is_proven: bool

    @property
    def held(self) -> bool:
        """Tell whether audit and proof held and the counts are what was chosen."""
        return self.report.held and self.is_proven and self.choices == self.counts


@dataclass(frozen=True, slots=True)
class Stage:
    """What every chapter needs: the election, its people, their keys, a teller."""

    ground: Ground
    opened: OpenElection
    people: Sequence[Person]
    roles: Roles = field(repr=False)
    teller: Teller
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, attack: str, reason: str) -> None:
        """Tell of an attack that a contract refused."""
        self.refusals.append(Refusal(attack, reason))
        self.teller.line(f"  ATTACK   {attack}")
        self.teller.line(f"  refused  {reason}")

    def enter_phase(self, at: int) -> None:
        """Be at the start of a phase after SETUP, from 0."""
        self.ground.await_time(self.opened.rules.times[at], self.teller)

    def meet_trouble(self, moment: Moment) -> None:
        """Let happen what happens to a network."""
        self.ground.meet_trouble(moment, self.teller)

    def move(self) -> Stage:
        """Go on through the node of another organisation, where there is one."""
        return replace(self, opened=self.ground.move(self.opened))


def hold(
    ground: Ground, manifest: Manifest, people: Sequence[Person], *, teller: Teller
) -> Tale:
    """Hold the election of a manifest, with its times moved to now."""
    cast = ground.cast
    roles = draw_roles(
        observers=cast.observers,
        trustees=cast.trustees + cast.reserves,
        issuers=cast.issuers,
    )
    manifest = seat_roles(fit(manifest, cast), roles)
    opened = _deploy(ground, manifest, roles, teller=teller)
    stage = Stage(ground, opened, people, roles, teller)
    shares = _make_keys(stage)
    stage = stage.move()
    register = _list_voters(stage)
    voters = _give_credentials(stage, register, shares)
    ballot = _cast(stage, register, voters)
    counts = _count(stage, register, shares)
    choices = {
        contest.id: _tally_choices(people, contest.id, len(contest.candidates))
        for contest in manifest.contests
    }
    _compare(stage, manifest, choices=choices, counts=counts)
    report = _audit(stage)
    proven = ground.close(ballot, teller)
    return Tale(manifest, choices, counts, tuple(stage.refusals), report, proven)


def _deploy(
    ground: Ground, manifest: Manifest, roles: Roles, *, teller: Teller
) -> OpenElection:
    teller.chapter("1. The rules")
    opened = ground.deploy(manifest, roles)
    teller.say(
        f"""The commission puts {len(manifest.contests)} contests, their candidates and
        every deadline on the chain, once. Nobody can change them afterwards, the
        commission included. Election contract: 0x{opened.address.hex()}"""
    )
    return opened


def _make_keys(stage: Stage) -> KeyShares:
    opened, teller, cast = stage.opened, stage.teller, stage.ground.cast
    teller.chapter("2. The keys")
    stage.enter_phase(0)
    total = _MEMBER_STEPS * (2 * cast.trustees + cast.issuers) - 2
    liar = stage.roles.trustees[cast.liar - 1]
    with teller.bar("key ceremonies", total) as progress:
        shares = preparation.hold_ceremonies(
            opened, stage.roles, progress=progress, liar=liar
        )
    preparation.create_boxes(opened, stage.roles)
    _accuse(stage, liar)
    deployed = opened.deployed
    teller.say(
        f"""{cast.trustees} trustees made the key that closes the ballots, so that it
        never exists in one place: {deployed.trustees.threshold} of them are needed to
        open the result, and fewer learn nothing. {cast.issuers} issuers, of whom
        {deployed.issuers.threshold - 1} for the commission, made the key for
        credentials in the same way. The contract checked every message. Each district
        now has its ballot box on the chain."""
    )
    return shares


def _accuse(stage: Stage, liar: Member) -> None:
    """Tell who was caught, and make sure that it was the liar and nobody else."""
    events = stage.opened.trustees.contract.read_events()
    culprits = [each.culprit for each in events if isinstance(each, AttemptAborted)]
    if culprits != [derive_address(liar.key)]:
        raise ElectionError("ceremony", "another than the liar was excluded")
    stage.teller.say(
        f"""Trustee {stage.ground.cast.liar} dealt garbage to the others. One of them
        complained, the contract opened the shares in question, found who was lying and
        excluded 0x{culprits[0].hex()}. A reserve took the seat, and
        everything began anew with fresh secrets."""
    )


def _list_voters(stage: Stage) -> Register:
    opened, people, teller = stage.opened, stage.people, stage.teller
    teller.chapter("3. The voters")
    stage.enter_phase(1)
    lists = preparation.publish_lists(opened, people, stage.roles)
    boxes = {contest: read_box(opened, contest) for contest in opened.contests}
    register = Register(boxes, lists)
    stage.enter_phase(2)
    sms = attacks.register_without_sms(
        opened, people[0], stage.roles, register=register
    )
    with teller.bar("registration", len(people)) as progress:
        voting.register_all(
            opened, people, stage.roles, register=register, progress=progress
        )
    teller.say(
        f"""The voter lists are frozen on the chain, without names. {len(people)} voters
        registered to vote online; for each of them both the portal and the SMS gateway
        signed that it is really this person."""
    )
    stage.refuse("The portal registers a voter without the SMS gateway.", sms)
    stage.refuse(
        "The commission replaces a list after registration has begun.",
        attacks.change_list(opened, stage.roles, contest=people[0].contest),
    )
    return register


def _give_credentials(
    stage: Stage, register: Register, shares: KeyShares
) -> tuple[Voter, ...]:
    opened, people, teller = stage.opened, stage.people, stage.teller
    teller.chapter("4. The polls open")
    stage.enter_phase(4)
    stage.meet_trouble(Moment.CREDENTIALS)
    with teller.bar("requests for a credential", len(people)) as progress:
        devices = voting.announce_all(
            opened, people, stage.roles, register=register, progress=progress
        )
    threshold = opened.deployed.issuers.threshold
    with teller.bar("blind signatures", len(people)) as progress:
        voters = voting.credit_all(
            opened,
            devices,
            shares.issuers[-threshold:],
            register=register,
            progress=progress,
        )
    teller.say(
        f"""Every voter got a credential, signed blindly by {threshold} issuers: they
        know who asked, but not which ballot it will be on. The chain keeps one for each
        place on the list, and not one more."""
    )
    return voters


def _cast(stage: Stage, register: Register, voters: Sequence[Voter]) -> Hash:
    """Cast everybody's ballot; returns a transaction that brought some."""
    opened, roles, teller = stage.opened, stage.roles, stage.teller
    stage.meet_trouble(Moment.BALLOTS)
    voter = voters[0]
    two = attacks.vote_for_two(opened, voter, roles, register=register)
    unissued = attacks.vote_unissued(opened, voter, roles, register=register)
    with teller.bar("ballots", len(voters)) as progress:
        results = voting.cast_all(voters, roles, register=register, progress=progress)
    cast = sum(len(result.cast) for result in results)
    teller.say(
        f"""{cast} ballots were encrypted on the voters' devices and cast. The contract
        verified each one's proof that it holds exactly one choice, without opening
        it."""
    )
    stage.refuse("A ballot holds two votes.", two)
    stage.refuse("A ballot comes with a credential that nobody issued.", unissued)
    stage.refuse(
        "A voter casts a second ballot.",
        attacks.vote_twice(opened, voter, roles, register=register),
    )
    stage.refuse(
        "A voter asks for a second credential.",
        attacks.ask_twice(opened, voter, roles, register=register),
    )
    box = register.boxes[voter.person.contest].handle.contract
    entries = box.read_entries()
    return next(log.transaction for log, event in entries if type(event) is BallotCast)


def _count(
    stage: Stage, register: Register, shares: KeyShares
) -> Mapping[int, tuple[int, ...]]:
    opened, teller = stage.opened, stage.teller
    absent = stage.ground.cast.absent
    teller.chapter("5. The count")
    stage.enter_phase(6)
    stage.meet_trouble(Moment.COUNT)
    counting.freeze_all(opened, stage.roles)
    present = [share for share in shares.trustees if share.member != absent]
    total = len(present) * len(register.boxes)
    with teller.bar("decryption shares", total) as progress:
        counting.share_all(
            opened, register.boxes, stage.roles, trustees=present, progress=progress
        )
    found = counting.find_results(opened, register.boxes)
    false = attacks.publish_false(opened, found, stage.roles)
    results = counting.publish_all(opened, register.boxes, stage.roles)
    teller.say(
        f"""The polls are closed. Trustee {absent} does not come; the other
        {len(present)} verify all ballots themselves and open the sum of each district,
        never a single ballot. The contract accepts the counts only because they are
        what their shares decrypt to."""
    )
    stage.refuse("The commission moves one vote before it publishes.", false)
    return {contest: result.counts for contest, result in results.items()}


def _tally_choices(
    people: Sequence[Person], contest: int, slots: int
) -> tuple[int, ...]:
    """Count what the voters of a contest really chose; nobody could, in an election."""
    chosen = Counter(person.choice for person in people if person.contest == contest)
    return tuple(chosen[slot] for slot in range(1, slots + 1))


def _compare(
    stage: Stage,
    manifest: Manifest,
    *,
    choices: Mapping[int, tuple[int, ...]],
    counts: Mapping[int, tuple[int, ...]],
) -> None:
    line = stage.teller.line
    for contest in manifest.contests:
        line("")
        line(f"{'result':>8}{'chosen':>8}  {contest.title}")
        lines = spell_lines(contest.candidates, contest.all_particulars)
        rows = zip(lines, counts[contest.id], choices[contest.id], strict=True)
        for candidate, count, chosen in rows:
            mark = "" if count == chosen else "DIFFERS  "
            line(f"{count:>8}{chosen:>8}  {mark}{candidate}")


def _audit(stage: Stage) -> Report:
    teller = stage.teller
    teller.chapter("6. The audit")
    board = read_board(stage.ground.auditors, stage.opened.address)
    report = audit_board(board, progress=lambda _number, _check: None)
    teller.say(
        """Anyone can now repeat everything from the public record. This audit trusts no
        contract and no organisation: it computed every step anew."""
    )
    for check in report.checks:
        extent = f"{check.outcome.verified} of {check.outcome.total}"
        mark = "ok" if check.held else "FAILED"
        teller.line(f"  {check.claim:<46}{extent:>20}  {mark}")
    teller.line("")
    return report
