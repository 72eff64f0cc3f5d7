"""Read delivery receipts of SMPP, as centres write them rather than as they should.

A centre may give a message's id in hexadecimal when it takes it and in decimal in the
receipt, with or without zeros before it. The end of a receipt repeats a part of the
message, so that no receipt is ever logged.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from services.gateway.senders.reports import Report
from services.gateway.states import Event

_ID: Final = re.compile(rb"(?:^|\s)id:\s*([0-9A-Za-z._\-]{1,64})")
_STATE: Final = re.compile(rb"\bstat:\s*([A-Z]{4,8})")
_EVENTS: Final = {
    "DELIVRD": Event.ARRIVED,
    "EXPIRED": Event.MISSED,
    "DELETED": Event.MISSED,
    "UNDELIV": Event.MISSED,
    "REJECTD": Event.MISSED,
}
_NUMBERED: Final = {
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    8: "REJECTD",
}
"""States of the optional parameter message_state."""


def read_receipt(
    body: bytes, *, sender: str, given_id: str | None, given_state: int | None
) -> Report | None:
    """Read a receipt; None for what is none, or says nothing final.

    body: the short message. sender: whose phone it is about, digits. given_id,
    given_state: of the optional parameters, if there are any.
    """
    named = _ID.search(body)
    own = given_id or (named.group(1).decode() if named else None)
    word = _STATE.search(body)
    state = _NUMBERED.get(given_state or 0) or (word.group(1).decode() if word else "")
    event = _EVENTS.get(state)
    if own is None or event is None:
        return None
    return Report(
        event,
        spellings=spell_id(own),
        phone=f"+{sender}" if sender else None,
        reason=None if event is Event.ARRIVED else state.lower(),
    )


def spell_id(given: str) -> tuple[str, ...]:
    """Spell an id in every way that the centre may have given it before."""
    ways = [given, given.lower(), given.upper()]
    if given.isascii() and given.isdigit():
        ways += _spell_hex(int(given)) if len(given) <= 20 else []
    with suppress(ValueError):
        ways.append(str(int(given, 16)))
    return tuple(dict.fromkeys(ways))


def _spell_hex(number: int) -> list[str]:
    bare = f"{number:x}"
    return [bare, bare.upper(), f"{number:08x}", f"{number:08X}"]
