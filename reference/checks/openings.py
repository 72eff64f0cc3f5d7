"""C16: no sum of too few was opened, docs/protocol.md §5."""

from __future__ import annotations

from typing import Final

from reference.ecdsa import claim_authority
from reference.errors import claim, refute
from reference.record import Event, Record
from reference.report import Cases
from reference.transcript import tagged_hash

_MOVES: Final = {
    ("empty", "ResultPublished"): "final",
    ("small", "TallyWithheld"): "withheld",
    ("withheld", "Overridden"): "open",
    ("open", "ShareAccepted"): "open",
    ("open", "ShareRefused"): "open",
    ("open", "ResultPublished"): "final",
}
OF_TALLY: Final = ("TallyFrozen", *sorted({name for _, name in _MOVES}))


def check_openings(record: Record, cases: Cases) -> None:
    """Repeat the steps of every contest's tally."""
    states: dict[int | None, str] = {}
    for event in record.every(*OF_TALLY):
        state = states.get(event.contest, "none")
        with cases.case(f"{event.name} of contest {event.contest}"):
            if event.name == "TallyFrozen":
                states[event.contest] = _sort(record, event)
                claim(state == "none", f"came when the tally was {state}")
                continue
            after = _MOVES.get((state, event.name))
            if after is None:
                refute(f"came when the tally was {state}")
            states[event.contest] = after
            if event.name == "Overridden":
                _claim_override(record, event)
    for contest, state in states.items():
        if state in ("empty", "small"):
            with cases.case(f"tally of contest {contest}"):
                refute(f"was frozen {state}, and nothing came in that transaction")


def _sort(record: Record, frozen: Event) -> str:
    count: int = frozen["cast_count"]
    if count == 0:
        return "empty"
    return "small" if count < record.rules["m_min"] else "open"


def _claim_override(record: Record, event: Event) -> None:
    tally = record.tally(event["contest"])
    fields = (tally.box.ctx, tally.cast_count, tally.a_sum_bytes)
    digest = tagged_hash("override", *fields)
    commission, observers = event["commission"], event["observers"]
    claim_authority(digest, record.rules, commission=commission, observers=observers)
