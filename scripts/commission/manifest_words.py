"""What a manifest fixes, in sentences: when, who, how many, about what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import Any, Final

from election.crypto.transcript import ZERO_HASH, Address
from election.protocol.manifest import Manifest, Roster
from election.protocol.text import TEST, spell_lines, spell_number, spell_time
from scripts.shared.durations import spell_left, spell_local
from scripts.shared.standing import name_starts

_PHASES: Final = (
    ("keys", "Trustees and issuers make the keys"),
    ("voter_list", "The commission publishes the voter lists"),
    ("registration", "Voters register to vote online"),
    ("freeze", "Nobody registers any more, the polls are not open yet"),
    ("opening", "Voters are issued credentials, and vote"),
    ("issue_closing", "Nobody is issued a credential any more, who has one votes"),
    ("cast_closing", "The polls are closed, and the count begins"),
)


def spell_manifest(manifest: Manifest) -> Iterator[str]:
    """Read a manifest back, line by line; an empty line between its parts."""
    yield f"Its id is {manifest.id}."
    yield f"{TEST}." if manifest.test else "It is no test: its ballots count."
    yield ""
    yield from _spell_times(manifest)
    yield ""
    yield from _spell_accounts(manifest)
    yield ""
    yield from _spell_roster("trustee", "decrypt", manifest.trustees)
    yield from _spell_roster("issuer", "issue a credential", manifest.issuers)
    yield ""
    yield from _spell_contests(manifest)


def encode_manifest(manifest: Manifest, doubts: Sequence[str]) -> dict[str, Any]:
    """Give a program what a person reads; doubts: what may go wrong."""
    return {
        "id": manifest.id,
        "title": manifest.title,
        "test": manifest.test,
        "times": name_starts(astuple(manifest.times)),
        "contests": [each.id for each in manifest.contests],
        "sentences": [line for line in spell_manifest(manifest) if line],
        "may_go_wrong": list(doubts),
    }


def _spell_times(manifest: Manifest) -> Iterator[str]:
    starts = [getattr(manifest.times, name) for name, _ in _PHASES]
    for (_, what), start, end in zip(_PHASES, starts, [*starts[1:], None], strict=True):
        span = "" if end is None else f", for {spell_left(end - start)}"
        yield f"{what}{span}:"
        local = spell_local(start)
        yield f"  from {spell_time(start)}{'' if local is None else f', {local}'}"
    step = spell_left(manifest.step_seconds)
    yield f"Each step of the making of keys waits {step} for its last member."


def _spell_accounts(manifest: Manifest) -> Iterator[str]:
    accounts = manifest.accounts
    for name, account in (
        ("commission", accounts.commission),
        ("portal", accounts.portal),
        ("SMS gateway", accounts.sms_gateway),
        ("polling station", accounts.polling_station),
    ):
        yield f"The {name} is {_show(account)}."
    observers = accounts.observers
    yield f"There {_be(len(observers), 'observer')}:"
    yield from (f"  {_show(each)}" for each in observers)
    quorum = spell_number(manifest.quorum, "observer")
    yield f"The commission and {quorum} together extend the polls, or open a tally"
    yield f"of less than {spell_number(manifest.minimum_cast, 'ballot')}."
    if manifest.booth == ZERO_HASH:
        yield "No booth is announced."
    else:
        yield f"Booths serve the list 0x{manifest.booth.hex()}."


def _spell_roster(role: str, act: str, roster: Roster) -> Iterator[str]:
    seated = roster.members[: roster.seats]
    own = sum(member.commission for member in seated)
    reserves = len(roster.members) - roster.seats
    yield (
        f"There {_be(roster.seats, role)} and {_say_no(reserves, 'reserve')}; any "
        f"{roster.threshold} of them {act} together."
    )
    yield f"  The commission appointed {_say_no(own, role)} of those with a seat."
    for place, member in enumerate(roster.members, 1):
        of = ", of the commission" if member.commission else ""
        kind = "" if place <= roster.seats else ", a reserve"
        yield f"  {role} {place}: {_show(member.account)}{of}{kind}"


def _spell_contests(manifest: Manifest) -> Iterator[str]:
    yield f"There {_be(len(manifest.contests), 'contest')}."
    for contest in manifest.contests:
        yield f"Contest {contest.id}: {contest.title}"
        lines = spell_lines(contest.candidates, contest.all_particulars)
        yield from (f"  {place}  {line}" for place, line in enumerate(lines, 1))


def _show(account: Address) -> str:
    return f"0x{account.hex()}"


def _be(count: int, noun: str) -> str:
    return f"{'is' if count == 1 else 'are'} {spell_number(count, noun)}"


def _say_no(count: int, noun: str) -> str:
    return spell_number(count, noun) if count else f"no {noun}s"
