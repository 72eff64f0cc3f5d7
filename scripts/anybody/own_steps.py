"""What of all that comes next is of one role: what now, what later, what it may do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from election.protocol.phases import Phase
from scripts.anybody.next_steps import CAST, MARK_PAPER, NextStep, Outlook, Who
from scripts.shared.roles import Role

_ROLES: Final[Mapping[Who, Collection[Role]]] = {
    Who.ANYBODY: (),
    Who.COMMISSION: (Role.COMMISSION,),
    Who.SIGNERS: (Role.COMMISSION, Role.OBSERVER),
    Who.EACH_TRUSTEE: (Role.TRUSTEE,),
    Who.EACH_ISSUER: (Role.ISSUER,),
    Who.TRUSTEES: (Role.TRUSTEE,),
    Who.ISSUERS: (Role.ISSUER,),
    Who.STATION: (Role.POLLING_STATION,),
    Who.RELAYS: (Role.RELAY,),
    Who.VOTERS: (Role.VOTER,),
}
_ATTEST: Final = "veche attest REQUEST.json"
_CALENDAR: Final[Mapping[Role, tuple[tuple[Phase, str, str], ...]]] = {
    Role.COMMISSION: (
        (Phase.LIST, "veche publish-list REGISTER.csv", "publish the voter lists"),
        (Phase.CLOSED, "veche freeze", "close the sums"),
    ),
    Role.TRUSTEE: (
        (Phase.KEYS, "veche trustee --wait", "make the election key"),
        (Phase.CLOSED, "veche share --compare", "compare the sums, then decrypt them"),
    ),
    Role.ISSUER: (
        (Phase.KEYS, "veche issuer --wait", "make the credential keys"),
        (Phase.VOTING, "veche issue", "answer requests, again and again"),
    ),
    Role.PORTAL: (
        (Phase.REGISTRATION, _ATTEST, "attest who is logged in"),
        (Phase.VOTING, _ATTEST, "attest who is logged in"),
    ),
    Role.SMS_GATEWAY: (
        (Phase.REGISTRATION, _ATTEST, "attest who typed the code"),
        (Phase.VOTING, _ATTEST, "attest who typed the code"),
    ),
    Role.REGISTRAR: (
        (Phase.REGISTRATION, "veche register REQUEST.json", "send what both attested"),
        (
            Phase.VOTING,
            "veche request-credential REQUEST.json",
            "send what both attested",
        ),
    ),
    Role.POLLING_STATION: (
        (Phase.VOTING, MARK_PAPER, "note who is given a paper ballot"),
    ),
    Role.OBSERVER: ((Phase.CLOSED, "veche audit", "verify the whole election"),),
    Role.RELAY: ((Phase.VOTING, CAST, "bring ballots in"),),
    Role.VOTER: (
        (Phase.REGISTRATION, "veche request register", "ask to vote online"),
        (Phase.VOTING, "veche request issue", "ask for a credential, and vote"),
    ),
}
"""When each role has something to do, in order."""

_UNANNOUNCED: Final = (Role.PORTAL, Role.SMS_GATEWAY, Role.REGISTRAR, Role.OBSERVER)
"""Whose acts answer somebody else's, so that no election says that they are due."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a role does now, and later, and may do though anybody may."""

    now: tuple[NextStep, ...]
    later: NextStep | None
    may: tuple[NextStep, ...]


def list_own(
    role: Role, look: Outlook, steps: Sequence[NextStep], *, done: Collection[str]
) -> Own:
    """List what of these steps is a role's.

    done: commands that this very member carried out already.
    """
    own = [each for each in steps if role in _ROLES[each.who]]
    now = [each for each in own if each.due <= look.now and each.command not in done]
    now += _list_unannounced(role, look)
    ahead = [each for each in own if each.due > look.now]
    later = min(
        [*_list_ahead(role, look), *ahead], key=lambda each: each.due, default=None
    )
    if role is Role.ISSUER and look.phase is Phase.VOTING and not now:
        later = NextStep("veche issue", Who.ISSUERS, "answer requests as they come")
    told = {each.command for each in now}
    free = (each for each in steps if each.who is Who.ANYBODY)
    may = tuple(e for e in free if e.due <= look.now and e.command not in told)
    return Own(tuple(now), later, may)


def _list_unannounced(role: Role, look: Outlook) -> Iterator[NextStep]:
    if role not in _UNANNOUNCED:
        return
    for phase, command, what in _CALENDAR[role]:
        if phase is look.phase or phase is Phase.CLOSED <= look.phase:
            yield NextStep(command, Who.ANYBODY, what)


def _list_ahead(role: Role, look: Outlook) -> Iterator[NextStep]:
    for phase, command, what in _CALENDAR[role]:
        if phase > look.phase:
            yield NextStep(command, Who.ANYBODY, what, look.begin(phase))
