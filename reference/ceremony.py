"""A whole key ceremony, aborted attempts and all, docs/protocol.md §4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference.attempt import GROUPS, Attempt, Terms
from reference.complaint import judge
from reference.errors import claim, refute
from reference.record import Event, Record

_STEPS = {"Enrolled": 1, "Committed": 2, "Revealed": 3, "Dealt": 4, "Confirmed": 5}
_SILENCE, _COMPLAINT = 1, 2


class Ceremony:
    """What follows from the events so far; due: who sits in the attempt to start."""

    def __init__(self, record: Record, part: str) -> None:
        deployed = record.deployed
        roster: Mapping[str, Any] = deployed[part]
        counts = [contest["slots"] for contest in record.deployed["contests"]]
        self.terms = Terms(
            group=GROUPS[part],
            chain_id=record.bundle.chain_id,
            ceremony=deployed[f"{part}_ceremony"],
            election_id=deployed["election_id"],
            k=roster["k"],
            slots=max(counts, default=0) if part == "trustees" else len(counts),
        )
        self.opening: int = record.rules["times"][0]
        self.step_seconds: int = record.rules["step_seconds"]
        members = roster["members"]
        accounts = [member["account"] for member in members]
        claim(2 <= roster["k"] <= roster["n"] <= len(members), "has no roster")
        self.commission = {each["account"] for each in members if each["commission"]}
        self.reserves = accounts[roster["n"] :]
        self.due: tuple[bytes, ...] | None = tuple(accounts[: roster["n"]])
        self.attempt: Attempt | None = None
        self.number = 0
        self.culprit: int | None = None
        self.is_final = self.has_failed = False

    def take(self, event: Event) -> None:
        """Verify one event; raises RefutedError if it does not follow."""
        claim(not (self.is_final or self.has_failed), "came after the end")
        if event.name == "AttemptStarted":
            self._start(event)
        elif event.name == "CeremonyFailed":
            is_over = self.attempt is None and self.due is None
            is_own = event["attempt"] == self.number
            claim(is_over and is_own, "has members for an attempt")
            self.has_failed = True
        else:
            self._take_in(self._current(event), event)

    def missing(self) -> str:
        """Name what came in the transaction of the last event; "" if it is there."""
        attempt = self.attempt
        if self.is_final or self.has_failed:
            return ""
        if attempt is None:
            return "CeremonyFailed" if self.due is None else "AttemptStarted"
        if self.culprit is not None:
            return "AttemptAborted"
        if attempt.step == 6:
            return "CeremonyFinal"
        return "CeremonyBound" if attempt.step > 1 and not attempt.cer else ""

    def _current(self, event: Event) -> Attempt:
        if self.attempt is None or event["attempt"] != self.number:
            return refute("is of no attempt that runs")
        is_clear = self.culprit is None or event.name == "AttemptAborted"
        claim(is_clear, "came after a complaint")
        return self.attempt

    def _start(self, event: Event) -> None:
        members, self.due = self.due, None
        claim(members is not None, "was not due")
        claim(event["attempt"] == self.number + 1, "is not the next one")
        is_right = event["members"] == members and event["n"] == len(event["members"])
        claim(is_right, "has other members")
        self.number += 1
        members, now = event["members"], event.log.timestamp
        self.attempt = Attempt(self.terms, self.number, members, now)

    def _take_in(self, attempt: Attempt, event: Event) -> None:
        if event.name in _STEPS:
            attempt.take(event, step=_STEPS[event.name])
        elif event.name == "CeremonyBound":
            attempt.bind(event)
        elif event.name == "SlotDerived":
            attempt.derive(event)
        elif event.name == "ComplaintJudged":
            self.culprit = judge(attempt, event)
        elif event.name == "AttemptAborted":
            self._abort(attempt, event)
        else:
            is_right = attempt.step == 6 and event["cer"] == attempt.cer
            claim(is_right, "is not when all have confirmed")
            self.is_final = True

    def _abort(self, attempt: Attempt, event: Event) -> None:
        culprit = self.culprit
        reason = _SILENCE if culprit is None else _COMPLAINT
        claim(event["reason"] == reason, "has another reason")
        if culprit is None:
            deadline = max(attempt.started, self.opening) + self.step_seconds
            is_late = attempt.step < 6 and event.log.timestamp >= deadline
            claim(is_late, "came before the time was over")
            culprit = attempt.first_silent()
        seats = list(attempt.members)
        claim(event["culprit"] == seats[culprit - 1], "excludes another")
        if self.reserves:
            seats[culprit - 1] = self.reserves.pop(0)
        else:
            del seats[culprit - 1]
        of_commission = len(self.commission & set(seats))
        is_possible = len(seats) >= self.terms.k > of_commission
        self.due = tuple(seats) if is_possible else None
        self.attempt = self.culprit = None
