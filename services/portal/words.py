"""Words of the services, said to people."""

from __future__ import annotations

from typing import Final

from services.shell.text import _

STATES: Final = {
    "filed": _("filed: we have it, and check it next"),
    "checking": _("being checked"),
    "accepted": _("accepted: you are entered to vote online"),
    "refused": _("refused: you vote on paper, at your polling station"),
    "withdrawn": _("withdrawn: you vote on paper, at your polling station"),
    "leaving": _(
        "withdrawal filed, and not on the public record yet: until it is, you are "
        "entered to vote online"
    ),
    "frozen": _("final: you vote online, and have no paper ballot"),
    "issued": _("you were given your electronic ballot"),
    "on_paper": _("you were given a paper ballot"),
}
"""What a state of an application means for its person."""

LEAVES: Final = {
    "NONE": _("not entered to vote online"),
    "ONLINE": _("entered to vote online"),
    "PAPER": _("was given a paper ballot"),
    "ISSUED": _("was given the right to an electronic ballot"),
}
"""What the chain says of a person in one election."""

PHASES: Final = (
    ("applications_open", _("you can apply from")),
    ("applications_close", _("you can apply or withdraw until")),
    ("registration", _("applications reach the public record from")),
    ("freeze", _("nothing can be changed from")),
    ("opening", _("polls open")),
    ("requests_until", _("ballots are given out until")),
    ("cast_closing", _("polls close")),
)
"""Times of an election, in order."""
