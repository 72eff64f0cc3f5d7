"""What the page of my ballot says of one election: a table of a leaf and a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from election.protocol.voter_list import LeafState
from services.portal.people import Part
from services.shell.text import _


class Stage(StrEnum):
    """How far the polls of an election are, for who wants a ballot of it."""

    LISTS = "lists"  # not final yet
    BEFORE = "before"
    GIVING = "giving"
    LATE = "late"  # nothing is given out, and what was given out can be cast
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said; when: a time in it, if any."""

    text: str
    when: int | None = None


def find_stage(part: Part, now: int) -> Stage:
    """Find how far the polls are; what no time is known of is still to come."""
    never = 2**62
    ends = (
        (Stage.LISTS, part.phases.get("freeze", never)),
        (Stage.BEFORE, part.phases.get("opening", never)),
        (Stage.GIVING, part.requests_until or never),
        (Stage.LATE, part.phases.get("cast_closing", never)),
    )
    return next((stage for stage, end in ends if now < end), Stage.OVER)


def describe_standing(part: Part, now: int, *, is_live: bool) -> Standing:
    """Say why there is no button for a ballot, and how this person votes.

    is_live: whether the person has an application that stands.
    """
    stage = find_stage(part, now)
    closing = part.phases.get("cast_closing")
    if part.leaf_state is LeafState.PAPER:
        return Standing(_PAPER)
    if part.leaf_state is LeafState.ISSUED:
        return Standing(_ISSUED_OVER if stage is Stage.OVER else _ISSUED, closing)
    if part.leaf_state is LeafState.ONLINE:
        return _describe_online(part, stage)
    if stage is Stage.OVER:
        return Standing(_NONE_OVER, closing)
    if is_live and part.wanted:
        is_awaited = stage is Stage.LISTS
        return Standing(
            _AWAITED if is_awaited else _DIFFERS, part.phases.get("opening")
        )
    return Standing(_MAY_APPLY if part.takes_applications(now) else _NONE)


def _describe_online(part: Part, stage: Stage) -> Standing:
    if stage is Stage.LISTS and part.is_leaving:
        return Standing(_LEAVING)
    if stage in (Stage.LISTS, Stage.BEFORE):
        return Standing(_EARLY, part.phases.get("opening"))
    if stage is Stage.GIVING:
        return Standing(_GIVING)
    return Standing(_LATE, part.requests_until)


_PAPER: Final = _("You were given a paper ballot at your polling station.")
_ISSUED: Final = _(
    "You were given the right to your electronic ballot. Go on in the booth, with the "
    "words that it showed you; this account knows no more, and not whether you have "
    "voted."
)
_ISSUED_OVER: Final = _(
    "You were given the right to your electronic ballot. The polls closed on %(when)s, "
    "Moscow time: nothing can be sent into the box any more. If you have voted, the "
    "booth shows your receipt, with the words that it showed you."
)
_EARLY: Final = _(
    "You are entered to vote online. Your ballot is given out here from %(when)s, "
    "Moscow time."
)
_GIVING: Final = _(
    "You get your ballot in a booth, which does not know who you are. You come there "
    "by a link that holds for a quarter of an hour."
)
_LATE: Final = _(
    "Ballots were given out until %(when)s, Moscow time. None was given out to you."
)
_AWAITED: Final = _(
    "Your application is not on the public record yet: the page “My application” says "
    "where it stands. Once it is, your ballot is given out here from %(when)s, Moscow "
    "time."
)
_DIFFERS: Final = _(
    "The public record does not have you as entered to vote online, though you have "
    "applied. Please call the support line."
)
_LEAVING: Final = _(
    "Your withdrawal is not on the public record yet. Until it is, you are entered to "
    "vote online and have no paper ballot."
)
_MAY_APPLY: Final = _(
    "No application of yours stands for this election, so you vote on paper, at your "
    "polling station. The page “My application” says whether you can apply."
)
_NONE: Final = _(
    "You are not entered to vote online in this election: you vote on paper, at your "
    "polling station. No electronic ballot is given out to you."
)
_NONE_OVER: Final = _(
    "You were not entered to vote online in this election. The polls closed on "
    "%(when)s, Moscow time."
)
