"""What comes next in an election: who does it, and with which command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from election.protocol.ceremony.attempt import Step
from election.protocol.phases import Phase
from election.protocol.replay import Part
from election.protocol.tally import TallyState
from election.protocol.text import name_contests, spell_time
from scripts.shared.standing import ROLES


class Who(StrEnum):
    """Who takes a step."""

    ANYBODY = "anybody"
    COMMISSION = "the commission"
    SIGNERS = "the commission and observers"
    EACH_TRUSTEE = "each trustee"
    EACH_ISSUER = "each issuer"
    TRUSTEES = "trustees"
    ISSUERS = "issuers"
    STATION = "the polling station"
    RELAYS = "relays"
    VOTERS = "voters"


CAST: Final = "veche cast BALLOT.json"
MARK_PAPER: Final = "veche mark-paper --list LIST.json --voter-id ID --salt SALT"
_EXPORT: Final = "veche export --out record.jsonl.gz"
_PUBLISH: Final = "veche publish-list REGISTER.csv"


@dataclass(frozen=True, slots=True)
class NextStep:
    """A command, who runs it, and what for or until when.

    due: from when on, Unix seconds; 0 from now on. beside_node: on a machine with a
    network, and without the home of whoever acts.
    """

    command: str
    who: Who
    what: str
    due: int = 0
    beside_node: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """Where a ceremony stands; deadline in Unix seconds, 0 when nothing is awaited."""

    part: Part
    step: Step
    deadline: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where an election stands.

    starts: of the phases KEYS to CLOSED, extended, Unix seconds. no_list, no_box:
    contests without one. unissued: voters online who have not asked for a credential.
    """

    phase: Phase
    now: int
    starts: Sequence[int]
    keys: Sequence[Keys]
    no_list: Sequence[int]
    no_box: Sequence[int]
    unissued: int

    def start(self, phase: Phase) -> str:
        """Spell when a phase begins."""
        return spell_time(self.begin(phase))

    def begin(self, phase: Phase) -> int:
        """Give when a phase begins, KEYS to CLOSED, Unix seconds."""
        return self.starts[phase - Phase.KEYS]


@dataclass(frozen=True, slots=True)
class Count:
    """Where the count of a contest stands; shares: given, and needed.

    waiting: credentials that were asked for, and did not cast a ballot yet.
    """

    contest: int
    has_box: bool
    state: TallyState
    shares: int
    needed: int
    waiting: int


_EACH: Final[Mapping[Part, Who]] = {
    Part.TRUSTEES: Who.EACH_TRUSTEE,
    Part.ISSUERS: Who.EACH_ISSUER,
}


def list_next(look: Outlook) -> tuple[NextStep, ...]:
    """List what is next for the election as a whole."""
    if look.phase >= Phase.CLOSED:
        return (
            NextStep("veche audit", Who.ANYBODY, "verify all, as far as it is"),
            NextStep(_EXPORT, Who.ANYBODY, "write the record into one file"),
        )
    steps = _STEPS[look.phase](look)
    return tuple(steps)


def find_next(count: Count, look: Outlook) -> NextStep | None:
    """Find what is next for a contest, None if it has nothing to wait for."""
    option = f"--contest {count.contest}"
    if not count.has_box or count.state is TallyState.FINAL:
        return None
    if look.phase in (Phase.VOTING, Phase.GRACE):
        if not count.waiting:
            return None
        what = "answer all requests of the contest that came until now"
        return NextStep(f"veche issue {option}", Who.ISSUERS, what)
    return _find_next_of_count(count, option) if look.phase >= Phase.CLOSED else None


def _find_next_of_count(count: Count, option: str) -> NextStep:
    if count.state is TallyState.NONE:
        return NextStep(f"veche freeze {option}", Who.ANYBODY, "close the sum")
    if count.state is TallyState.WITHHELD:
        what = "sign, if so few ballots shall be counted; then `veche override`"
        return NextStep(
            f"veche authorize --override {count.contest}", Who.SIGNERS, what
        )
    if count.shares < count.needed:
        what = f"{count.shares} of {count.needed} shares given; then with --agreed"
        return NextStep(f"veche share --compare {option}", Who.TRUSTEES, what)
    return NextStep(f"veche publish-result {option}", Who.ANYBODY, "publish the counts")


def _before_keys(look: Outlook) -> Iterator[NextStep]:
    for keys in look.keys:
        role = ROLES[keys.part]
        what = f"make the keys, from {look.start(Phase.KEYS)} on"
        due = look.begin(Phase.KEYS)
        yield NextStep(f"veche {role} --wait", _EACH[keys.part], what, due)


def _make_keys(look: Outlook) -> Iterator[NextStep]:
    for keys in look.keys:
        role, step = ROLES[keys.part], keys.step.name.lower()
        if keys.step is Step.FAILED:
            yield _deploy_another(f"the {role}s are too few now to make keys")
        elif keys.step is not Step.FINAL and 0 < keys.deadline <= look.now:
            since = spell_time(keys.deadline)
            what = f"step {step} is overdue since {since}; exclude who is silent"
            yield NextStep(f"veche expire {role}s", Who.ANYBODY, what)
        elif keys.step is not Step.FINAL:
            what = f"step {step}"
            if keys.deadline:
                what += f", until {spell_time(keys.deadline)}"
            yield NextStep(f"veche {role} --wait", _EACH[keys.part], what)
    if all(keys.step is Step.FINAL for keys in look.keys):
        yield from _make_boxes(look)
        what = f"publish the voter lists, from {look.start(Phase.LIST)} on"
        due = look.begin(Phase.LIST)
        yield NextStep(_PUBLISH, Who.COMMISSION, what, due)


def _make_boxes(look: Outlook) -> Iterator[NextStep]:
    if look.no_box:
        what = f"make the boxes of {name_contests(look.no_box)}, "
        what += f"before {look.start(Phase.REGISTRATION)}"
        yield NextStep("veche create-boxes", Who.ANYBODY, what)


def _publish_lists(look: Outlook) -> Iterator[NextStep]:
    if any(keys.step is not Step.FINAL for keys in look.keys):
        yield _deploy_another("the time for keys ended without them")
        return
    yield from _make_boxes(look)
    end = look.start(Phase.REGISTRATION)
    if look.no_list:
        what = f"publish the lists of {name_contests(look.no_list)}, before {end}"
        yield NextStep(_PUBLISH, Who.COMMISSION, what)
    else:
        what = f"if need be correct the lists, until {end}"
        yield NextStep(f"{_PUBLISH} --replace", Who.COMMISSION, what)
    due = look.begin(Phase.REGISTRATION)
    yield NextStep("veche terms", Who.ANYBODY, f"write the terms, from {end} on", due)


def _register(look: Outlook) -> Iterator[NextStep]:
    if look.no_box and any(keys.step is not Step.FINAL for keys in look.keys):
        yield _deploy_another("the time for keys ended without them")
        return
    what = "write the terms, which voters and attesters go by"
    yield NextStep("veche terms", Who.ANYBODY, what)
    what = (
        f"ask to vote online, until {look.start(Phase.FREEZE)}; then `veche attest`, "
    )
    what += "`veche register`"
    yield NextStep("veche request register", Who.VOTERS, what)


def _rest(look: Outlook) -> Iterator[NextStep]:
    what = f"ask for a credential, from {look.start(Phase.VOTING)} on"
    yield NextStep("veche request issue", Who.VOTERS, what, look.begin(Phase.VOTING))


def _vote(look: Outlook) -> Iterator[NextStep]:
    what = (
        f"ask for a credential, until {look.start(Phase.GRACE)}; then `veche attest`, "
    )
    what += "`veche request-credential`"
    if look.unissued:
        yield NextStep("veche request issue", Who.VOTERS, what)
    yield NextStep(MARK_PAPER, Who.STATION, "note whoever asks for paper")
    yield from _cast(look)


def _cast(look: Outlook) -> Iterator[NextStep]:
    what = f"bring in what `veche ballot` wrote, until {look.start(Phase.CLOSED)}"
    yield NextStep(CAST, Who.RELAYS, what)
    what = f"close the sums, from {look.start(Phase.CLOSED)} on"
    yield NextStep("veche freeze", Who.ANYBODY, what, look.begin(Phase.CLOSED))


def _deploy_another(why: str) -> NextStep:
    what = f"another election, since this one cannot be held: {why}"
    return NextStep("veche deploy", Who.COMMISSION, what)


_STEPS = {
    Phase.SETUP: _before_keys,
    Phase.KEYS: _make_keys,
    Phase.LIST: _publish_lists,
    Phase.REGISTRATION: _register,
    Phase.FREEZE: _rest,
    Phase.VOTING: _vote,
    Phase.GRACE: _cast,
}
