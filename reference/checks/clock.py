"""C2: every act came in its phase, docs/protocol.md §2."""

from __future__ import annotations

from typing import Final

from reference.errors import claim
from reference.record import Record
from reference.report import Cases

_SETUP, _KEYS, _LIST, _REGISTRATION, _FREEZE, _VOTING, _GRACE, _CLOSED = range(8)
_IN_KEYS: Final = (
    "Enrolled CeremonyBound Committed Revealed SlotDerived Dealt Confirmed "
    "ComplaintJudged AttemptAborted CeremonyFinal CeremonyFailed"
)
_WHEN_CLOSED: Final = (
    "TallyFrozen TallyWithheld Overridden ShareAccepted ShareRefused ResultPublished"
)
_PHASES: Final = {
    **{name: {_KEYS} for name in _IN_KEYS.split()},
    **{name: {_CLOSED} for name in _WHEN_CLOSED.split()},
    "ElectionDeployed": {_SETUP},
    "ContestListed": {_SETUP},
    "AttemptStarted": {_SETUP, _KEYS},
    "BoxOpened": {_KEYS, _LIST},
    "BoxCreated": {_KEYS, _LIST},
    "ListPublished": {_LIST},
    "Registered": {_REGISTRATION},
    "Withdrawn": {_REGISTRATION},
    "PaperMarked": {_VOTING},
    "Issued": {_VOTING},
    "BallotCast": {_VOTING, _GRACE},
    "Extended": set(range(_GRACE)),
}


def check_clock(record: Record, cases: Cases) -> None:
    """Compare the time of every event with the one before it and with its phase."""
    times = list(record.rules["times"])
    block, latest = -1, 0
    for event in record.events:
        now, number = event.log.timestamp, event.log.block
        with cases.case(f"{event.name} in block {number}"):
            claim(latest <= now <= record.bundle.head_timestamp, "runs back in time")
            claim(number != block or now == latest, "has not the time of its block")
            phase = sum(now >= time for time in times)
            claim(phase in _PHASES[event.name], f"came in phase {phase}")
        block, latest = number, max(latest, now)
        if event.name == "Extended":
            times[5] += event["delta"]
            times[6] += event["delta"]
