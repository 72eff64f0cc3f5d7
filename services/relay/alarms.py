"""What a relay says loudly for as long as it holds."""

from __future__ import annotations

from typing import Any, Final

from prometheus_client import CollectorRegistry, Gauge

MORE_THAN_ISSUED: Final = "more_than_issued"
OVERDUE: Final = "overdue"
SET_ASIDE: Final = "set_aside"
NODE_AWAY: Final = "node_away"
NODE_LIES: Final = "node_lies"
REFUSED: Final = "refused_by_the_box"
KINDS: Final = (MORE_THAN_ISSUED, OVERDUE, SET_ASIDE, NODE_AWAY, NODE_LIES, REFUSED)


class Alarms:
    """Tell the log once, the figures and whoever asks /ready until it is over."""

    def __init__(self, log: Any, meter: CollectorRegistry) -> None:
        self._log = log
        self._gauge = Gauge(
            "veche_relay_alarm", "What is loudly wrong now", ["kind"], registry=meter
        )
        for kind in KINDS:
            self._gauge.labels(kind).set(0)
        self._held: dict[tuple[str, str], str] = {}

    def hold(self, kind: str, of: str, fact: str) -> None:
        """Hold an alarm about something; what it says may change."""
        if (kind, of) not in self._held:
            self._log.error("alarm", kind=kind, of=of, fact=fact)
        self._held[kind, of] = fact
        self._count(kind)

    def settle(self, kind: str, of: str) -> None:
        """Say that it is over, if it was held."""
        if self._held.pop((kind, of), None) is not None:
            self._log.warning("alarm_over", kind=kind, of=of)
        self._count(kind)

    def list_facts(self) -> list[str]:
        """List what is wrong now."""
        return [f"{of}: {fact}" for (_, of), fact in sorted(self._held.items())]

    def _count(self, kind: str) -> None:
        self._gauge.labels(kind).set(sum(each == kind for each, _ in self._held))
