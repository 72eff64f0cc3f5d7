"""How the library meets the messages of a ceremony."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from election.crypto.transcript import Address, Hash
from election.protocol.ceremony import confirmation, dealing, enrolment, polynomials
from election.protocol.ceremony.attempt import (
    ISSUER_GROUP,
    TRUSTEE_GROUP,
    Attempt,
    BoundAttempt,
    bind_attempt,
)
from election.protocol.ceremony.complaint import Complaint, judge_complaint
from election.protocol.ceremony.confirmation import Confirmation
from election.protocol.ceremony.dealing import Deal, Dealt
from election.protocol.ceremony.enrolment import Enrolment
from election.protocol.ceremony.polynomials import Reveal, Revealed
from tests.vectors.judges.files import GIVENS, number

Input = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """An honest attempt, accepted message by message."""

    bound: BoundAttempt[Any]
    reveals: list[Revealed[Any]]
    deals: list[Dealt]

    @property
    def attempt(self) -> Attempt[Any]:
        """Give what every message is bound to."""
        return self.bound.attempt


@cache
def hold(name: str) -> Held:
    """Accept all honest messages of an attempt among the givens."""
    given = GIVENS["attempts"][name]
    attempt: Attempt[Any] = Attempt(
        group=TRUSTEE_GROUP if given["kind"] == 1 else ISSUER_GROUP,
        chain_id=given["chain_id"],
        ceremony=Address(bytes.fromhex(given["ceremony"])),
        election_id=Hash(bytes.fromhex(given["election_id"])),
        number=given["number"],
        threshold=given["k"],
        slots=given["slots"],
        members=tuple(Address(bytes.fromhex(each)) for each in given["members"]),
    )
    keys = [
        enrolment.accept_enrolment(_enrolment(each), attempt, member=member)
        for member, each in enumerate(given["enrolments"], 1)
    ]
    bound = bind_attempt(attempt, keys)
    pairs = zip(given["reveals"], given["commitments"], strict=True)
    reveals = accept_reveals(
        [{**each, "commitment": commitment} for each, commitment in pairs], bound
    )
    deals = [
        dealing.accept_deal(
            _deal(each), bound, member=member, revealed=reveals[member - 1]
        )
        for member, each in enumerate(given["deals"], 1)
    ]
    return Held(bound, reveals, deals)


def accept_reveals(
    cases: list[dict[str, Any]], bound: BoundAttempt[Any]
) -> list[Revealed[Any]]:
    """Accept the reveals of all members."""
    accepted: list[Revealed[Any]] = []
    for member, each in enumerate(cases, 1):
        revealed = _accept_reveal(each, bound, member=member, earlier=accepted)
        accepted.append(revealed)
    return accepted


def _enrolment(case: Input) -> Enrolment:
    key, t = bytes.fromhex(case["key"]), bytes.fromhex(case["t"])
    return Enrolment(key, t, number(case["s"]))


def _accept_reveal(
    case: Input,
    bound: BoundAttempt[Any],
    *,
    member: int,
    earlier: Sequence[Revealed[Any]] = (),
) -> Revealed[Any]:
    message = Reveal(
        bytes.fromhex(case["coefficients"]),
        bytes.fromhex(case["t"]),
        number(case["s"]),
        Hash(bytes.fromhex(case["salt"])),
    )
    commitment = Hash(bytes.fromhex(case["commitment"]))
    return polynomials.accept_reveal(
        message, bound, member=member, commitment=commitment, earlier=earlier
    )


def _deal(case: Input) -> Deal:
    words = tuple(Hash(bytes.fromhex(each)) for each in case["ciphertexts"])
    r, t = bytes.fromhex(case["r"]), bytes.fromhex(case["t"])
    return Deal(r, t, number(case["s"]), words)


def meet_enrolment(case: Input) -> None:
    """Take an enrolment."""
    attempt, member = hold(case["attempt"]).attempt, case["member"]
    enrolment.accept_enrolment(_enrolment(case), attempt, member=member)


def meet_reveal(case: Input) -> None:
    """Take a reveal of what the case says was committed to."""
    _accept_reveal(case, hold(case["attempt"]).bound, member=case["member"])


def meet_reveals(case: Input) -> None:
    """Take the reveals of all members and derive the keys."""
    bound = hold(case["attempt"]).bound
    polynomials.derive_keys(bound, accept_reveals(case["reveals"], bound))


def meet_deal(case: Input) -> None:
    """Take a deal."""
    held, member = hold(case["attempt"]), case["member"]
    revealed = held.reveals[member - 1]
    dealing.accept_deal(_deal(case), held.bound, member=member, revealed=revealed)


def meet_confirmation(case: Input) -> None:
    """Take a confirmation."""
    held = hold(case["attempt"])
    confirmation.accept_confirmation(
        Confirmation(bytes.fromhex(case["t"]), number(case["s"])),
        held.bound,
        member=case["member"],
        keys=polynomials.derive_keys(held.bound, held.reveals),
        digest=confirmation.derive_digest(held.bound, held.reveals, held.deals),
    )


def meet_complaint(case: Input) -> None:
    """Judge a complaint, whoever it blames."""
    held, dealer = hold(case["attempt"]), case["dealer"]
    z, t1, t2 = (bytes.fromhex(case[name]) for name in ("z", "t1", "t2"))
    judge_complaint(
        Complaint(dealer, z, t1, t2, number(case["s"])),
        held.bound,
        member=case["member"],
        dealt=held.deals[dealer - 1],
        revealed=held.reveals[dealer - 1],
    )
