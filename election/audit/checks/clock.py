"""Block times never run back, and every act fell in its phase.

docs/protocol.md §2. The phase of an act is that of its block's time, with the
extensions that were announced before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import NODE, VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.protocol import events
from election.protocol.events import Event, Extended
from election.protocol.phases import Phase, phase_at
from election.protocol.replay import Entry

_KEYS: Final = frozenset({Phase.KEYS})
_LEAVES: Final = frozenset({Phase.REGISTRATION})
_VOTING: Final = frozenset({Phase.VOTING})
_CASTING: Final = frozenset({Phase.VOTING, Phase.GRACE})
_BOXES: Final = frozenset({Phase.KEYS, Phase.LIST})
_CLOSED: Final = frozenset({Phase.CLOSED})  # and all that follows from acts

PHASES: Final[Mapping[type[object], frozenset[Phase]]] = {
    events.ElectionDeployed: frozenset({Phase.SETUP}),
    events.ContestListed: frozenset({Phase.SETUP}),
    events.AttemptStarted: frozenset({Phase.SETUP, Phase.KEYS}),
    events.Enrolled: _KEYS,
    events.CeremonyBound: _KEYS,
    events.Committed: _KEYS,
    events.Revealed: _KEYS,
    events.SlotDerived: _KEYS,
    events.Dealt: _KEYS,
    events.Confirmed: _KEYS,
    events.ComplaintJudged: _KEYS,
    events.AttemptAborted: _KEYS,
    events.CeremonyFinal: _KEYS,
    events.CeremonyFailed: _KEYS,
    events.BoxOpened: _BOXES,
    events.BoxCreated: _BOXES,
    events.ListPublished: frozenset({Phase.LIST}),
    events.Registered: _LEAVES,
    events.Withdrawn: _LEAVES,
    events.PaperMarked: _VOTING,
    events.Issued: _VOTING,
    events.BallotCast: _CASTING,
    events.Extended: frozenset(Phase) - {Phase.GRACE, Phase.CLOSED},
    events.TallyFrozen: _CLOSED,
    events.TallyWithheld: _CLOSED,
    events.Overridden: _CLOSED,
    events.ShareAccepted: _CLOSED,
    events.ShareRefused: _CLOSED,
    events.ResultPublished: _CLOSED,
}


def check_clock(evidence: Evidence) -> Outcome:
    """Compare the time of every event with those before it and with its phase."""
    times, head, past = evidence.times, evidence.board.head, evidence.past
    block, latest, extension = -1, 0, 0

    def verify(entry: Entry[Event]) -> None:
        nonlocal block, latest, extension
        number, now = entry.log.block_number, entry.log.timestamp
        if number > past.block:  # else one of those whose last is not kept
            latest = max(latest, past.latest)
        before, was_block = latest, block
        block, latest = number, max(latest, now)
        phase = phase_at(times, now, extension=extension)
        if entry.kind is Extended:
            extension += cast("Extended", entry.event).delta
        require(before <= now, "has a time that runs back", blames=VALIDATORS)
        is_past = now <= head.timestamp  # which is the source's word alone
        require(is_past, "has a time after the head's", blames=NODE)
        is_one = number != was_block or now == before
        require(is_one, "has another time than its block", blames=VALIDATORS)
        is_due = phase in PHASES[entry.kind]
        require(is_due, f"came in phase {phase.name}", blames=VALIDATORS)

    entries = evidence.replay.entries
    return verify_each(entries, verify, name=_name, blames=VALIDATORS)


def _name(entry: Entry[Event]) -> Named:
    kind = entry.kind.__name__
    return Named(f"{kind} in block {entry.log.block_number}", entry.contest)
