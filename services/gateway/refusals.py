"""What people and programs are told when the gateway does not do what was asked.

Each says what happened, that the right to vote is not used up where that could be
feared, and the next step with its time.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from services.gateway.messages import RefusalError
from services.shell.problems import Problem
from services.shell.text import _

_TEXTS: Final[dict[str, tuple[str, int]]] = {
    "unknown_election": (
        _("This SMS service does not work for that election."),
        HTTPStatus.NOT_FOUND,
    ),
    "wrong_opening": (
        _(
            "The line of the list is not this voter's: open the ballot anew "
            "from your account."
        ),
        HTTPStatus.BAD_REQUEST,
    ),
    "not_attested": (
        _(
            "The personal account has not confirmed this request, or its "
            "confirmation has expired: open the ballot anew from there."
        ),
        HTTPStatus.FORBIDDEN,
    ),
    "not_open": (
        _("Codes for ballots are not given at this time. Nothing of yours was used."),
        HTTPStatus.CONFLICT,
    ),
    "too_late": (
        _("It is too late for a new code: the time to get a ballot is ending."),
        HTTPStatus.CONFLICT,
    ),
    "too_soon": (
        _(
            "A code was sent a moment ago, and it is valid. A new one can be sent "
            "%(wait)s. Wait five minutes, and look at your number and coverage."
        ),
        HTTPStatus.TOO_MANY_REQUESTS,
    ),
    "pause": (
        _("One code a minute can be sent to you. Please press again %(wait)s."),
        HTTPStatus.TOO_MANY_REQUESTS,
    ),
    "too_many": (
        _(
            "No more codes can be sent or tried here. Your right to vote is not used "
            "up. Please call the support line%(support)s."
        ),
        HTTPStatus.TOO_MANY_REQUESTS,
    ),
    "no_phone": (
        _(
            "The SMS service has no phone number of yours, so that no code can "
            "be sent. Please call the support line%(support)s."
        ),
        HTTPStatus.CONFLICT,
    ),
    "wrong_code": (
        _(
            "This is not the code. Look whether the message has the number that is "
            "shown here. Tries left: %(left)s."
        ),
        HTTPStatus.FORBIDDEN,
    ),
    "last_try": (
        _(
            "This is not the code, and it was the last try of it: ask for a new code. "
            "Your right to vote is not used up."
        ),
        HTTPStatus.GONE,
    ),
    "expired": (
        _(
            "No code is valid now: ask for a new one. Your right to vote is not used "
            "up."
        ),
        HTTPStatus.GONE,
    ),
    "slow_down": (
        _(
            "Too many wrong codes came in. Your code is still valid. Try again "
            "%(wait)s."
        ),
        HTTPStatus.TOO_MANY_REQUESTS,
    ),
    "unknown_serial": (
        _("There is no such request. Ask for a code anew."),
        HTTPStatus.NOT_FOUND,
    ),
    "already_given": (
        _("This was confirmed already."),
        HTTPStatus.CONFLICT,
    ),
    "no_consent": (
        _("This person has agreed to nothing here."),
        HTTPStatus.FORBIDDEN,
    ),
    "other_consent": (
        _("This person has agreed to something else."),
        HTTPStatus.FORBIDDEN,
    ),
    "other_lock": (
        _("This person has agreed to another lock, or to none."),
        HTTPStatus.FORBIDDEN,
    ),
    "already_attested": (
        _("This was confirmed already, for an earlier request."),
        HTTPStatus.CONFLICT,
    ),
    "wrong_expiry": (
        _(
            "The statement would be valid for longer than a quarter of an hour, or not "
            "at all."
        ),
        HTTPStatus.BAD_REQUEST,
    ),
    "clock_differs": (
        _(
            "The clocks of the services that hold the election differ. Nothing "
            "is signed until one of them is set. Please try again later."
        ),
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
    "wrong_voter": (
        _("This is not the writing of any voter's number."),
        HTTPStatus.BAD_REQUEST,
    ),
}

_WORDS: Final = {"pause": "too_soon", "last_try": "expired"}
"""Texts that are no words of their own for programs, which do the same for both."""


def refuse(
    code: str, *, support: str = "", wait: int | None = None, left: int = 0
) -> Problem:
    """Make the answer for a stable word; support: a line; left: tries of a code."""
    text, status = _TEXTS[code]
    line = f": {support}" if support else ""
    values = {"support": line, "wait": wait, "left": left}
    used = {name: value for name, value in values.items() if f"%({name})s" in text}
    word = _WORDS.get(code, code)
    return Problem(word, text, status, retry_after=wait, **used)


def spell_refusal(error: RefusalError, *, support: str) -> Problem:
    """Make the answer for what the database refused."""
    return refuse(error.code, support=support, wait=error.wait)
