"""A time in a result: people read it in words, programs in ISO 8601."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from election.protocol.text import spell_time


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A second, as chains count them: Unix seconds, UTC."""

    seconds: int

    @property
    def in_words(self) -> str:
        """Spell it as people read it."""
        return spell_time(self.seconds)

    @property
    def iso(self) -> str:
        """Spell it as 2030-01-01T10:00:00Z; outside the years 1 to 9999 as it is."""
        try:
            moment = datetime.fromtimestamp(self.seconds, UTC)
        except (OverflowError, ValueError, OSError):
            return self.in_words
        return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
