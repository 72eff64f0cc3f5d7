"""What goes to a sender, and what comes back of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from services.gateway.states import Event

VALID_MINUTES: Final = 10
"""How long a centre may try: as long as a code is good."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way; number: of its row."""

    number: int
    phone: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """What happened to a message.

    number: of its row, where the sender knows it; else it is found by the centre's id,
    in any of these spellings, the likeliest first, and by whom it was for. reason: a
    short word for support.
    """

    event: Event
    number: int | None = None
    spellings: tuple[str, ...] = ()
    phone: str | None = field(default=None, repr=False)
    centre_id: str | None = None
    reason: str | None = None


Note = Callable[[Report], None]
"""Takes a report and keeps it before it returns; called from any thread."""


class Sender(Protocol):
    """A way to a centre. Every letter that is sent has a report, unless we are killed.

    The report says PUT_BACK only where the centre certainly has not taken it.
    """

    def start(self, note: Note) -> None:
        """Begin to reach the centre."""

    def room(self) -> int:
        """Say how many letters can leave now; 0 while the centre is out of reach."""

    def send(self, letter: Letter) -> None:
        """Send a letter, which is marked already; returns at once."""

    async def stop(self) -> None:
        """Let what was sent be answered for a moment, and leave."""
