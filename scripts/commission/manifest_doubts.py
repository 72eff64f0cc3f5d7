"""What may go wrong in an election that a manifest allows, and somebody should know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from election.protocol.manifest import Manifest, Roster, count_most_steps
from election.protocol.text import spell_number, spell_time
from scripts.shared.durations import spell_left

_HOUR: Final = 3_600
_SHORT_STEP: Final = 600  # s


def list_doubts(manifest: Manifest, *, now: int) -> list[str]:
    """List what may go wrong; now: by this machine's clock, Unix seconds."""
    return [
        *_doubt_times(manifest, now),
        *_doubt_roster("trustee", "decrypted", manifest.trustees),
        *_doubt_roster("issuer", "issued", manifest.issuers),
        *_doubt_accounts(manifest),
        *_doubt_name(manifest),
    ]


def _doubt_times(manifest: Manifest, now: int) -> Iterator[str]:
    times = manifest.times
    if times.keys <= now:
        remedy = "such an election is refused"
        if manifest.test:
            remedy = "--shift-to of `veche deploy` moves a test"
        start = spell_time(times.keys)
        yield f"the keys are made from {start}, which is over: {remedy}"
    if times.issue_closing - times.opening < _HOUR:
        left = spell_left(times.issue_closing - times.opening)
        yield f"the polls are open for {left} only"
    if manifest.step_seconds < _SHORT_STEP and not manifest.test:
        left = spell_left(manifest.step_seconds)
        yield f"a member who is away for {left} is excluded from the making of keys"
    for role, roster in (
        ("trustees", manifest.trustees),
        ("issuers", manifest.issuers),
    ):
        spare = times.voter_list - times.keys
        spare -= manifest.step_seconds * count_most_steps(roster)
        if spare < manifest.step_seconds:
            yield (
                f"if all {role} are excluded who can be, the last attempt ends "
                f"{spell_left(spare)} before the time for keys does"
            )


def _doubt_roster(role: str, done: str, roster: Roster) -> Iterator[str]:
    seats, threshold = roster.seats, roster.threshold
    own = sum(member.commission for member in roster.members[:seats])
    others = seats - own
    if seats == threshold:
        yield f"all {seats} {role}s are needed: if one is missing, nothing is {done}"
    else:
        most = spell_number(seats - threshold, role)
        yield f"if more than {most} are missing, nothing is {done}"
    if own and others < threshold:
        yield (
            f"without the commission's {spell_number(own, role)} the others are "
            f"{others} of the {threshold} needed: the commission can stop it alone"
        )
    if own:
        needed = spell_number(threshold - own, role)
        yield f"the commission and {needed} of others suffice, whatever all others want"
    if len(roster.members) == seats:
        yield f"there is no reserve of {role}s: who is excluded is not replaced"


def _doubt_accounts(manifest: Manifest) -> Iterator[str]:
    """Find one account in two places, which makes one of two that should be apart."""
    accounts = manifest.accounts
    named = [
        ("the commission", accounts.commission),
        ("the portal", accounts.portal),
        ("the SMS gateway", accounts.sms_gateway),
        ("the polling station", accounts.polling_station),
        *((f"observer {n}", each) for n, each in enumerate(accounts.observers, 1)),
        *(
            (f"trustee {n}", m.account)
            for n, m in enumerate(manifest.trustees.members, 1)
        ),
        *(
            (f"issuer {n}", m.account)
            for n, m in enumerate(manifest.issuers.members, 1)
        ),
    ]
    seen: dict[bytes, str] = {}
    for name, account in named:
        if account in seen:
            yield f"{seen[account]} and {name} are one account"
        seen.setdefault(account, name)
    if not accounts.observers:
        yield "there are no observers"


def _doubt_name(manifest: Manifest) -> Iterator[str]:
    says_test = manifest.title.upper().startswith("TEST")
    if says_test and not manifest.test:
        yield "the title begins with TEST, and its ballots count"
    if manifest.minimum_cast < len(_largest(manifest)):
        yield (
            f"a contest of {manifest.minimum_cast} ballots is counted: so few may show "
            "how somebody voted"
        )


def _largest(manifest: Manifest) -> tuple[str, ...]:
    return max((each.candidates for each in manifest.contests), key=len)
