"""What an account is to a ceremony, and how many members may still be missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from election.client.contracts.key_ceremony import KeyCeremony
from election.client.open_election import OpenElection
from election.crypto.transcript import Address
from election.protocol.board import Log
from election.protocol.events import AttemptAborted, ElectionDeployed, Event
from election.protocol.phases import Phase
from election.protocol.replay import Part
from election.protocol.text import spell_number, spell_time
from scripts.shared.errors import InputError
from scripts.shared.moments import Moment

ROLES: Final[Mapping[Part, str]] = {Part.TRUSTEES: "trustee", Part.ISSUERS: "issuer"}
_REASONS: Final = {1: "it let a step pass in silence", 2: "a complaint found it wrong"}


def handle_of(opened: OpenElection, part: Part) -> KeyCeremony:
    """Give the handle of a ceremony."""
    return opened.trustees if part is Part.TRUSTEES else opened.issuers


def require_member(deployed: ElectionDeployed, part: Part, account: Address) -> None:
    """Raise InputError for an account that is not in the election's roster."""
    roster = deployed.trustees if part is Part.TRUSTEES else deployed.issuers
    if account not in {member.account for member in roster.members}:
        fact = f"is no {ROLES[part]} of this election: is it the right key file?"
        raise InputError(f"account 0x{account.hex()}", fact)


def require_not_excluded(opened: OpenElection, part: Part, account: Address) -> None:
    """Raise InputError for a member that was excluded, saying when and why."""
    require_no_exclusion(handle_of(opened, part).contract.read_entries(), part, account)


def require_no_exclusion(
    entries: Iterable[tuple[Log, Event]], part: Part, account: Address
) -> None:
    """Raise InputError for a member that a ceremony excluded, saying when and why.

    entries: what the ceremony announced.
    """
    for log, event in entries:
        if isinstance(event, AttemptAborted) and event.culprit == account:
            reason = _REASONS.get(event.reason, "for an unknown reason")
            fact = (
                f"was excluded from attempt {event.attempt} on "
                f"{spell_time(log.timestamp)}: {reason}"
            )
            raise InputError(f"{ROLES[part]} 0x{account.hex()}", fact)


def require_seat(opened: OpenElection, part: Part, account: Address) -> None:
    """Raise InputError for an account whose share no contract would take.

    Says of a former member when and why it was excluded, and of a reserve that it is
    one.
    """
    require_member(opened.deployed, part, account)
    if not handle_of(opened, part).seat(account):
        require_not_excluded(opened, part, account)
        raise reserve_error(part, account)


def reserve_error(part: Part, account: Address) -> InputError:
    """Say of a reserve that it has nothing to do."""
    fact = "is a reserve without a seat, so it has no share"
    return InputError(f"{ROLES[part]} 0x{account.hex()}", fact)


def name_starts(starts: Iterable[int]) -> dict[str, Moment]:
    """Tell when each phase begins, KEYS to CLOSED, by its name."""
    phases = (Phase(each) for each in range(Phase.KEYS, Phase.CLOSED + 1))
    named = zip(phases, starts, strict=True)
    return {phase.name.lower(): Moment(start) for phase, start in named}


def spell_margin(members: int, threshold: int, *, part: Part) -> str:
    """Say how many members are left, and how many of them may still be missing."""
    spare = members - threshold
    verb = "is" if members == 1 else "are"
    left = (
        f"{spell_number(members, ROLES[part])} {verb} left and {threshold} are needed"
    )
    if spare <= 0:
        return f"{left}: from now on nobody may be missing"
    return f"{left}: {spare} may be missing"


def spell_waiting(seat: int, deadline: int, *, now: int, part: Part) -> str:
    """Say what a member waits for; a seat of 0 and a deadline of 0 mean none.

    now: the chain's clock, Unix seconds. A step whose time passed ends by itself never.
    """
    if 0 < deadline <= now:
        whose = "done" if seat else "a reserve, waiting for a seat"
        return (
            f"{whose}; overdue since {spell_time(deadline)}: anybody may run `veche "
            f"expire {ROLES[part]}s`"
        )
    if not seat:
        ends = f"; the step ends {spell_time(deadline)}" if deadline else ""
        return f"a reserve, waiting for a seat{ends}"
    until = f", until {spell_time(deadline)}" if deadline else ""
    return f"done; waiting for the others{until}"
