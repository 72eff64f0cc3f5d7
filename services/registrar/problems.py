"""What the registrar refuses, by a stable word, in both languages."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from services.shell.problems import Problem
from services.shell.text import _


def _conflict(code: str, title: str) -> Problem:
    return Problem(code, title, HTTPStatus.CONFLICT)


UNKNOWN_PERSON: Final = Problem(
    "unknown_person",
    _("Nobody on the register of voters has this account."),
    HTTPStatus.NOT_FOUND,
)
UNKNOWN_ELECTION: Final = Problem(
    "unknown_election",
    _("The register of voters that is kept here is not for that election."),
)
NOT_ON_LIST: Final = _conflict(
    "not_on_list", _("This voter is not on the voter list of that election.")
)
NOT_OPEN: Final = _conflict(
    "not_open", _("Applications and withdrawals are not taken at this time.")
)
ALREADY: Final = _conflict("already_applied", _("There is an application already."))
TOMORROW: Final = _conflict(
    "tomorrow", _("A new application can be filed from the next day on, Moscow time.")
)
NOT_SETTLED: Final = _conflict(
    "not_settled",
    _("The last change is not on the public record yet: try again in some minutes."),
)
NO_APPLICATION: Final = _conflict(
    "no_application", _("There is no application that could be withdrawn.")
)
CONSENT_USED: Final = _conflict(
    "consent_used", _("This consent was given to something else: ask for a new code.")
)
BAD_LOCK: Final = Problem("bad_lock", _("The voter's lock did not sign this."))
AWAY: Final = Problem(
    "chain_away",
    _("The record of the election cannot be read now: try again in some minutes."),
    HTTPStatus.SERVICE_UNAVAILABLE,
    retry_after=60,
)
BAD_ATTESTATION: Final = Problem(
    "bad_attestation",
    _("The personal account and the SMS service have not both confirmed this request."),
    HTTPStatus.FORBIDDEN,
)
EXPIRED: Final = Problem(
    "expired",
    _("The confirmations have expired: begin anew from your account."),
    HTTPStatus.CONFLICT,
)
BAD_POINT: Final = Problem(
    "bad_request", _("The request is not one that a booth makes.")
)
NOT_ONLINE: Final = _conflict(
    "not_online", _("This voter is not registered to vote online.")
)
ANOTHER: Final = _conflict(
    "another_request",
    _(
        "Another request was made for this voter: go on with the words that were "
        "shown then."
    ),
)
POLLS_CLOSED: Final = _conflict(
    "polls_closed", _("Ballots are not given out at this time.")
)
