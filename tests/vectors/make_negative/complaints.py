"""Complaints whose opening of the shares is not proven."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from election.crypto.group import G, decode_g1, encode_g1
from election.crypto.proofs.equality import EqualityStatement, _challenge
from election.crypto.scalar import ORDER, Scalar, reduce_scalar
from election.protocol.ceremony import complaint, dealing
from election.protocol.ceremony.attempt import BoundAttempt
from election.protocol.ceremony.complaint import Complaint
from election.protocol.ceremony.enrolment import derive_encryption_secret
from tests import forger, honest
from tests.vectors.make_negative.bad_points import few_bad_g1
from tests.vectors.make_negative.case import Case, Input, word

MEMBER: Final = 2
DEALER: Final = 1
_PROOF: Final = "§4.5: (sG - eE_m - T1) + delta(sR_i - eZ - T2) = O"


def write_complaint(message: Complaint) -> Input:
    """Write a complaint."""
    points = {name: getattr(message, name).hex() for name in ("z", "t1", "t2")}
    return {"dealer": message.dealer, **points, "s": word(message.s)}


def complain(
    bound: BoundAttempt[Any], *, member: int = MEMBER, dealer: int = DEALER
) -> Complaint:
    """Complain about a right share, which is properly opened."""
    dealt = honest.deal_all(bound, honest.reveal_all(bound))[dealer - 1]
    source = honest.source(member)
    return complaint.complain(dealt, bound, dealer=dealer, member=member, source=source)


def make_complaints(bound: BoundAttempt[Any]) -> Iterator[Case]:
    """List the complaints of one ceremony."""
    sent, infinity = complain(bound), bytes(128)
    dealer, member = complain(bound, dealer=3), complain(bound, member=3)
    faults = {
        "s plus 1": (_PROOF, replace(sent, s=(sent.s + 1) % ORDER)),
        "s plus q": ("§1: scalars < q", replace(sent, s=sent.s + ORDER)),
        "Z plus G": (_PROOF, replace(sent, z=_move(sent.z))),
        "Z infinity": (_PROOF, replace(sent, z=infinity)),
        "T1 plus G": (_PROOF, replace(sent, t1=_move(sent.t1))),
        "T2 plus G": (_PROOF, replace(sent, t2=_move(sent.t2))),
        "T1 and T2 exchanged": (_PROOF, replace(sent, t1=sent.t2, t2=sent.t1)),
        "made about another dealer": (_PROOF, replace(dealer, dealer=DEALER)),
        "made by another member": (_PROOF, member),
        "errors of its two equations cancel": (_PROOF, _cancel(bound)),
        "another Z with an honest proof of E": (_PROOF, _open_wrongly(bound)),
        "another Z, s solved for a delta without s": (_PROOF, _solve(bound)),
    }
    for name in ("z", "t1", "t2"):
        cut = "§1: 128 bytes", getattr(sent, name)[:-1]
        for title, (rule, raw) in {**few_bad_g1(), "cut off": cut}.items():
            changed = replace(sent, **{name: raw})
            faults[f"{name.upper()}: {title}"] = rule, changed
    for title, (rule, message) in faults.items():
        content = write_complaint(message)
        yield Case(f"complaint: {title}", rule, "complaint", content)


def _move(raw: bytes) -> bytes:
    return encode_g1(decode_g1(raw) + G)


def _cancel(bound: BoundAttempt[Any]) -> Complaint:
    """Shift T1 and T2 before the challenge such that E1 + E2 = O without delta."""
    return _answer(bound, shift=1)


def _open_wrongly(bound: BoundAttempt[Any]) -> Complaint:
    """Prove E_m alone, for a Z of one's choice."""
    return _answer(bound, shift=0, wrong=1)


def _solve(bound: BoundAttempt[Any]) -> Complaint:
    """Open wrongly with the help of the dealer, who knows the logarithm of R."""
    secret = derive_encryption_secret(
        bound.attempt, MEMBER, source=honest.source(MEMBER)
    )
    dealt = honest.deal_all(bound, honest.reveal_all(bound))[DEALER - 1]
    shared = dealt.ephemeral * secret + G
    statement = complaint._state(
        dealt, bound, dealer=DEALER, member=MEMBER, shared=shared
    )
    u = dealing._derive_nonce(bound, DEALER, honest.source(DEALER))
    proof = forger.answer_after_weight(
        statement, secret, nonce=Scalar(161803), log=u, wrong=1
    )
    t1, t2 = encode_g1(proof.over_generator), encode_g1(proof.over_base)
    return Complaint(DEALER, encode_g1(shared), t1, t2, proof.response)


def _answer(bound: BoundAttempt[Any], *, shift: int, wrong: int = 0) -> Complaint:
    secret = derive_encryption_secret(
        bound.attempt, MEMBER, source=honest.source(MEMBER)
    )
    dealt = honest.deal_all(bound, honest.reveal_all(bound))[DEALER - 1]
    nonce = Scalar(161803)
    shared = dealt.ephemeral * secret + G * Scalar(wrong)
    statement: EqualityStatement = complaint._state(
        dealt, bound, dealer=DEALER, member=MEMBER, shared=shared
    )
    t1 = G * nonce + G * Scalar(shift)
    t2 = dealt.ephemeral * nonce - G * Scalar(shift)
    s = reduce_scalar(nonce + _challenge(statement, t1, t2) * secret)
    return Complaint(DEALER, encode_g1(shared), encode_g1(t1), encode_g1(t2), s)
