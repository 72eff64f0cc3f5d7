"""The story of the demo: one election from its keys to its audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from election.audit.report import Report
from election.client.ceremony_member import Member
from election.crypto.signature import derive_address
from election.errors import ElectionError
from election.protocol.ballot import read_tracking_code
from election.protocol.events import AttemptAborted, BallotCast
from election.protocol.manifest import Manifest
from election.protocol.text import spell_lines
from rehearsal import misdeeds
from rehearsal.holding import Held, Misdeed, Rehearsal
from rehearsal.people import Conduct, Person, casts
from rehearsal.progress import Bar
from rehearsal.roles import draw_cast, seat_roles
from rehearsal.rules import fit
from scripts.anybody.find import Sought
from scripts.demo.ground import Ground, Moment
from scripts.demo.telling import Teller

_LISTED: Final = (misdeeds.REGISTER_WITHOUT_SMS,)
_REGISTERED: Final = (misdeeds.CHANGE_LIST,)
_CREDITED: Final = (misdeeds.VOTE_FOR_TWO, misdeeds.VOTE_UNISSUED)
_CAST: Final = (misdeeds.VOTE_TWICE, misdeeds.ASK_TWICE)
_SHARED: Final = (misdeeds.PUBLISH_FALSE,)


@dataclass(frozen=True, slots=True)
class Tale:
    """What came of the demo."""

    manifest: Manifest
    outcome: Held
    is_proven: bool

    @property
    def held(self) -> bool:
        """Tell whether audit and proof held and the counts are what was chosen."""
        return self.outcome.held and self.is_proven


@dataclass(frozen=True, slots=True)
class Stage:
    """What every chapter needs: where it is held, the election, a teller."""

    ground: Ground
    rehearsal: Rehearsal
    teller: Teller

    def try_all(self, tried: Sequence[Misdeed]) -> None:
        """Try what is not allowed now; it is told with the chapter."""
        for misdeed in tried:
            self.rehearsal.attempt(misdeed)

    def tell_refused(self, tried: Sequence[Misdeed]) -> None:
        """Tell of attacks that were refused."""
        attacks = {each.attack for each in tried}
        for refusal in self.rehearsal.refusals:
            if refusal.attack in attacks:
                self.teller.line(f"  ATTACK   {refusal.attack}")
                self.teller.line(f"  refused  {refusal.reason}")

    def tell_conduct(self, conduct: Conduct, text: str) -> None:
        """Tell of those who do something else than others, if there are any."""
        people = self.rehearsal.people
        if count := sum(each.conduct is conduct for each in people):
            self.teller.say(text.format(count))

    def meet_trouble(self, moment: Moment) -> None:
        """Let happen what happens to a network."""
        self.ground.meet_trouble(moment, self.teller)


def hold(
    ground: Ground,
    manifest: Manifest,
    people: Sequence[Person],
    *,
    teller: Teller,
    bar: Callable[[Bar], Bar] = lambda shown: shown,
) -> Tale:
    """Hold the election of a manifest, with its times moved to now.

    bar: what becomes of the bars that the teller shows.
    """
    roles = draw_cast(ground.cast)
    manifest = seat_roles(fit(manifest, ground.cast), roles)
    teller.chapter("1. The rules")
    rehearsal = Rehearsal(
        ground.deploy(manifest, roles),
        people,
        ground.cast,
        roles,
        travel=lambda moment: ground.await_time(moment, teller),
        bar=bar(teller.bar),
    )
    stage = Stage(ground, rehearsal, teller)
    _tell_rules(stage)
    _make_keys(stage)
    rehearsal.opened = ground.move(rehearsal.opened)
    _list_voters(stage)
    _give_credentials(stage)
    ballot = _cast(stage)
    _count(stage)
    _compare(stage, manifest)
    report = _audit(stage)
    proven = ground.close(ballot, teller)
    outcome = Held(
        rehearsal.choices, rehearsal.counts, tuple(rehearsal.refusals), report
    )
    return Tale(manifest, outcome, proven)


def _tell_rules(stage: Stage) -> None:
    opened = stage.rehearsal.opened
    stage.teller.say(
        f"""The commission puts {len(opened.contests)} contests, their candidates and
        every deadline on the chain, once. Nobody can change them afterwards, the
        commission included. Election contract: 0x{opened.address.hex()}"""
    )


def _make_keys(stage: Stage) -> None:
    rehearsal, teller = stage.rehearsal, stage.teller
    teller.chapter("2. The keys")
    rehearsal.make_keys()
    if rehearsal.liar is not None:
        _accuse(stage, rehearsal.liar)
    deployed, cast = rehearsal.opened.deployed, rehearsal.cast
    teller.say(
        f"""{cast.trustees} trustees made the key that closes the ballots, so that it
        never exists in one place: {deployed.trustees.threshold} of them are needed to
        open the result, and fewer learn nothing. {cast.issuers} issuers, of whom
        {deployed.issuers.threshold - 1} for the commission, made the key for
        credentials in the same way. The contract checked every message. Each district
        now has its ballot box on the chain."""
    )


def _accuse(stage: Stage, liar: Member) -> None:
    """Tell who was caught, and make sure that it was the liar and nobody else."""
    events = stage.rehearsal.opened.trustees.contract.read_events()
    culprits = [each.culprit for each in events if isinstance(each, AttemptAborted)]
    if culprits != [derive_address(liar.key)]:
        raise ElectionError("ceremony", "another than the liar was excluded")
    stage.teller.say(
        f"""Trustee {stage.rehearsal.cast.liar} dealt garbage to the others. One of them
        complained, the contract opened the shares in question, found who was lying and
        excluded 0x{culprits[0].hex()}. A reserve took the seat, and
        everything began anew with fresh secrets."""
    )


def _list_voters(stage: Stage) -> None:
    rehearsal, teller = stage.rehearsal, stage.teller
    teller.chapter("3. The voters")
    rehearsal.publish_lists()
    stage.try_all(_LISTED)
    rehearsal.register_voters()
    stage.try_all(_REGISTERED)
    registered = sum(each.conduct.registers for each in rehearsal.people)
    teller.say(
        f"""The voter lists are frozen on the chain, without names. {registered} voters
        registered to vote online; for each of them both the portal and the SMS gateway
        signed that it is really this person."""
    )
    stage.tell_conduct(
        Conduct.WITHDRAWS, "{} of them withdrew again, to vote on paper."
    )
    stage.tell_refused((*_LISTED, *_REGISTERED))


def _give_credentials(stage: Stage) -> None:
    rehearsal, teller = stage.rehearsal, stage.teller
    teller.chapter("4. The polls open")
    rehearsal.open_polls()
    stage.meet_trouble(Moment.CREDENTIALS)
    rehearsal.give_credentials()
    threshold = rehearsal.opened.deployed.issuers.threshold
    teller.say(
        f"""Every voter who asked got a credential, signed blindly by {threshold}
        issuers: they know who asked, but not which ballot it will be on. The chain
        keeps one for each place on the list, and not one more."""
    )
    stage.tell_conduct(
        Conduct.RESUMES,
        """{} of them lost the device that had asked, and went on with another one from
        the recovery secret.""",
    )
    stage.tell_conduct(Conduct.PAPER, "{} never registered, and voted on paper.")


def _cast(stage: Stage) -> Sought:
    """Cast everybody's ballot; returns by what one of them is found."""
    rehearsal, teller = stage.rehearsal, stage.teller
    stage.meet_trouble(Moment.BALLOTS)
    stage.try_all(_CREDITED)
    rehearsal.cast_ballots()
    stage.try_all(_CAST)
    cast = sum(len(result.cast) for result in rehearsal.ballots)
    teller.say(
        f"""{cast} ballots were encrypted on the voters' devices and cast. The contract
        verified each one's proof that it holds exactly one choice, without opening
        it."""
    )
    stage.tell_conduct(
        Conduct.CHECKS,
        """{} of these voters checked a ballot first: a second device made the same
        tracking code of its choice. It was not cast, and another one was made.""",
    )
    stage.tell_conduct(Conduct.KEEPS, "{} were given a credential, and never cast.")
    stage.tell_refused((*_CREDITED, *_CAST))
    voter = next(each for each in rehearsal.voters if casts(each.person))
    contest = voter.person.contest
    box = rehearsal.register.boxes[contest]
    events = box.handle.contract.read_events()
    ballot = next(each.ballot for each in events if isinstance(each, BallotCast))
    code = read_tracking_code(ballot, box.box)
    return Sought(code, rehearsal.opened.address, {contest: box.terms})


def _count(stage: Stage) -> None:
    rehearsal, teller = stage.rehearsal, stage.teller
    teller.chapter("5. The count")
    rehearsal.end_polls()
    stage.meet_trouble(Moment.COUNT)
    rehearsal.freeze_sums()
    rehearsal.share_sums()
    stage.try_all(_SHARED)
    rehearsal.publish_results()
    teller.say(
        f"""The polls are closed. Trustee {rehearsal.cast.absent} does not come; the
        other {len(rehearsal.present)} verify all ballots themselves and open the sum of
        each district, never a single ballot. The contract accepts the counts only
        because they are what their shares decrypt to."""
    )
    stage.tell_refused(_SHARED)


def _compare(stage: Stage, manifest: Manifest) -> None:
    line, rehearsal = stage.teller.line, stage.rehearsal
    counts: Mapping[int, tuple[int, ...]] = rehearsal.counts
    choices = rehearsal.choices
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
    report = stage.rehearsal.audit(stage.ground.auditors)
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
