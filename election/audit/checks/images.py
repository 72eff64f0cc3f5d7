"""No secret of a key in G1 was also published in G2.

docs/protocol.md §1, traps: who sees x times G and x times G2 reads, by a pairing, every
ciphertext that x hides. e(P, G2) = e(G, X) exactly when P and X hide the same secret.
"""

from __future__ import annotations

from collections.abc import Iterator

from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import ISSUERS, TRUSTEES, Awaited, Outcome
from election.audit.verify import Named, join_outcomes, verify_each
from election.crypto.group import G1_BYTES, G2, G2_BYTES, G, decode_g1, decode_g2, pair
from election.protocol import events
from election.protocol.replay import Entry, Part


def check_images(evidence: Evidence) -> Outcome:
    """Pair every key point of G1 and every point of G2, and compare."""
    images: dict[bytes, str] = {}
    for raw, owner in _points_of_g2(evidence):
        point = decode_g2(raw, allow_infinity=True)
        if not point.is_infinity:
            images[pair(G, point)] = owner

    def verify(raw: bytes) -> None:
        point = decode_g1(raw, allow_infinity=True)
        owner = None if point.is_infinity else images.get(pair(point, G2))
        fact = f"hides the same secret as a point of {owner} in G2"
        require(owner is None, fact, blames=owners[raw])

    owners = dict(_points_of_g1(evidence))
    outcome = verify_each(
        owners, verify, name=lambda raw: Named(f"key of {owners[raw]}"), blames=TRUSTEES
    )
    awaited = tuple(
        Awaited(part.title, "may publish more points", None)
        for part in (Part.TRUSTEES, Part.ISSUERS)
        if not evidence.is_over(part)  # an image may come with the last message
    )
    return join_outcomes((outcome, Outcome(0, len(awaited), (), awaited=awaited)))


def _points_of_g1(evidence: Evidence) -> Iterator[tuple[bytes, str]]:
    """List E and R of both ceremonies, F, V and H of the trustees, with their owner.

    What V_m hides is trustee m's share: no other knows it, unless k have met.
    """
    for enrolled in evidence.every(events.Enrolled):
        yield enrolled.event.key, _owner(evidence, enrolled)
    for dealt in evidence.every(events.Dealt):
        yield dealt.event.r, _owner(evidence, dealt)
    for revealed in evidence.every(events.Revealed, Part.TRUSTEES):
        for raw in _cut(revealed.event.coefficients, G1_BYTES):
            yield raw, _owner(evidence, revealed)
    for derived in evidence.every(events.SlotDerived, Part.TRUSTEES):
        yield derived.event.key, TRUSTEES
        shares = _cut(derived.event.verification_keys, G1_BYTES)
        for index, raw in enumerate(shares, 1):
            attempt = derived.event.attempt
            yield raw, _name(evidence, Part.TRUSTEES, index, attempt=attempt)


def _points_of_g2(evidence: Evidence) -> Iterator[tuple[bytes, str]]:
    """List F, V, PK and T of the issuers' ceremony, with their owner."""
    for revealed in evidence.every(events.Revealed, Part.ISSUERS):
        for raw in _cut(revealed.event.coefficients + revealed.event.t, G2_BYTES):
            yield raw, _owner(evidence, revealed)
    for confirmed in evidence.every(events.Confirmed, Part.ISSUERS):
        yield confirmed.event.t, _owner(evidence, confirmed)
    for derived in evidence.every(events.SlotDerived, Part.ISSUERS):
        for raw in _cut(derived.event.key + derived.event.verification_keys, G2_BYTES):
            yield raw, ISSUERS


def _cut(raw: bytes, size: int) -> Iterator[bytes]:
    return (raw[at : at + size] for at in range(0, len(raw), size))


def _owner(
    evidence: Evidence,
    entry: Entry[events.Enrolled]
    | Entry[events.Dealt]
    | Entry[events.Revealed]
    | Entry[events.Confirmed],
) -> str:
    event = entry.event
    return _name(evidence, entry.contract.part, event.index, attempt=event.attempt)


def _name(evidence: Evidence, part: Part, index: int, *, attempt: int) -> str:
    """Name a member; in an aborted attempt the same index may be of another."""
    role = "trustee" if part is Part.TRUSTEES else "issuer"
    last = evidence.last(events.AttemptStarted, part).event.attempt
    return (
        f"{role} {index}" if attempt == last else f"{role} {index} of attempt {attempt}"
    )
