"""An election as one file: rules, accounts, times and contests, fixed at deployment.

docs/protocol.md §2 and §7. A file is TOML; every key but `booth` is required, others
are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    with_config,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from election.crypto.group import G1_BYTES, G2_BYTES
from election.crypto.transcript import ZERO_HASH, Address, Hash, decode_hash
from election.errors import EncodingError, ManifestError
from election.protocol.account import parse_account
from election.protocol.faults import OURS, spell_fault
from election.protocol.text import (
    find_name_fault,
    find_particulars_fault,
    find_slug_fault,
    spell_time,
    spell_twins,
)
from election.protocol.toml_text import parse_toml

LONGEST_COMPLAINT: Final = 122_880
"""Bytes: public nodes take transactions of 131,072."""

_CLOSED: Final = ConfigDict(extra="forbid")


def _fact(text: str) -> PydanticCustomError:
    return PydanticCustomError(OURS, "{text}", {"text": text})


def _parse_account(value: object) -> bytes:
    try:
        return parse_account(value if isinstance(value, str) else "")
    except EncodingError as error:
        raise _fact(f"not an account: {error.fact}") from None


def _parse_booth(value: object) -> Hash:
    text = value if isinstance(value, str) else ""
    try:
        booth = decode_hash(bytes.fromhex(text.removeprefix("0x")))
    except (ValueError, EncodingError):
        raise _fact("not a hash of 32 bytes in hex") from None
    if booth == ZERO_HASH:
        raise _fact("zero: leave the key out where there is no booth")
    return booth


def _parse_time(value: object) -> int:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _fact("not a date and time with its offset")
    if value.microsecond:
        raise _fact("not a whole second")
    if value.timestamp() < 0:
        raise _fact("before 1970, where no chain's clock goes")
    return int(value.timestamp())


def _accept_by(find_fault: Callable[[str], str | None]) -> AfterValidator:
    def check(text: str) -> str:
        fault = find_fault(text)
        if fault is not None:
            raise _fact(fault)
        return text

    return AfterValidator(check)


def _split_lines(value: object) -> object:
    """Take names and particulars apart, which stand together in a manifest."""
    if not isinstance(value, dict) or not isinstance(value.get("candidates"), list):
        return value
    if "particulars" in value:
        raise _fact("particulars stand with the name of each candidate")
    lines = [_split_line(each) for each in value["candidates"]]
    names, particulars = ([line[at] for line in lines] for at in (0, 1))
    return {**value, "candidates": names, "particulars": particulars}


def _split_line(line: object) -> tuple[object, object]:
    if not isinstance(line, dict):
        return line, ""
    if line.keys() != {"name", "particulars"}:
        raise _fact("a candidate is a name, or name and particulars")
    return line["name"], line["particulars"]


def _distinct(values: Sequence[object]) -> Sequence[object]:
    if len(set(values)) != len(values):
        raise _fact("an entry is listed twice")
    return values


_Account = Annotated[Address, BeforeValidator(_parse_account)]
_Time = Annotated[int, BeforeValidator(_parse_time)]
_Slug = Annotated[str, Field(strict=True), _accept_by(find_slug_fault)]
_Text = Annotated[str, Field(strict=True), _accept_by(find_name_fault)]
_Particulars = Annotated[str, Field(strict=True), _accept_by(find_particulars_fault)]
_Flag = Annotated[bool, Field(strict=True)]
_Count = Annotated[int, Field(strict=True, ge=1)]


@with_config(_CLOSED)
@dataclass(frozen=True, slots=True)
class Times:
    """The seven times that separate the phases, Unix seconds, increasing."""

    keys: _Time
    voter_list: _Time
    registration: _Time
    freeze: _Time
    opening: _Time
    issue_closing: _Time
    cast_closing: _Time


@with_config(_CLOSED)
@dataclass(frozen=True, slots=True)
class Accounts:
    """Who acts for the election; portal and SMS gateway are two organisations."""

    commission: _Account
    portal: _Account
    sms_gateway: _Account
    polling_station: _Account
    observers: Annotated[
        tuple[_Account, ...], Field(max_length=32), AfterValidator(_distinct)
    ]


@with_config(_CLOSED)
@dataclass(frozen=True, slots=True)
class Member:
    """A trustee or issuer, and whether the commission appointed it."""

    account: _Account
    commission: _Flag


@with_config(_CLOSED)
@dataclass(frozen=True, slots=True)
class Roster:
    """Trustees or issuers: the first `seats` take part, the rest are reserves."""

    threshold: Annotated[int, Field(strict=True, ge=2, le=10)]
    seats: Annotated[int, Field(strict=True, ge=2, le=10)]
    members: Annotated[tuple[Member, ...], Field(max_length=20)]


@with_config(_CLOSED)
@dataclass(frozen=True, slots=True)
class Contest:
    """One race: each of its voters picks exactly one candidate.

    particulars: what stands behind each name on a ballot; none where there are none.
    """

    id: Annotated[int, Field(strict=True, ge=0, lt=2**256)]
    title: _Text
    candidates: Annotated[tuple[_Text, ...], Field(min_length=2, max_length=16)]
    particulars: Annotated[tuple[_Particulars, ...], Field(max_length=16)] = ()

    @property
    def all_particulars(self) -> tuple[str, ...]:
        """Give particulars of each candidate, empty where there are none."""
        return self.particulars or ("",) * len(self.candidates)


@with_config(_CLOSED)
@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole election. minimum_cast is m_min: a contest below it stays closed.

    booth: hash of the booth's list of files and headers; zero, and no key, without one.
    """

    id: _Slug
    title: _Text
    test: _Flag
    step_seconds: _Count
    minimum_cast: Annotated[int, Field(strict=True, ge=2, lt=2**256)]
    quorum: _Count
    times: Times
    accounts: Accounts
    trustees: Roster
    issuers: Roster
    contests: Annotated[
        tuple[Annotated[Contest, BeforeValidator(_split_lines)], ...],
        Field(min_length=1, max_length=64),
    ]
    booth: Annotated[Hash, BeforeValidator(_parse_booth)] = ZERO_HASH


_STEPS: Final = 5  # that every member takes in an attempt, each within `step_seconds`

_MANIFEST: Final = TypeAdapter(Manifest)


def parse_manifest(text: str) -> Manifest:
    """Parse the text of a manifest.

    Raises ManifestError, whose subject is the first key at fault; it tells of all.
    """
    raw: dict[str, Any] = {}
    try:
        raw = parse_toml(text)
        manifest = _MANIFEST.validate_python(raw)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        (key, fact), *more = (_spell_fault(each, raw) for each in faults)
        others = "".join(f"; {other}: {fault}" for other, fault in more)
        places = ((each["loc"], spell_fault(each, Manifest)[1]) for each in faults)
        raise ManifestError(key, fact + others, tuple(places)) from error
    except EncodingError as error:
        raise ManifestError("manifest", error.fact) from error
    return accept_manifest(manifest)


def _spell_fault(found: ErrorDetails, raw: dict[str, Any]) -> tuple[str, str]:
    """Spell one fault of a manifest: the key, and the fact.

    Keys count contests from 0, and people go by a contest's id: both are told.
    """
    key, fact = spell_fault(found, Manifest)
    match found["loc"]:
        case ("contests", int(at), part, *_) if part != "id":
            contest = raw["contests"][at]
            if isinstance(contest, dict) and isinstance(contest.get("id"), int):
                fact += f" (contest {contest['id']})"
    return key or "manifest", fact


@dataclass(frozen=True, slots=True)
class _Fault:
    """What no single key can show; where: the way to the key that people look at."""

    subject: str
    fact: str
    where: tuple[int | str, ...]


def _fault(subject: str, fact: str) -> _Fault:
    return _Fault(subject, fact, tuple(subject.split(".")))


def accept_manifest(manifest: Manifest) -> Manifest:
    """Check what no single key can show; raises ManifestError, which tells of all."""
    found = tuple(_find_faults(manifest))
    if found:
        first, *more = found
        others = "".join(f"; {each.subject}: {each.fact}" for each in more)
        places = tuple((each.where, each.fact) for each in found)
        raise ManifestError(first.subject, first.fact + others, places)
    return manifest


def _find_faults(manifest: Manifest) -> Iterator[_Fault]:
    yield from _find_in_times(manifest.times)
    accounts = manifest.accounts
    if accounts.portal == accounts.sms_gateway:
        yield _fault("accounts", "portal and sms gateway are one")
    if manifest.quorum > len(accounts.observers):
        yield _fault("quorum", "above the number of observers")
    if len({contest.id for contest in manifest.contests}) != len(manifest.contests):
        yield _fault("contests", "an id is listed twice")
    yield from _find_in_lines(manifest.contests)
    if accounts.commission in accounts.observers:
        yield _fault("accounts", "the commission is among the observers")
    for_keys = manifest.times.voter_list - manifest.times.keys
    for key, roster in (("trustees", manifest.trustees), ("issuers", manifest.issuers)):
        yield from _find_in_roster(key, roster, accounts.commission)
        yield from _find_in_complaint(key, roster, manifest.contests)
        steps = count_most_steps(roster)
        if manifest.step_seconds * steps > for_keys > 0:
            fact = f"phase keys is too short for {steps} steps of the {key}"
            yield _fault("step_seconds", fact)


def _find_in_times(times: Times) -> Iterator[_Fault]:
    for earlier, later in pairwise(fields(times)):
        start, end = getattr(times, earlier.name), getattr(times, later.name)
        if end <= start:
            fact = f"{spell_time(end)} is not after times.{earlier.name}, "
            yield _fault(f"times.{later.name}", fact + spell_time(start))


def _find_in_lines(contests: Sequence[Contest]) -> Iterator[_Fault]:
    for place, contest in enumerate(contests):
        subject, where = f"contest {contest.id}", ("contests", place, "candidates")
        if len(contest.all_particulars) != len(contest.candidates):
            yield _Fault(subject, "particulars are not one a candidate", where)
            continue
        twins = spell_twins(contest.candidates, contest.all_particulars)
        if twins is not None:
            fact = f"{twins}; tell them apart by particulars"
            yield _Fault(subject, fact, where)


def measure_complaint(roster: Roster, *, slots: int, point_bytes: int) -> int:
    """Count what a complaint repeats, docs/protocol.md §4, in bytes."""
    return slots * (roster.threshold * point_bytes + 32 * (roster.seats - 1))


def _find_in_complaint(
    key: str, roster: Roster, contests: Sequence[Contest]
) -> Iterator[_Fault]:
    """Find whether a complaint fits a transaction; slots: candidates, or contests."""
    most_candidates = max(len(contest.candidates) for contest in contests)
    slots, point_bytes = len(contests), G2_BYTES
    if key == "trustees":
        slots, point_bytes = most_candidates, G1_BYTES
    size = measure_complaint(roster, slots=slots, point_bytes=point_bytes)
    if size > LONGEST_COMPLAINT:
        fact = f"a complaint would have {size} bytes, {LONGEST_COMPLAINT} is the most:"
        fact += " lower the threshold, or the number of contests"
        yield _fault(f"{key}.threshold", fact)


def count_most_steps(roster: Roster) -> int:
    """Count the steps of a ceremony in which all are excluded who can be.

    Each attempt but the last excludes a member, a reserve or not, and `threshold` of
    them are left for the last one.
    """
    return _STEPS * (len(roster.members) - roster.threshold + 1)


def _find_in_roster(key: str, roster: Roster, commission: Address) -> Iterator[_Fault]:
    members = roster.members
    if roster.threshold > roster.seats:
        yield _fault(key, "threshold is above the number of seats")
    if roster.seats > len(members):
        yield _fault(key, "fewer members than seats")
    if len({member.account for member in members}) != len(members):
        yield _fault(key, "a member is listed twice")
    hidden = (each for each in members if not each.commission)
    if any(each.account == commission for each in hidden):
        yield _fault(key, "the commission is not named as such")
    seated = members[: roster.seats]
    if sum(member.commission for member in seated) >= roster.threshold:
        yield _fault(key, "the commission holds a threshold alone")
