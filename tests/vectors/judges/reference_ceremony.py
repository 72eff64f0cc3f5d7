"""How the reference audit meets the messages of a ceremony: as events of an attempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Any, Final

from reference.attempt import GROUPS, Attempt, Terms
from reference.complaint import judge
from reference.log_file import Log
from reference.record import Contract, Event
from tests.vectors.judges.files import GIVENS, number

Input = Mapping[str, Any]
_LOG: Final = Log(bytes(20), (), b"", 1, 1, bytes(32), 0)
_NUMBERS: Final = ("s",)
_TABLES: Final = (
    "enrolled",
    "committed",
    "revealed",
    "dealt",
    "confirmed",
    "h_p",
    "h_c",
    "derived",
    "seen",
)


def _tell(part: str, name: str, **fields: Any) -> Event:
    return Event(_LOG, Contract(bytes(20), part), name, fields)


def _read(case: Input) -> dict[str, Any]:
    """Read hex, but indices as they are and responses as numbers."""
    read: dict[str, Any] = {}
    for name, value in case.items():
        if isinstance(value, list):
            read[name] = tuple(map(bytes.fromhex, value))
        elif isinstance(value, int):
            read[name] = value
        else:
            read[name] = number(value) if name in _NUMBERS else bytes.fromhex(value)
    return read


@cache
def _begin(name: str) -> Attempt:
    given = GIVENS["attempts"][name]
    terms = Terms(
        GROUPS[name],
        given["chain_id"],
        bytes.fromhex(given["ceremony"]),
        bytes.fromhex(given["election_id"]),
        given["k"],
        given["slots"],
    )
    members = tuple(map(bytes.fromhex, given["members"]))
    return Attempt(terms, given["number"], members, 0)


def _again(attempt: Attempt) -> Attempt:
    """Copy an attempt with all its tables, which taking a message changes."""
    return replace(attempt, **{name: copy(getattr(attempt, name)) for name in _TABLES})


def _messages(name: str, key: str) -> Iterable[tuple[int, Any]]:
    return enumerate(GIVENS["attempts"][name][key], 1)


@cache
def _bound(name: str) -> Attempt:
    attempt = _again(_begin(name))
    for seat, message in _messages(name, "enrolments"):
        attempt.take(_enrolled(attempt, name, message, seat=seat), step=1)
    cer = bytes.fromhex(GIVENS["attempts"][name]["cer"])
    attempt.bind(_tell(name, "CeremonyBound", cer=cer))
    return attempt


def _enrolled(attempt: Attempt, name: str, case: Input, *, seat: int) -> Event:
    account = attempt.members[seat - 1]
    return _tell(name, "Enrolled", index=seat, account=account, **_read(case))


def _commit(attempt: Attempt, name: str, commitments: Iterable[str]) -> None:
    for seat, text in enumerate(commitments, 1):
        commitment = bytes.fromhex(text)
        event = _tell(name, "Committed", index=seat, commitment=commitment)
        attempt.take(event, step=2)


def _take(attempt: Attempt, name: str, message: Input, *, event: str) -> None:
    steps = {"Revealed": 3, "Dealt": 4, "Confirmed": 5}
    fields = {"index": message["member"], **_read(_strip(message))}
    attempt.take(_tell(name, event, **fields), step=steps[event])


def _strip(case: Input) -> Input:
    return {k: v for k, v in case.items() if k not in {"attempt", "member"}}


@cache
def _revealed(name: str) -> Attempt:
    attempt = _again(_bound(name))
    _commit(attempt, name, GIVENS["attempts"][name]["commitments"])
    for seat, message in _messages(name, "reveals"):
        _take(attempt, name, {**message, "member": seat}, event="Revealed")
    return attempt


@cache
def _dealt(name: str) -> Attempt:
    attempt, given = _again(_revealed(name)), GIVENS["attempts"][name]
    for seat, message in _messages(name, "deals"):
        _take(attempt, name, {**message, "member": seat}, event="Dealt")
    for slot, key in _messages(name, "keys"):
        images = bytes.fromhex(given["verification_keys"][slot - 1])
        fields = {"key": bytes.fromhex(key), "verification_keys": images}
        attempt.derive(_tell(name, "SlotDerived", slot=slot, **fields))
    return attempt


def meet_enrolment(case: Input) -> None:
    """Take an enrolment."""
    name, attempt = case["attempt"], _again(_begin(case["attempt"]))
    message = _strip(case)
    attempt.take(_enrolled(attempt, name, message, seat=case["member"]), step=1)


def meet_reveal(case: Input) -> None:
    """Take a reveal of what the case says was committed to."""
    name, attempt = case["attempt"], _again(_bound(case["attempt"]))
    commitments = list(GIVENS["attempts"][name]["commitments"])
    commitments[case["member"] - 1] = case["commitment"]
    _commit(attempt, name, commitments)
    _take(attempt, name, case, event="Revealed")


def meet_reveals(case: Input) -> None:
    """Take the reveals of all members."""
    name, attempt = case["attempt"], _again(_bound(case["attempt"]))
    _commit(attempt, name, [each["commitment"] for each in case["reveals"]])
    for seat, message in enumerate(case["reveals"], 1):
        _take(attempt, name, {**message, "member": seat}, event="Revealed")


def meet_deal(case: Input) -> None:
    """Take a deal."""
    attempt = _again(_revealed(case["attempt"]))
    _take(attempt, case["attempt"], case, event="Dealt")


def meet_confirmation(case: Input) -> None:
    """Take a confirmation."""
    attempt = _again(_dealt(case["attempt"]))
    _take(attempt, case["attempt"], case, event="Confirmed")


def meet_complaint(case: Input) -> None:
    """Judge a complaint about a right share, which blames the member."""
    seat, fields = case["member"], _read(_strip(case))
    part = case["attempt"]
    event = _tell(part, "ComplaintJudged", complainer=seat, culprit=seat, **fields)
    judge(_again(_dealt(part)), event)
